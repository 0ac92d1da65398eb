using System.Globalization;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Feedback;

namespace DeviceTwin.Hub.Feedback;

/// <summary>Records given out together, until <see cref="FeedbackBook.LockTime"/> has passed or their taker says what is to become of them.</summary>
internal sealed record FeedbackBatch(Guid LockToken, IReadOnlyList<FeedbackRecord> Records);

/// <summary>
/// What became of messages whose senders want to know: kept, durably, until somebody has taken it. In memory is which records there are and who has
/// been given them; what is in them stays in the store. Who restarts the hub, or takes too long, is given them again.
/// </summary>
internal sealed class FeedbackBook : IDisposable
{
    /// <summary>More are not kept: the oldest give way.</summary>
    public const int MostRecords = 10_000;

    /// <summary>Azure's batch.</summary>
    public const int BatchSize = 64;

    /// <summary>Azure's standard.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly SortedDictionary<long, Entry> kept = [];
    private readonly Dictionary<Guid, Given> given = [];
    private readonly IHubStore store;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly int most;
    private readonly IDisposable subscription;
    private long lastSequence;

    /// <param name="most">How many records are kept at most.</param>
    public FeedbackBook(IHubStore store, IFleet fleet, HubMetrics metrics, TimeProvider time, ILogger<FeedbackBook> logger, int most = MostRecords)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        this.most = most;
        var stored = store.LoadFeedback();
        lastSequence = stored.LastSequence;
        foreach (var (sequence, address) in stored.Kept)
        {
            kept.Add(sequence, new Entry(address));
        }

        metrics.Meter.CreateObservableGauge("devicetwin_feedback_records", () => Count, description: "Records of what became of messages for devices that nobody has taken yet.");
        subscription = fleet.Subscribe(Handle, modules: true);
    }

    /// <summary>How many records nobody has taken yet.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return kept.Count;
            }
        }
    }

    /// <summary>A record that is to be written together with the end of its message; once that is durable it is <see cref="Add"/>ed.</summary>
    public FeedbackRecord Draft(string address, string generationId, string messageId, string outcome) =>
        new(Interlocked.Increment(ref lastSequence), messageId, address, generationId, outcome, time.GetUtcNow());

    /// <summary>On the writer's thread: the records are durable.</summary>
    public void Add(IEnumerable<FeedbackRecord> records)
    {
        lock (gate)
        {
            foreach (var record in records)
            {
                kept.Add(record.Sequence, new Entry(record.Address));
            }

            GiveWay();
        }
    }

    /// <summary>The oldest records that nobody has been given, for one taker; null where there are none.</summary>
    public FeedbackBatch? Take()
    {
        while (true)
        {
            Given batch;
            lock (gate)
            {
                EndLocks();
                long[] sequences = [.. kept.Where(entry => entry.Value.Free).Take(BatchSize).Select(entry => entry.Key)];
                if (sequences.Length == 0)
                {
                    return null;
                }

                Hold(sequences);
                batch = new Given(Guid.NewGuid(), sequences, time.GetUtcNow() + LockTime);
                given.Add(batch.LockToken, batch);
            }

            // Those of a device that was deleted a moment ago are gone.
            if (store.ReadFeedback(batch.Sequences) is { Count: > 0 } records)
            {
                return new FeedbackBatch(batch.LockToken, records);
            }

            lock (gate)
            {
                Forget(Ended(batch.LockToken));
            }
        }
    }

    /// <summary>The taker has the records: they are gone when the task completes.</summary>
    /// <exception cref="HubException">Nobody holds the token, or no longer; or the store failed, and the records are given out again.</exception>
    public async Task Complete(string lockToken, string author)
    {
        long[] sequences;
        Task written;
        lock (gate)
        {
            sequences = Ended(Find(lockToken));
            var audit = new AuditRow(time.GetUtcNow(), author, null, "feedback.complete", null, sequences.Length.ToString(CultureInfo.InvariantCulture), null);
            written = store.Write(
                [new FeedbackChange.Remove(sequences), new StoreChange.AppendAudit(audit)],
                () =>
                {
                    lock (gate)
                    {
                        Forget(sequences);
                    }
                });
        }

        try
        {
            await written.ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            lock (gate)
            {
                Release(sequences);
            }

            throw FleetErrors.Translate(failure);
        }
    }

    /// <summary>The taker gives the records back: whoever asks next has them.</summary>
    /// <exception cref="HubException">Nobody holds the token, or no longer.</exception>
    public void Abandon(string lockToken)
    {
        lock (gate)
        {
            Release(Ended(Find(lockToken)));
        }
    }

    public void Dispose() => subscription.Dispose();

    private Guid Find(string lockToken)
    {
        EndLocks();
        return Guid.TryParse(lockToken, out var token) && given.ContainsKey(token) ? token : throw new HubException(
            MessagingErrors.LockLost,
            $"No batch of feedback is held under \"{lockToken}\". It was completed or given back, or {LockTime.TotalSeconds:0} s have passed: take it again with GET /messages/serviceBound/feedback.");
    }

    private long[] Ended(Guid token) => given.Remove(token, out var batch) ? batch.Sequences : [];

    private void EndLocks()
    {
        var now = time.GetUtcNow();
        foreach (var batch in given.Values.Where(batch => batch.Until <= now).ToArray())
        {
            FeedbackLog.LockEnded(logger, batch.Sequences.Length, LockTime.TotalSeconds);
            Release(Ended(batch.LockToken));
        }
    }

    private void Hold(long[] sequences)
    {
        foreach (var sequence in sequences)
        {
            kept[sequence].Free = false;
        }
    }

    private void Release(long[] sequences)
    {
        foreach (var sequence in sequences)
        {
            if (kept.TryGetValue(sequence, out var entry))
            {
                entry.Free = true;
            }
        }
    }

    private void Forget(IEnumerable<long> sequences)
    {
        foreach (var sequence in sequences)
        {
            kept.Remove(sequence);
        }
    }

    /// <summary>A batch at a time, so that a book that nobody reads does not write a line of the log with every record.</summary>
    private void GiveWay()
    {
        if (kept.Count <= most)
        {
            return;
        }

        long[] oldest = [.. kept.Keys.Take(kept.Count - most + Math.Min(BatchSize, most) - 1)];
        Forget(oldest);
        FeedbackLog.GivenUp(logger, oldest.Length, most);

        // Where that fails they are there again after the next start, and give way again.
        _ = store.Write([new FeedbackChange.Remove(oldest)]).ContinueWith(
            static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private void Handle(FleetEvent change)
    {
        if (change is FleetEvent.IdentityDeleted)
        {
            lock (gate)
            {
                Forget([.. kept.Where(entry => entry.Value.Address == change.DeviceId).Select(entry => entry.Key)]);
            }
        }
    }

    private sealed class Entry(string address)
    {
        public string Address => address;

        /// <summary>Nobody has been given it.</summary>
        public bool Free { get; set; } = true;
    }

    private sealed record Given(Guid LockToken, long[] Sequences, DateTimeOffset Until);
}
