using System.Globalization;

namespace DeviceTwin.Bench.Size;

/// <summary>The sizes as Markdown, for the screen and for the documentation.</summary>
public static class SizeTables
{
    /// <summary>Heap of each part.</summary>
    public static string Heap(IEnumerable<HeapSize> rows) => Table(
        ["Part", "Heap, bytes", "Budget"],
        rows.Select(row => new[] { row.Part, Number(row.Bytes), Number(row.Budget) })
            .Append(["static tables of Signal and Detection (in each detector above)", Number(Sizes.Tables()), ""]));

    /// <summary>PE bytes of each room and of all.</summary>
    public static string Pe(IReadOnlyList<RoomSize> rows)
    {
        PeSize sum = rows.Aggregate(new PeSize(0, 0, 0, 0), (sum, row) => sum + row.Size);
        return Table(
            ["Room", "PE, bytes", "IL", "Records", "Strings", "Signatures and array literals", "Budget"],
            rows.Append(new RoomSize("together", sum, rows.Sum(row => row.Budget))).Select(row => new[]
            {
                row.Room, Number(row.Size.Total), Number(row.Size.Code), Number(row.Size.Records), Number(row.Size.Strings),
                Number(row.Size.Signatures), Number(row.Budget),
            }));
    }

    private static string Table(string[] head, IEnumerable<string[]> rows) =>
        string.Join('\n', rows.Prepend([.. head.Select(_ => "---")]).Prepend(head).Select(row => $"| {string.Join(" | ", row)} |"));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
