using System.Collections.Concurrent;
using System.Collections.Immutable;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sequence;

namespace DeviceTwin.Hub.Sequence;

/// <summary>
/// Knows which messages are here already, by the boot and number that a node gives each. A repetition is confirmed like the first and
/// leads to nothing. Messages without both are none of its business and cost two look-ups.
/// </summary>
/// <remarks>
/// Per device the newest <see cref="BootsKept"/> boots are remembered, each with at most <see cref="SequenceWindow.Largest"/> ranges: at
/// worst 9 KB in memory and 4 KB on the disk, in order about 0.3 KB. A message of a boot that was forgotten counts as new.
/// </remarks>
internal sealed class SequenceSubject : ITelemetrySubject
{
    /// <summary>A node writes with one boot at a time; the others are for what a store-and-forward outbox still holds.</summary>
    public const int BootsKept = 4;

    private readonly ConcurrentDictionary<string, Device> devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> complained = new(StringComparer.Ordinal);
    private readonly ILogger<SequenceSubject> logger;
    private readonly int largest;
    private long repeats;
    private long missed;
    private long filled;
    private long givenUp;
    private long unsure;
    private long malformed;

    public SequenceSubject(IHubStore store, ILogger<SequenceSubject> logger)
        : this(store, logger, SequenceWindow.Largest)
    {
    }

    /// <param name="largest">Ranges remembered per boot.</param>
    internal SequenceSubject(IHubStore store, ILogger<SequenceSubject> logger, int largest)
    {
        this.logger = logger;
        this.largest = largest;
        var stored = store.ReadSequences();
        foreach (var boots in stored.Windows.GroupBy(window => window.DeviceId, StringComparer.Ordinal))
        {
            var known = boots.ToImmutableArray();
            devices[boots.Key] = new Device { Working = known, Durable = known };
        }

        repeats = stored.Counters.GetValueOrDefault(SequenceCounters.Repeats);
        missed = stored.Counters.GetValueOrDefault(SequenceCounters.Missed);
        filled = stored.Counters.GetValueOrDefault(SequenceCounters.Filled);
        givenUp = stored.Counters.GetValueOrDefault(SequenceCounters.GivenUp);
        unsure = stored.Counters.GetValueOrDefault(SequenceCounters.Unsure);
        malformed = stored.Counters.GetValueOrDefault(SequenceCounters.Malformed);
    }

    public SequenceTotals Totals => new(
        Interlocked.Read(ref repeats),
        Interlocked.Read(ref missed),
        Interlocked.Read(ref filled),
        Interlocked.Read(ref givenUp),
        Interlocked.Read(ref unsure),
        Interlocked.Read(ref malformed));

    /// <summary>The durable windows of a device, the boot heard of last at the end; empty where it gives no numbers.</summary>
    public ImmutableArray<SequenceWindow> Find(string deviceId) => devices.TryGetValue(deviceId, out var device) ? device.Durable : [];

    /// <inheritdoc/>
    public TelemetryPart? Take(TelemetryMessage message)
    {
        if (MessageNumber.Of(message, out var problem) is not { } number)
        {
            return problem is null ? null : Complain(message.DeviceId, problem);
        }

        var device = devices.GetOrAdd(message.DeviceId, static _ => new Device());
        var before = device.Working;
        var index = IndexOf(before, number.BootId);
        var known = index < 0 ? null : before[index];
        var (window, outcome) = known is null
            ? (SequenceWindow.Begin(message.DeviceId, number.BootId, number.Number, message.EnqueuedAt),
                number.Number == 1 ? SequenceOutcome.Next : SequenceOutcome.Ahead)
            : known.Take(number.Number, message.EnqueuedAt, largest);

        if (index >= 0 && index == before.Length - 1 && outcome == SequenceOutcome.Next)
        {
            // The rule: the boot heard of last, the next number.
            var usual = before.SetItem(index, window);
            device.Working = usual;
            return new TelemetryPart([new PutSequence(window)], false, () => device.Durable = usual, () => device.Working = before);
        }

        return Unusual(device, before, index, known, window, outcome, number.Number);
    }

    /// <inheritdoc/>
    public void FallBack()
    {
        foreach (var (_, device) in devices)
        {
            device.Working = device.Durable;
        }
    }

    /// <inheritdoc/>
    public void Deleted(string deviceId)
    {
        devices.TryRemove(deviceId, out _);
        complained.TryRemove(deviceId, out _);
    }

    private TelemetryPart Unusual(
        Device device, ImmutableArray<SequenceWindow> before, int index, SequenceWindow? known, SequenceWindow window, SequenceOutcome outcome, long number)
    {
        // A repetition, too, brings a change: a write without one would be confirmed even if the commit of the first delivery, still
        // under way, failed.
        List<StoreChange> changes = [new PutSequence(window)];
        var after = (index < 0 ? before : before.RemoveAt(index)).Add(window);
        long lost = 0;
        if (after.Length > BootsKept)
        {
            var oldest = after[0];
            lost = oldest.Missing;
            after = after.RemoveAt(0);
            changes.Add(new DropSequence(oldest.DeviceId, oldest.BootId));
        }

        device.Working = after;
        lost += window.GivenUp - (known?.GivenUp ?? 0);
        var found = outcome == SequenceOutcome.Ahead ? number - (known?.Top.Last ?? 0) - 1 : 0;
        Count(changes, SequenceCounters.Missed, found);
        Count(changes, SequenceCounters.GivenUp, lost);
        Count(changes, SequenceCounters.Repeats, outcome == SequenceOutcome.Repeat ? 1 : 0);
        Count(changes, SequenceCounters.Filled, outcome == SequenceOutcome.Filled ? 1 : 0);
        Count(changes, SequenceCounters.Unsure, outcome == SequenceOutcome.Behind ? 1 : 0);
        return new TelemetryPart(
            changes,
            outcome == SequenceOutcome.Repeat,
            () =>
            {
                device.Durable = after;
                Interlocked.Add(ref missed, found);
                Interlocked.Add(ref givenUp, lost);
                Interlocked.Add(ref repeats, outcome == SequenceOutcome.Repeat ? 1 : 0);
                Interlocked.Add(ref filled, outcome == SequenceOutcome.Filled ? 1 : 0);
                Interlocked.Add(ref unsure, outcome == SequenceOutcome.Behind ? 1 : 0);
                if (found > 0)
                {
                    SequenceLog.Missing(logger, window.DeviceId, window.BootId, found, number);
                }
            },
            () => device.Working = before);
    }

    private TelemetryPart Complain(string deviceId, string problem) => new(
        [new StoreChange.Count(SequenceCounters.Malformed, 1)],
        false,
        () =>
        {
            Interlocked.Increment(ref malformed);
            if (complained.TryAdd(deviceId, true))
            {
                SequenceLog.Malformed(logger, deviceId, problem);
            }
        });

    private static void Count(List<StoreChange> changes, string name, long by)
    {
        if (by > 0)
        {
            changes.Add(new StoreChange.Count(name, by));
        }
    }

    private static int IndexOf(ImmutableArray<SequenceWindow> boots, string bootId)
    {
        var index = boots.Length - 1;
        while (index >= 0 && boots[index].BootId != bootId)
        {
            index--;
        }

        return index;
    }

    /// <summary>The boots of a device, that heard of last at the end.</summary>
    private sealed class Device
    {
        /// <summary>With what is on its way to the disk; guarded by the fleet's lock.</summary>
        public ImmutableArray<SequenceWindow> Working { get; set; } = [];

        /// <summary>What is durable; written on the store's thread, a reference that readers may take at any time.</summary>
        public ImmutableArray<SequenceWindow> Durable { get; set; } = [];
    }
}
