using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Queries;

/// <summary>What the rows of an answer are: Azure's <c>x-ms-item-type</c>.</summary>
public enum QueryItems
{
    /// <summary>Whole twins, of devices or modules.</summary>
    Twin,

    /// <summary>What a job did on a device.</summary>
    DeviceJob,

    /// <summary>What the query made of them.</summary>
    Raw,
}

/// <summary>One page of an answer.</summary>
/// <param name="Twins">Whole twins of devices; null where the answer has <paramref name="Rows"/>.</param>
/// <param name="Rows">As clients get them; null where the answer has <paramref name="Twins"/>.</param>
/// <param name="Continuation">Leads to the next page; null on the last. Stays good while rows come and go.</param>
public sealed record QueryPage(QueryItems Items, IReadOnlyList<TwinText>? Twins, IReadOnlyList<JsonNode>? Rows, string? Continuation);

/// <summary>Answers queries over every collection there is, page by page.</summary>
internal sealed class QueryService(IFleet fleet, IEnumerable<IQueryRows> collections)
{
    private readonly Dictionary<QuerySource, IQueryRows> collections = collections.ToDictionary(rows => rows.Source);

    /// <summary>The next page. Every change acknowledged before the call is in it.</summary>
    /// <param name="continuation">From the page before; null or empty for the first.</param>
    /// <param name="size">Rows on the page at most.</param>
    /// <exception cref="HubException">The query is not understood, or the continuation belongs to another.</exception>
    public QueryPage Ask(string query, string? continuation, int size)
    {
        TwinQuery parsed;
        try
        {
            parsed = TwinQuery.Parse(query);
        }
        catch (TwinException refusal)
        {
            throw FleetErrors.Translate(refusal);
        }

        if (parsed.Aggregates)
        {
            return Grouped(parsed, continuation, size);
        }

        if (parsed.Source == QuerySource.Devices)
        {
            if (parsed.Columns is null)
            {
                var whole = fleet.QueryTexts(query, continuation, size);
                return new QueryPage(QueryItems.Twin, whole.Twins, null, whole.Continuation);
            }

            var page = fleet.QueryRows(query, continuation, size);
            return new QueryPage(QueryItems.Raw, null, page.Rows, page.Continuation);
        }

        return Listed(parsed, continuation, size);
    }

    private QueryPage Grouped(TwinQuery query, string? continuation, int size)
    {
        var token = ContinuationToken.Read(continuation, query.Text, query.Top);
        var after = token.After is null ? null : GroupKey.Parse(token.After) ?? throw ContinuationToken.Unknown();
        IReadOnlyList<QueryGroup> groups;
        if (query.Source == QuerySource.Devices)
        {
            groups = fleet.FindGroups(query);
        }
        else
        {
            var table = new QueryGroups(query);
            foreach (var row in Rows(query, null))
            {
                table.Add(row);
            }

            groups = table.Read();
        }

        var (page, next) = Page(groups.Where(group => after is null || group.Key.CompareTo(after) > 0), token, size, group => group.Key.ToString());
        return new QueryPage(QueryItems.Raw, null, [.. page.Select(group => group.ToJson(query))], next);
    }

    private QueryPage Listed(TwinQuery query, string? continuation, int size)
    {
        var token = ContinuationToken.Read(continuation, query.Text, query.Top);
        var (page, next) = Page(Rows(query, token.After), token, size, row => row.Key);
        return query.Columns is null
            ? new QueryPage(query.Source == QuerySource.Jobs ? QueryItems.DeviceJob : QueryItems.Twin, null, [.. page.Select(row => row.Document.DeepClone())], next)
            : new QueryPage(QueryItems.Raw, null, [.. page.Select(query.Project)], next);
    }

    /// <summary>The rows that satisfy a query, behind a key. A collection that nobody keeps is empty.</summary>
    private IEnumerable<QueryRow> Rows(TwinQuery query, string? after) =>
        (collections.GetValueOrDefault(query.Source)?.Rows(QueryRowSearch.Of(query.Condition, after)) ?? [])
            .Where(row => (after is null || string.CompareOrdinal(row.Key, after) > 0) && query.Condition.Matches(row));

    private static (IReadOnlyList<T> Page, string? Next) Page<T>(IEnumerable<T> rows, ContinuationToken token, int size, Func<T, string> key)
    {
        var left = Math.Min(size, token.Left);
        var page = rows.Take(left < int.MaxValue ? left + 1 : left).ToList();
        if (page.Count <= left)
        {
            return (page, null);
        }

        page.RemoveAt(left);
        return (page, token.Left > left ? token.Next(key(page[^1]), left).Write() : null);
    }
}
