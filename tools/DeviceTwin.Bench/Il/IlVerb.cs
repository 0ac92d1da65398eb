using System.Globalization;
using System.Text.Json;

namespace DeviceTwin.Bench.Il;

/// <summary><c>il</c>: the IL instructions that the firmware's operations execute, beside their budgets.</summary>
public static class IlVerb
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <param name="options">What follows the verb: <c>--json</c>, or <c>--methods OPERATION</c> for where one spends its instructions.</param>
    /// <returns><see cref="Verbs.Failed"/> where a budget is passed.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        if (options is ["--methods", var name])
        {
            Methods(name, output);
            return Verbs.Done;
        }

        bool json = false;
        foreach (string option in options)
        {
            json = option == "--json" ? true : throw new UsageException($"il does not take '{option}'");
        }

        IReadOnlyList<Measurement> measurements = new CountingWorld().MeasureAll();
        output.WriteLine(json
            ? JsonSerializer.Serialize(measurements.Select(one => new { one.Operation, one.Il, one.Budget }), Json)
            : Table(measurements));
        foreach (Measurement over in measurements.Where(one => !one.Holds))
        {
            error.WriteLine($"error: {over.Operation} executes {over.Il} IL, more than its budget of {over.Budget}");
        }

        return measurements.All(one => one.Holds) ? Verbs.Done : Verbs.Failed;
    }

    private static void Methods(string operation, TextWriter output)
    {
        IReadOnlyList<(string Method, long Il)> methods = new CountingWorld().MeasureMethods(operation);
        double sum = methods.Sum(one => one.Il);
        foreach ((string method, long il) in methods)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{il,12:N0}  {il / sum,6:P1}  {method.Replace("DeviceTwin.SensorNode.", "")}"));
        }
    }

    private static string Table(IReadOnlyList<Measurement> measurements)
    {
        int width = measurements.Max(one => one.Operation.Length);
        IEnumerable<string> lines = measurements.Select(one => string.Create(
            CultureInfo.InvariantCulture, $"{one.Operation.PadRight(width)}  {one.Il,12:N0}  {one.Budget,12:N0}{(one.Holds ? "" : "  PASSED")}"));
        return string.Join(Environment.NewLine, lines.Prepend($"{"operation".PadRight(width)}  {"il",12}  {"budget",12}"));
    }
}
