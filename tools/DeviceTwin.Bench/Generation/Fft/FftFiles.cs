namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>The generated transforms, by file.</summary>
public static class FftFiles
{
    /// <summary>The folder they are committed in.</summary>
    public const string Folder = "firmware/SensorNode/Signal";

    private static readonly Lazy<(string Name, string Text)[]> Written = new(() => [.. Write()]);

    /// <summary>Names and texts of the files.</summary>
    public static IReadOnlyList<(string Name, string Text)> All() => Written.Value;

    private static IEnumerable<(string Name, string Text)> Write()
    {
        yield return ("RealColumns.g.cs", Codelet.File(
            "RealColumns",
            "First pass of a real transform: real transforms down the columns of rows of stride samples.",
            [
                RealColumns.Create(16, true),
                RealColumns.Create(16, false),
                RealColumns.Create(32, false),
                RealColumns.Create(64, false),
                RealColumns.Create(128, false),
            ]));
        yield return ("RealRows.g.cs", Codelet.File(
            "RealRows",
            "Second pass of a real transform: the rows, turned and transformed, and the results in natural order.",
            [
                ComplexRows.Create(16, RowResult.FoldedApart),
                ComplexRows.Create(16, RowResult.Folded),
                ComplexRows.Create(32, RowResult.Folded),
                ComplexRows.Create(64, RowResult.Folded),
                RealRows.Create(32, true),
                RealRows.Create(32, false),
                RealRows.Create(64, false),
            ]));
        yield return ("ComplexColumns.g.cs", Codelet.File(
            "ComplexColumns",
            "First pass of a complex transform: complex transforms down the columns of rows of stride points, in place.",
            [
                ComplexColumns.Create(8),
                ComplexColumns.Create(16),
                ComplexColumns.Create(32),
            ]));
        yield return ("ComplexRows.g.cs", Codelet.File(
            "ComplexRows",
            "Second pass of a complex transform: the rows, turned and transformed, and the squared magnitudes in natural order.",
            [
                ComplexRows.Create(16, RowResult.Power),
                ComplexRows.Create(32, RowResult.Power),
            ]));
    }
}
