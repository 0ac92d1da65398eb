namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// What the metric queries of configurations count. One is evaluated at a time, and its result serves for twenty times as long as that took: however often and
/// by however many it is asked for, metrics take a twentieth of one core at most.
/// </summary>
internal sealed class MetricResults(TimeProvider time)
{
    /// <summary>How much longer than its evaluation a result serves.</summary>
    public const int Rest = 20;

    /// <summary>More than all configurations have. Results of queries that are no more would stay for ever.</summary>
    private const int MostKept = 2 * FleetService.MaximumConfigurations * FleetService.MaximumMetrics;

    private readonly Lock turn = new();
    private readonly Dictionary<string, Kept> results = new(StringComparer.Ordinal);

    /// <summary>The result of a query, evaluated unless it is still good.</summary>
    public long? Of(string query, Func<string, long> evaluate)
    {
        lock (turn)
        {
            var now = time.GetTimestamp();
            if (results.TryGetValue(query, out var known) && now < known.GoodUntil)
            {
                return known.Result;
            }

            var result = evaluate(query);
            var end = time.GetTimestamp();
            if (results.Count >= MostKept)
            {
                results.Clear();
            }

            results[query] = new Kept(result, end + ((end - now) * Rest));
            return result;
        }
    }

    /// <summary>The last result, however old; null where the query was never evaluated.</summary>
    public long? Known(string query)
    {
        lock (turn)
        {
            return results.TryGetValue(query, out var known) ? known.Result : null;
        }
    }

    private readonly record struct Kept(long Result, long GoodUntil);
}
