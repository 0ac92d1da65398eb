namespace DeviceTwin.Bench.Size.Whole;

/// <summary>What a node takes of its board's heap, in bytes of the device.</summary>
/// <param name="Board">Name of the board.</param>
/// <param name="Parts">What lives all the time, part by part, everything switched on.</param>
/// <param name="Alive">The same by the ledger: what the instrumented firmware made and still lives, without static fields and literals.</param>
/// <param name="Operations">What operations take on top of that.</param>
/// <param name="QueueRoom">What a full queue of the outbox takes in memory.</param>
/// <param name="Burst">What a burst of the sensor's FIFO allocates.</param>
/// <param name="IdleMeasure">What a step of the measure loop allocates between captures.</param>
/// <param name="IdleTalk">What a step of the talk loop allocates where there is nothing to say.</param>
public sealed record NodeHeap(
    string Board,
    IReadOnlyList<HeapPart> Parts,
    long Alive,
    IReadOnlyList<HeapOperation> Operations,
    long QueueRoom,
    long Burst,
    long IdleMeasure,
    long IdleTalk)
{
    /// <summary>What lives all the time.</summary>
    public long Steady => Parts.Sum(part => part.Bytes);

    /// <summary>The technician's request that waits.</summary>
    public const string Waiting = "request while talk has the turn: told to come again";

    // Body of the packet with its topic and head, the payload cut out of it, and the message.
    private const int PatchHead = 160;

    /// <summary>All at once: the outbox full, measure at its peak, and talk or the dialogue, whoever has the turn, with what the other keeps meanwhile. Twins are ordinary ones.</summary>
    public long Peak => Sum(false);

    /// <summary>The same with the largest twins that the hub lets anybody write.</summary>
    public long LargestPeak => Sum(true);

    /// <summary>A change of every property that arrives unasked: the MQTT client takes it before anybody has a turn.</summary>
    public long Patch => (2 * Operations.Where(operation => !operation.IsExtreme && operation.Name.StartsWith("twin applied", StringComparison.Ordinal)).Max(operation => operation.Packet)) + PatchHead;

    /// <summary>Most that measure takes.</summary>
    public long Measure => Of("measure", false).Max(operation => operation.Total);

    /// <summary>Talk has the turn, and the dialogue tells a technician to come again.</summary>
    public long TalkTurn(bool isExtreme) =>
        Of("talk", isExtreme).Max(operation => operation.Total + (operation.IsListening ? Patch : 0)) + Named(Waiting).Total;

    /// <summary>The dialogue has the turn, and talk keeps what it keeps between its steps; a patch arrives.</summary>
    public long SerialTurn =>
        Of("serial", false).Max(operation => operation.Total) + Of("talk", false).Max(operation => operation.Between + (operation.Name.StartsWith("outage:", StringComparison.Ordinal) ? 0 : Patch));

    /// <summary>An operation by its name.</summary>
    public HeapOperation Named(string name) => Operations.Single(operation => operation.Name == name);

    private IEnumerable<HeapOperation> Of(string loop, bool isExtreme) => Operations.Where(operation => operation.Loop == loop && (isExtreme || !operation.IsExtreme));

    private long Sum(bool isExtreme) => Steady + QueueRoom + Measure + Math.Max(TalkTurn(isExtreme), SerialTurn);
}

/// <summary>A part of what lives all the time.</summary>
/// <param name="Group">Static data, buffers or state.</param>
/// <param name="Name">The part.</param>
/// <param name="Bytes">Its bytes; what an earlier part holds, too, is counted there.</param>
public sealed record HeapPart(string Group, string Name, long Bytes);

/// <summary>What an operation takes.</summary>
/// <param name="Loop">The loop that does it: measure, talk or serial. Different loops may be at their peaks at the same time.</param>
/// <param name="Name">The operation.</param>
/// <param name="IsExtreme">Whether only the largest twins need it.</param>
/// <param name="IsListening">Whether a patch may arrive during it, beside what it takes.</param>
/// <param name="Extra">What lives beyond what lives all the time, and beyond messages that wait, at the moment when it and the call stack are most.</param>
/// <param name="Stack">Call stack at that moment.</param>
/// <param name="Between">Most that lives beyond the same between two steps after which the talk loop has given its turn back.</param>
/// <param name="Packet">Largest payload of a message, either way; what the MQTT client holds of it is in <paramref name="Extra"/>.</param>
/// <param name="Allocated">What it allocates altogether; most of it is garbage at once.</param>
public sealed record HeapOperation(string Loop, string Name, bool IsExtreme, bool IsListening, long Extra, long Stack, long Between, long Packet, long Allocated)
{
    /// <summary>Most that it takes at once.</summary>
    public long Total => Extra + Stack;
}
