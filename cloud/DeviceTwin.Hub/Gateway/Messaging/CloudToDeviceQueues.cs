using System.Globalization;
using System.Text;
using DeviceTwin.Hub.Feedback;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Feedback;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>A message that somebody wants a device to have.</summary>
/// <param name="Properties">System (<c>$.mid</c>, …) and application properties.</param>
/// <param name="ExpiresAt">Null = after <see cref="CloudToDeviceQueues.StandardLife"/>.</param>
internal sealed record CloudToDeviceDraft(IReadOnlyDictionary<string, string?> Properties, ReadOnlyMemory<byte> Body, DateTimeOffset? ExpiresAt = null);

/// <summary>
/// The messages that wait for devices: one queue per device, durable before anybody is told that a message was taken, and rid of it
/// only when the device's confirmation is durable. In memory is which messages there are; what is in them stays in the store.
/// </summary>
internal sealed class CloudToDeviceQueues : IDisposable
{
    /// <summary>Azure's limit per device.</summary>
    public const int MaximumDepth = 50;

    /// <summary>Azure's limit: body and properties.</summary>
    public const int MaximumSize = 64 * 1024;

    /// <summary>Percent-encoded twice, as nanoFramework needs them, this much still fits into a topic.</summary>
    public const int MaximumProperties = 8 * 1024;

    public const string ExpiredCounter = "cloudToDeviceExpired";

    public static readonly TimeSpan StandardLife = TimeSpan.FromHours(1);

    /// <summary>Azure's limit.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(48);

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Entry>> queues = new(StringComparer.Ordinal);
    private readonly IHubStore store;
    private readonly IFleet fleet;
    private readonly FeedbackBook feedback;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ITimer expiry;
    private readonly IDisposable subscription;
    private long lastSequence;

    /// <summary>When the timer wakes up for the next expiry; far away where none is set.</summary>
    private DateTimeOffset wakeUp = DateTimeOffset.MaxValue;

    public CloudToDeviceQueues(IHubStore store, IFleet fleet, FeedbackBook feedback, TimeProvider time, ILogger<CloudToDeviceQueues> logger)
    {
        this.store = store;
        this.fleet = fleet;
        this.feedback = feedback;
        this.time = time;
        this.logger = logger;
        StoredCloudToDevice stored = store.LoadCloudToDevice();
        lastSequence = stored.LastSequence;
        foreach (CloudToDeviceEntry waiting in stored.Waiting)
        {
            Queue(waiting.DeviceId).Add(new Entry(waiting.Sequence, waiting.ExpiresAt, Reply.Of(waiting.Properties)) { State = EntryState.Waiting });
        }

        foreach (string deviceId in queues.Keys)
        {
            Tell(deviceId);
        }

        expiry = time.CreateTimer(_ => DropExpired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        subscription = fleet.Subscribe(Handle, modules: true);
        Schedule();
    }

    /// <summary>A message for this device has become durable. Called on the writer's thread: it must not block.</summary>
    public event Action<string>? Arrived;

    /// <summary>Queues a message; it is durable when the task completes.</summary>
    /// <returns>The message's identifier: its own, or the one that it was given.</returns>
    /// <exception cref="HubException">The device is unknown, its queue is full, or the message is too large or would live too long.</exception>
    public async Task<string> Enqueue(string deviceId, CloudToDeviceDraft draft, string author)
    {
        DeviceIdentity identity = fleet.FindIdentity(deviceId) ?? throw FleetErrors.NotFound(deviceId);
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset expiresAt = draft.ExpiresAt ?? now + StandardLife;
        Check(draft, expiresAt, now);
        IReadOnlyDictionary<string, string?> properties;
        Entry entry;
        Task written;
        lock (gate)
        {
            List<Entry> queue = Queue(deviceId);
            Expire(deviceId, queue, now);
            if (queue.Count(waiting => waiting.State != EntryState.Expired) >= MaximumDepth)
            {
                throw new HubException(
                    MessagingErrors.QueueFull,
                    $"{MaximumDepth} messages wait for device {deviceId} already. Wait until it has taken some, let them expire sooner, or purge them with DELETE /devices/{deviceId}/commands.");
            }

            lastSequence++;
            properties = Named(draft.Properties, lastSequence);
            entry = new Entry(lastSequence, expiresAt, Reply.Of(properties));
            queue.Add(entry);
            written = store.Write(
                [
                    new CloudToDeviceChange.Put(
                        new CloudToDeviceMessage(lastSequence, deviceId, now, expiresAt, properties, draft.Body), identity.GenerationId),
                    new StoreChange.AppendAudit(new AuditRow(now, author, identity.DeviceId, "message.send", identity.AuditPath(null), null, null)),
                ],
                () => Kept(deviceId, entry, identity.GenerationId));
            WakeUp(expiresAt);
        }

        try
        {
            await written.ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            Drop(deviceId, entry);
            throw FleetErrors.Translate(failure);
        }

        return properties[SystemProperties.MessageId]!;
    }

    /// <summary>Removes all that waits for a device.</summary>
    /// <returns>How many messages that were.</returns>
    public async Task<int> Purge(string deviceId, string author)
    {
        DeviceIdentity identity = fleet.FindIdentity(deviceId) ?? throw FleetErrors.NotFound(deviceId);
        DateTimeOffset now = time.GetUtcNow();
        Entry[] purged;
        Task written;
        lock (gate)
        {
            List<Entry> queue = Queue(deviceId);
            Expire(deviceId, queue, now);
            purged = [.. queue.Where(entry => entry.State == EntryState.Waiting)];
            written = Remove(
                deviceId,
                purged,
                EntryState.Removing,
                FeedbackOutcome.Purged,
                new StoreChange.AppendAudit(new AuditRow(
                    now, author, identity.DeviceId, "message.purge", identity.AuditPath(null), purged.Length.ToString(CultureInfo.InvariantCulture), null)));
        }

        try
        {
            await written.ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }

        return purged.Length;
    }

    /// <summary>The device's first message behind the one named, or null where none waits.</summary>
    /// <param name="again">It has been sent before.</param>
    public CloudToDeviceMessage? Next(string deviceId, long after, out bool again)
    {
        while (true)
        {
            Entry? entry;
            lock (gate)
            {
                again = false;
                if (!queues.TryGetValue(deviceId, out List<Entry>? queue))
                {
                    return null;
                }

                Expire(deviceId, queue, time.GetUtcNow());
                entry = queue.Find(waiting => waiting.Sequence > after && waiting.State == EntryState.Waiting);
                if (entry is null)
                {
                    return null;
                }

                again = entry.Sent;
                entry.Sent = true;
            }

            if (store.ReadCloudToDevice(entry.Sequence) is { } message)
            {
                return message;
            }

            Drop(deviceId, entry);
        }
    }

    /// <summary>The device has a message: it is removed, durably, some time after this returns.</summary>
    public void Confirm(string deviceId, long sequence)
    {
        lock (gate)
        {
            if (queues.GetValueOrDefault(deviceId)?.Find(waiting => waiting.Sequence == sequence) is { State: EntryState.Waiting } entry)
            {
                _ = Remove(deviceId, [entry], EntryState.Removing, FeedbackOutcome.Success);
            }
        }
    }

    public void Dispose()
    {
        subscription.Dispose();
        expiry.Dispose();
    }

    private static void Check(CloudToDeviceDraft draft, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        int properties = draft.Properties.Sum(property => Encoding.UTF8.GetByteCount(property.Key) + Encoding.UTF8.GetByteCount(property.Value ?? ""));
        if (properties > MaximumProperties)
        {
            throw new HubException(
                HubError.RequestEntityTooLarge, $"The properties have {properties} bytes, {MaximumProperties / 1024} KB are allowed. Put the larger ones into the body.");
        }

        if (draft.Body.Length + properties > MaximumSize)
        {
            throw new HubException(
                HubError.RequestEntityTooLarge,
                $"The message has {draft.Body.Length + properties} bytes with its properties, {MaximumSize / 1024} KB are allowed. Send it in parts.");
        }

        if (draft.Properties.GetValueOrDefault(CloudToDeviceMessage.AcknowledgeProperty) is var word && FeedbackOutcome.Read(word) is null)
        {
            throw new HubException(HubError.ArgumentInvalid, $"{CloudToDeviceMessage.AcknowledgeProperty} takes none, positive, negative or full, not \"{word}\".");
        }

        if (expiresAt <= now || expiresAt > now + LongestLife)
        {
            throw new HubException(
                HubError.ArgumentInvalid,
                $"The message would expire at {Json.Timestamp(expiresAt)}; it is {Json.Timestamp(now)}. Give a time ahead of it by {LongestLife.TotalHours:0} hours at most, or none for {StandardLife.TotalHours:0} hour.");
        }
    }

    /// <summary>Delivery is at least once: by its identifier an application can tell that it has a message already.</summary>
    private static IReadOnlyDictionary<string, string?> Named(IReadOnlyDictionary<string, string?> properties, long sequence) =>
        properties.ContainsKey(SystemProperties.MessageId)
            ? properties
            : new Dictionary<string, string?>(properties)
            {
                [SystemProperties.MessageId] = string.Create(CultureInfo.InvariantCulture, $"c2d-{sequence}"),
            };

    private List<Entry> Queue(string deviceId)
    {
        if (!queues.TryGetValue(deviceId, out List<Entry>? queue))
        {
            queues[deviceId] = queue = [];
        }

        return queue;
    }

    /// <summary>On the writer's thread: a message is durable, unless its device was deleted just before.</summary>
    private void Kept(string deviceId, Entry entry, string generationId)
    {
        lock (gate)
        {
            if (fleet.FindIdentity(deviceId)?.GenerationId != generationId)
            {
                queues.GetValueOrDefault(deviceId)?.Remove(entry);
                return;
            }

            entry.State = EntryState.Waiting;
            Tell(deviceId);
        }

        Arrived?.Invoke(deviceId);
    }

    private void Drop(string deviceId, Entry entry)
    {
        lock (gate)
        {
            if (queues.TryGetValue(deviceId, out List<Entry>? queue) && queue.Remove(entry))
            {
                Tell(deviceId);
            }
        }
    }

    /// <summary>Takes the expired messages of a queue out of delivery, inside the lock.</summary>
    private void Expire(string deviceId, List<Entry> queue, DateTimeOffset now)
    {
        Entry[] expired = [.. queue.Where(entry => entry.State == EntryState.Waiting && entry.ExpiresAt <= now)];
        if (expired.Length > 0)
        {
            logger.MessagesExpired(deviceId, expired.Length);
            _ = Remove(deviceId, expired, EntryState.Expired, FeedbackOutcome.Expired, new StoreChange.Count(ExpiredCounter, expired.Length));
        }
    }

    /// <summary>Begins to remove messages, inside the lock. Where that fails they wait again, and are delivered or expire again.</summary>
    /// <param name="outcome">What became of them, which is kept for those senders that want to know.</param>
    private Task Remove(string deviceId, Entry[] entries, EntryState state, string outcome, params StoreChange[] more)
    {
        FeedbackRecord[] records = Records(deviceId, entries, outcome);
        foreach (Entry entry in entries)
        {
            entry.State = state;
        }

        Task written = store.Write(
            [.. entries.Select(entry => new CloudToDeviceChange.Remove(entry.Sequence)), .. records.Select(record => new FeedbackChange.Append(record)), .. more],
            () =>
            {
                if (records.Length > 0)
                {
                    feedback.Add(records);
                }

                lock (gate)
                {
                    queues.GetValueOrDefault(deviceId)?.RemoveAll(entries.Contains);
                    Tell(deviceId);
                }
            });
        _ = TakeBack(written, entries);
        return written;
    }

    private FeedbackRecord[] Records(string deviceId, Entry[] entries, string outcome)
    {
        Acknowledge kind = FeedbackOutcome.Kind(outcome);
        if (!Array.Exists(entries, entry => (entry.Reply.Wanted & kind) != 0))
        {
            return [];
        }

        string generationId = fleet.FindIdentity(deviceId)?.GenerationId ?? "";
        return [.. entries.Where(entry => (entry.Reply.Wanted & kind) != 0).Select(entry => feedback.Draft(deviceId, generationId, entry.Reply.MessageId, outcome))];
    }

    private async Task TakeBack(Task written, Entry[] entries)
    {
        try
        {
            await written.ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The fleet has said in the log why the commit failed.
            lock (gate)
            {
                foreach (Entry entry in entries)
                {
                    entry.State = EntryState.Waiting;
                }
            }
        }
    }

    private void Handle(FleetEvent change)
    {
        if (change is FleetEvent.IdentityDeleted)
        {
            lock (gate)
            {
                queues.Remove(change.DeviceId);
            }
        }
    }

    /// <summary>Lets the twin say how many messages wait, inside the lock. What is not durable yet does not count, what still is does.</summary>
    private void Tell(string deviceId) =>
        fleet.SetQueuedMessages(deviceId, queues.GetValueOrDefault(deviceId)?.Count(entry => entry.State != EntryState.Written) ?? 0);

    private void DropExpired()
    {
        lock (gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach (var (deviceId, queue) in queues)
            {
                Expire(deviceId, queue, now);
            }

            Schedule();
        }
    }

    /// <summary>Wakes up when the next message expires, and never while none waits.</summary>
    private void Schedule()
    {
        DateTimeOffset? next = null;
        foreach (List<Entry> queue in queues.Values)
        {
            foreach (Entry entry in queue)
            {
                if (entry.State is EntryState.Written or EntryState.Waiting && !(next <= entry.ExpiresAt))
                {
                    next = entry.ExpiresAt;
                }
            }
        }

        wakeUp = DateTimeOffset.MaxValue;
        if (next is { } at)
        {
            WakeUp(at);
        }
    }

    private void WakeUp(DateTimeOffset at)
    {
        if (at < wakeUp)
        {
            wakeUp = at;

            // A moment later, so that messages of one burst expire together; and not at once again where removing failed.
            TimeSpan left = at - time.GetUtcNow() + TimeSpan.FromSeconds(1);
            expiry.Change(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private enum EntryState
    {
        /// <summary>On its way to the disk.</summary>
        Written,
        Waiting,

        /// <summary>Confirmed or purged, which is on its way to the disk.</summary>
        Removing,
        Expired,
    }

    /// <summary>What the sender of a message wants to hear of, and under which name.</summary>
    private readonly record struct Reply(Acknowledge Wanted, string MessageId)
    {
        public static Reply Of(IReadOnlyDictionary<string, string?>? properties) =>
            properties is not null && FeedbackOutcome.Read(properties.GetValueOrDefault(CloudToDeviceMessage.AcknowledgeProperty)) is { } wanted and not Acknowledge.None
                ? new Reply(wanted, properties.GetValueOrDefault(SystemProperties.MessageId) ?? "")
                : default;
    }

    private sealed class Entry(long sequence, DateTimeOffset expiresAt, Reply reply)
    {
        public Reply Reply => reply;

        public long Sequence => sequence;

        public DateTimeOffset ExpiresAt => expiresAt;

        public EntryState State { get; set; }

        public bool Sent { get; set; }
    }
}
