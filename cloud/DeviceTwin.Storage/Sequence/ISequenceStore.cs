namespace DeviceTwin.Storage.Sequence;

/// <summary>What is remembered of the numbers of messages.</summary>
public interface ISequenceStore
{
    /// <summary>Every durable window and the counters of the hub; read once at start.</summary>
    StoredSequences ReadSequences();
}

/// <param name="Windows">Of each device in the order in which its boots were last heard of.</param>
public sealed record StoredSequences(IReadOnlyList<SequenceWindow> Windows, IReadOnlyDictionary<string, long> Counters);

/// <summary>A window as it is after a message; within a commit only the last of a boot is written.</summary>
public sealed record PutSequence(SequenceWindow Window) : StoreChange;

/// <summary>A boot is forgotten: newer ones need its place.</summary>
public sealed record DropSequence(string DeviceId, string BootId) : StoreChange;
