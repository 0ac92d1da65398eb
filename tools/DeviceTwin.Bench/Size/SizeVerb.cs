using System.Text.Json;
using DeviceTwin.Bench.Size.Whole;

namespace DeviceTwin.Bench.Size;

/// <summary><c>size</c>: the heap of each board's node, the detector's for each window length, and the bytes of each room and assembly in the PE files.</summary>
public static class SizeVerb
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <param name="options">What follows the verb: <c>--json</c>.</param>
    /// <returns><see cref="Verbs.Failed"/> where a budget is passed.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        bool json = false;
        foreach (string option in options)
        {
            json = option == "--json" ? true : throw new UsageException($"size does not take '{option}'");
        }

        IReadOnlyList<HeapSize> heap = Sizes.Heap();
        IReadOnlyList<RoomSize> rooms = Sizes.Pe();
        IReadOnlyList<BudgetLine> lines = NodeBudgets.Lines();
        if (json)
        {
            var pe = rooms.Select(room => new { room.Room, Bytes = room.Size.Total, room.Size.Code, room.Budget });
            output.WriteLine(JsonSerializer.Serialize(new { Heap = heap, Pe = pe, Nodes = NodeBudgets.Nodes, Assemblies = AssemblySizes.All(), Budgets = lines }, Json));
        }
        else
        {
            output.WriteLine(SizeTables.Heap(heap));
            output.WriteLine();
            output.WriteLine(SizeTables.Pe(rooms));
            output.WriteLine();
            output.WriteLine(NodeTables.Budgets());
        }

        string[] passed =
        [
            .. heap.Where(row => row.Bytes > row.Budget).Select(row => $"{row.Part} takes {row.Bytes} bytes of heap, budget {row.Budget}"),
            .. lines.Where(line => !line.Holds).Select(line => line.ToString()),
            .. rooms.Where(row => row.Size.Total > row.Budget).Select(row => $"{row.Room} takes {row.Size.Total} bytes of the PE file, budget {row.Budget}"),
        ];
        foreach (string line in passed)
        {
            error.WriteLine($"error: {line}");
        }

        return passed.Length == 0 ? Verbs.Done : Verbs.Failed;
    }
}
