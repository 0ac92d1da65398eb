using System.Globalization;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>The tables and the drawing of <c>firmware/MEMORY.md</c>.</summary>
public static class NodeTables
{
    /// <summary>Budgets and what is taken of them.</summary>
    public static string Budgets() => Table(["Of", "What", "Bytes", "Budget"], NodeBudgets.Lines().Select(line => new[] { line.Of, line.Name, Number(line.Bytes), Number(line.Budget) }));

    /// <summary>What lives all the time, and the sums of the peaks.</summary>
    public static string Steady()
    {
        IReadOnlyList<NodeHeap> nodes = NodeBudgets.Nodes;
        IEnumerable<string[]> rows = nodes[0].Parts.Select((part, index) => Row($"{part.Group}: {part.Name}", node => node.Parts[index].Bytes));
        return Table(
            ["What", .. nodes.Select(node => node.Board)],
            [
                .. rows,
                Row("**steady**", node => node.Steady),
                Row("outbox: its queue, full", node => node.QueueRoom),
                Row("measure: the largest of its operations", node => node.Measure),
                Row("talk has the turn: its largest operation, ordinary twins; a technician waits", node => node.TalkTurn(false)),
                Row("or the dialogue has it: its largest; what talk keeps meanwhile; a patch arrives", node => node.SerialTurn),
                Row("**peak, all at once**: steady, queue, measure and the larger of both turns", node => node.Peak),
                Row("talk has the turn: the largest twins", node => node.TalkTurn(true)),
                Row("**peak with the largest twins**", node => node.LargestPeak),
            ]);

        string[] Row(string name, Func<NodeHeap, long> bytes) => [name, .. nodes.Select(node => Number(bytes(node)))];
    }

    /// <summary>What each operation takes on a board.</summary>
    public static string Operations(string board) => Table(
        ["Loop", "Operation", "Alive beyond steady", "Call stack", "Together", "Kept without the turn", "Allocated", "Largest payload"],
        NodeBudgets.Nodes.Single(node => node.Board == board).Operations.Select(one => new[]
        {
            one.Loop, one.Name, Number(one.Extra), Number(one.Stack), Number(one.Total), one.Loop == "talk" ? Number(one.Between) : "", Number(one.Allocated), Number(one.Packet),
        }));

    /// <summary>The assemblies and their limits.</summary>
    public static string Assemblies() => Table(
        ["Assembly", "PE, bytes", "IL", "of 65,535", "Strings", "Signatures and array literals"],
        AssemblySizes.All().Select(one => new[]
        {
            one.Assembly, Number(one.Size.Total), Number(one.Size.Code),
            (one.Size.Code * 100 / PeModel.LargestTable).ToString(CultureInfo.InvariantCulture) + " %", Number(one.Size.Strings), Number(one.Size.Signatures),
        }));

    /// <summary>Who uses which buffer when, with the bytes of the board without PSRAM and of the one with.</summary>
    public static string Plan()
    {
        NodeHeap[] nodes = [.. NodeBudgets.Nodes];
        string[] phases = ["burst", "unpack", "levels", "velocity", "shaft", "bands", "decimate", "envelope", "scores", "upload"];
        (string Buffer, Func<NodeHeap, long> Bytes, string Use)[] rows =
        [
            ("raw words of the FIFO", node => Part(node, "raw words"), "W R . . . . . . . ."),
            ("capture: samples", node => Part(node, "capture: samples"), ". W R R . R R . . R"),
            ("workspace: Samples", node => Array(node, 1, 0), ". . . s s s s s . ."),
            ("workspace: Re", node => Array(node, 2, 1), ". . . s s s s s . ."),
            ("workspace: Im", node => Array(node, 2, 1), ". . . s . s . s . ."),
            ("workspace: BandRe", node => Array(node, 8, 1), ". . . s . . . s . ."),
            ("workspace: BandIm", node => Array(node, 8, 1), ". . . s . . . s s ."),
            ("workspace: cosines", node => Array(node, 4, 1), ". . . R . R . R . ."),
            ("detector's own", node => Part(node, "detector:"), ". . W W R R W W R ."),
            ("result", node => Part(node, "result"), ". . W W W W . W W ."),
            ("waveform and encoder", node => Part(node, "waveform"), ". . . . . . . . . W"),
        ];
        IEnumerable<string> lines = rows.Select(row =>
            $"{row.Buffer,-24}{Number(row.Bytes(nodes[0])),8}{Number(row.Bytes(nodes[1])),9}  "
            + string.Concat(row.Use.Split(' ').Select((use, index) => (use == "." ? "·" : use).PadLeft((phases[index].Length / 2) + 1).PadRight(phases[index].Length + 1))));
        string head = $"{"",-24}{"32e",8}{"s3",9}  {string.Join(' ', phases)}";
        return string.Join('\n', ["```text", head, .. lines.Select(line => line.TrimEnd()), "```"]);

        static long Part(NodeHeap node, string name) => node.Parts.Single(part => part.Name.StartsWith(name, StringComparison.Ordinal)).Bytes;

        static long Array(NodeHeap node, int share, int more) =>
            new HeapModel().Bytes(new float[(SensorNode.Boards.BoardCatalogue.Named(node.Board).DetectorWindow / share) + more]);
    }

    private static string Table(string[] head, IEnumerable<string[]> rows) =>
        string.Join('\n', rows.Prepend([.. head.Select(_ => "---")]).Prepend(head).Select(row => $"| {string.Join(" | ", row)} |"));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
