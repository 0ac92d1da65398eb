namespace DeviceTwin.Bench.Size.Whole;

/// <summary>What a node takes of its board's heap, in bytes of the device.</summary>
/// <param name="Board">Name of the board.</param>
/// <param name="Parts">What lives all the time, part by part, everything switched on.</param>
/// <param name="Alive">The same by the ledger: what the instrumented firmware made and still lives, without static fields and literals.</param>
/// <param name="Operations">What operations take on top of that.</param>
/// <param name="QueueRoom">What a full queue of the outbox takes in memory.</param>
/// <param name="FilesRoom">What the outbox takes in memory beside its queue while it writes to files and reads from them, after an outage.</param>
/// <param name="Burst">What a burst of the sensor's FIFO allocates.</param>
/// <param name="IdleMeasure">What a step of the measure loop allocates between captures.</param>
/// <param name="IdleTalk">What a step of the talk loop allocates where there is nothing to say.</param>
public sealed record NodeHeap(
    string Board,
    IReadOnlyList<HeapPart> Parts,
    long Alive,
    IReadOnlyList<HeapOperation> Operations,
    long QueueRoom,
    long FilesRoom,
    long Burst,
    long IdleMeasure,
    long IdleTalk)
{
    /// <summary>What lives all the time.</summary>
    public long Steady => Parts.Sum(part => part.Bytes);

    /// <summary>All at once: every loop at its own peak, the outbox full. Twins are ordinary ones.</summary>
    public long Peak => Sum(false);

    /// <summary>The same with the largest twins that the hub lets anybody write.</summary>
    public long LargestPeak => Sum(true);

    /// <summary>Most that an operation of a loop takes.</summary>
    public long Most(string loop, bool isExtreme) =>
        Operations.Where(operation => operation.Loop == loop && (isExtreme || !operation.IsExtreme)).Max(operation => operation.Total);

    /// <summary>An operation by its name.</summary>
    public HeapOperation Named(string name) => Operations.Single(operation => operation.Name == name);

    private long Sum(bool isExtreme) => Steady + QueueRoom + FilesRoom + Operations.Select(operation => operation.Loop).Distinct().Sum(loop => Most(loop, isExtreme));
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
/// <param name="Extra">Most that lives beyond what lives all the time.</param>
/// <param name="Stack">Call stack at that moment.</param>
/// <param name="Packet">Largest payload of a message, either way; what the MQTT client holds of it is in <paramref name="Extra"/>.</param>
/// <param name="Allocated">What it allocates altogether; most of it is garbage at once.</param>
public sealed record HeapOperation(string Loop, string Name, bool IsExtreme, long Extra, long Stack, long Packet, long Allocated)
{
    /// <summary>Most that it takes at once.</summary>
    public long Total => Extra + Stack;
}
