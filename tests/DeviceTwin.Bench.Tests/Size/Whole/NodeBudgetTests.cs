using DeviceTwin.Bench.Size;
using DeviceTwin.Bench.Size.Whole;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.Tests.Bench.Size.Whole;

/// <summary>A whole node keeps within its board's heap, and the two ways of measuring it agree.</summary>
public sealed class NodeBudgetTests
{
    private static IEnumerable<string> Boards() => BoardCatalogue.All().Select(board => board.Name);

    [Test]
    public void Every_budget_is_kept()
    {
        Assert.That(NodeBudgets.Lines().Where(line => !line.Holds), Is.Empty);
        Assert.That(NodeBudgets.Lines().Where(line => line.Bytes < 0), Is.Empty);
    }

    [Test]
    public void Every_board_is_measured()
    {
        Assert.That(NodeBudgets.Nodes.Select(node => node.Board), Is.EquivalentTo(Boards()));
    }

    [TestCaseSource(nameof(Boards))]
    public void What_the_ledger_counts_is_what_the_walk_finds(string board)
    {
        NodeHeap node = NodeBudgets.Nodes.Single(one => one.Board == board);

        // The ledger has neither static fields nor literals, the walk has no garbage. On the S3 the ledger has 672 bytes less than the walk; why is not known.
        const long Tolerated = 1000;
        long walked = node.Parts.Where(part => part.Group != "static data").Sum(part => part.Bytes);
        long statics = node.Parts.Single(part => part.Group == "static data").Bytes;
        Assert.That(node.Alive, Is.InRange(walked - Tolerated, walked + statics + Tolerated), $"{node.Steady} walked");
    }

    [TestCaseSource(nameof(Boards))]
    public void Buffers_are_what_the_board_says(string board)
    {
        BoardDescription description = BoardCatalogue.Named(board);
        NodeHeap node = NodeBudgets.Nodes.Single(one => one.Board == board);

        Assert.Multiple(() =>
        {
            Assert.That(Bytes(node, "capture"), Is.InRange(2 * description.CaptureCapacity, (2 * description.CaptureCapacity) + 300));
            Assert.That(Bytes(node, "workspace"), Is.InRange(10 * description.DetectorWindow, (10 * description.DetectorWindow) + 1000));
            Assert.That(Bytes(node, "waveform"), Is.GreaterThanOrEqualTo(2 * description.WaveformCapacity));
        });
    }

    [TestCaseSource(nameof(Boards))]
    public void Every_operation_takes_something_and_no_more_than_it_allocates(string board)
    {
        NodeHeap node = NodeBudgets.Nodes.Single(one => one.Board == board);

        Assert.That(node.Operations.Where(one => one.Extra <= 0 || one.Stack <= 0), Is.Empty);
        Assert.That(node.Operations.Select(one => one.Loop).Distinct(), Is.EquivalentTo(new[] { "measure", "talk", "serial" }));
        Assert.That(node.LargestPeak, Is.GreaterThan(node.Peak).And.GreaterThan(node.Steady));
    }

    [Test]
    public void A_burst_allocates_the_same_on_both_boards_though_one_brings_fewer_samples()
    {
        // Four views of an array, a position and a length.
        Assert.That(NodeBudgets.Nodes.Select(node => node.Burst), Is.All.EqualTo(4 * 4 * HeapModel.DeviceBlockBytes));
    }

    [Test]
    public void A_passed_budget_is_seen()
    {
        Assert.That(new BudgetLine("board", "steady", 101, 100).Holds, Is.False);
        Assert.That(new BudgetLine("board", "steady", 100, 100).Holds, Is.True);
        Assert.That(new BudgetLine("board", "steady", 101, 100).ToString(), Is.EqualTo("board, steady: 101 bytes, budget 100"));
    }

    [Test]
    public void A_text_that_is_no_literal_takes_its_bytes()
    {
        string made = new('ä', 10);

        Assert.That(new HeapModel().Bytes(made), Is.EqualTo(36), "12, 20 of UTF-8, 1, rounded up");
        Assert.That(new HeapModel().Bytes("a literal"), Is.EqualTo(12));
    }

    [Test]
    public void The_board_around_the_node_is_not_counted()
    {
        Assert.Multiple(() =>
        {
            Assert.That(NodeParcel.Belongs(typeof(DeviceTwin.SensorNode.Node)), Is.True);
            Assert.That(NodeParcel.Belongs(typeof(DeviceTwin.SensorNode.Simulator.Board.SimulatedBoard)), Is.False);
            Assert.That(NodeParcel.Belongs(typeof(System.Device.Spi.SpiDevice)), Is.False);
            Assert.That(NodeParcel.Counts(new byte[1]), Is.True);
            Assert.That(NodeParcel.Counts(new Uri[1]), Is.False);
        });
    }

    [Test]
    public void Of_what_was_made_the_ledger_knows_how_much_lived_at_once()
    {
        var ledger = new AllocationLedger();
        AllocationLedger.Open = ledger;
        try
        {
            Make(1);
            long before = ledger.Begin();
            Make(50);
            byte[] kept = new byte[5000];
            AllocationLedger.Note(kept);
            AllocationLedger.Note(kept);
            AllocationLedger.Note("a literal");
            AllocationLedger.NoteShort(48);

            Assert.That(before, Is.Zero);
            Assert.That(ledger.Allocated, Is.EqualTo((50 * 1020) + 5028 + 48 - 0).Within(12));
            Assert.That(ledger.Alive(), Is.EqualTo(ledger.Peak));
            Assert.That(ledger.Peak, Is.InRange(5020, 5040 + 1100));
            GC.KeepAlive(kept);
        }
        finally
        {
            AllocationLedger.Open = null;
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Make(int count)
    {
        for (int index = 0; index < count; index++)
        {
            AllocationLedger.Note(new byte[1000]);
        }
    }

    private static long Bytes(NodeHeap node, string part) => node.Parts.Single(one => one.Name.StartsWith(part, StringComparison.Ordinal)).Bytes;
}
