using System.Globalization;

namespace DeviceTwin.Bench.Il;

/// <summary>The table of executed IL as it stands in the documentation.</summary>
public static class IlTable
{
    private static readonly Lazy<Dictionary<string, Measurement>> Measured =
        new(() => new CountingWorld().MeasureAll().ToDictionary(one => one.Operation));

    /// <summary>Executed IL of an operation.</summary>
    public static long Of(string operation) => Measured.Value[operation].Il;

    /// <summary>
    /// Rows of the given operations, to three digits, so that an instruction more or less does not make the page a false one.
    /// </summary>
    public static string Write(IEnumerable<Operation> operations)
    {
        IEnumerable<string> rows = operations.Select(operation =>
            $"| {operation.Name} | {Thousands(Measured.Value[operation.Name].Il)} | {Text(operation.Budget / 1000.0)} |");
        return string.Join('\n', rows.Prepend("|---|---|---|").Prepend("| Operation | IL, thousands | Budget |"));
    }

    private static string Thousands(long il)
    {
        double thousands = il / 1000.0;
        int decimals = thousands >= 100 ? 0 : thousands >= 10 ? 1 : 2;
        double step = thousands >= 1000 ? Math.Pow(10, Math.Floor(Math.Log10(thousands)) - 2) : 1;
        return Text(Math.Round(thousands / step, decimals) * step);
    }

    private static string Text(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
