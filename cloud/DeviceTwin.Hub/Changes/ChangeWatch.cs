using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>
/// What is seen of a change's devices in one part of it: the shadow, or everything from the canary on. What comes in becomes facts of the ledger and rows
/// for the store; from the rows it is what it was after a restart.
/// </summary>
internal sealed class ChangeWatch
{
    private readonly RolloutPlan plan;
    private readonly Dictionary<string, NodeMeter> meters = new(StringComparer.Ordinal);
    private readonly HashSet<string> away = new(StringComparer.Ordinal);
    private readonly HashSet<string> notFitted = new(StringComparer.Ordinal);
    private readonly HashSet<(string DeviceId, string Path)> refused = [];
    private readonly Dictionary<string, HashSet<string>> trials = new(StringComparer.Ordinal);
    private readonly HashSet<string> tried = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> captures = new(StringComparer.Ordinal);
    private readonly List<string> rows = [];

    private ChangeWatch(RolloutPlan plan, GateLedger ledger, bool isShadow) => (this.plan, Ledger, IsShadow) = (plan, ledger, isShadow);

    public GateLedger Ledger { get; }

    public bool IsShadow { get; }

    /// <summary>Devices whose twin is to be looked at again.</summary>
    public HashSet<string> Dirty { get; } = new(StringComparer.Ordinal);

    /// <summary>Boards that have no shadow slot, or none for one of the settings.</summary>
    public IReadOnlyCollection<string> NotFitted => notFitted;

    /// <summary>A new part begins.</summary>
    public static ChangeWatch Begin(RolloutPlan plan, bool isShadow, DateTimeOffset at, IReadOnlyList<NodeBaseline> baselines)
    {
        var watch = new ChangeWatch(plan, new GateLedger(at, baselines), isShadow);
        watch.rows.Add(WatchRows.Begin(isShadow, at, baselines));
        return watch;
    }

    /// <summary>The last part, from what was stored; null where there is none.</summary>
    public static ChangeWatch? From(IEnumerable<string> stored, RolloutPlan plan)
    {
        ChangeWatch? watch = null;
        foreach (var text in stored)
        {
            var row = Json.ParseObject(text);
            if (WatchRows.ReadBegin(row) is var (isShadow, at, baselines))
            {
                watch = new ChangeWatch(plan, new GateLedger(at, baselines), isShadow);
            }
            else
            {
                watch?.Take(row);
            }
        }

        return watch;
    }

    /// <summary>From now on these devices are expected.</summary>
    public void Expect(IEnumerable<string> deviceIds, Func<string, TimeSpan> captureInterval, DateTimeOffset at)
    {
        foreach (var deviceId in deviceIds)
        {
            if (!meters.TryGetValue(deviceId, out var meter))
            {
                meters.Add(deviceId, meter = new NodeMeter(Ledger.BaselineOf(deviceId), plan, captureInterval(deviceId)));
            }

            meter.Expect(at);
        }
    }

    public bool Concerns(string deviceId) => meters.ContainsKey(deviceId);

    /// <summary>What a node said, or the hub saw of it.</summary>
    public void Add(NodeReading reading)
    {
        if (!meters.TryGetValue(reading.DeviceId, out var meter))
        {
            return;
        }

        if (away.Remove(reading.DeviceId))
        {
            // Its return is none of the change's.
            reading = reading with { Sessions = 0 };
            Note(new GateFact(NodeFact.Heard, reading.DeviceId, reading.At));
        }

        foreach (var fact in meter.Add(reading))
        {
            Note(fact);
        }

        if (reading.Captures > 0)
        {
            Ledger.Capture(reading.DeviceId, reading.Captures);
            captures[reading.DeviceId] = captures.GetValueOrDefault(reading.DeviceId) + reading.Captures;
        }
    }

    /// <summary>How many alarms of the settings on trial are new.</summary>
    public int NewInTrial(string deviceId, IEnumerable<string> alarms)
    {
        var before = trials.GetValueOrDefault(deviceId);
        var now = alarms.ToHashSet(StringComparer.Ordinal);
        trials[deviceId] = now;
        return before is null ? now.Count : now.Count(alarm => !before.Contains(alarm));
    }

    /// <summary>Devices that have missed too much.</summary>
    public void CheckSilence(DateTimeOffset at)
    {
        foreach (var (deviceId, meter) in meters)
        {
            if (!away.Contains(deviceId))
            {
                foreach (var fact in meter.CheckSilence(at))
                {
                    Note(fact);
                }
            }
        }
    }

    /// <summary>A device is offline before its turn came.</summary>
    public void Away(string deviceId, DateTimeOffset at)
    {
        if (away.Add(deviceId))
        {
            Note(new GateFact(NodeFact.Away, deviceId, at));
        }
    }

    public void Admit(string deviceId, DateTimeOffset at)
    {
        Dirty.Add(deviceId);
        if (Ledger.SentAt(deviceId) is null)
        {
            Ledger.Admit(deviceId, at);
            rows.Add(WatchRows.Sent(deviceId, at));
        }
    }

    public void Apply(string deviceId, DateTimeOffset at)
    {
        if (Ledger.AppliedAt(deviceId) is null)
        {
            Ledger.Apply(deviceId, at);
            rows.Add(WatchRows.Applied(deviceId, at));
        }
    }

    /// <summary>A device has answered that it has what was sent.</summary>
    public void Settle(string deviceId, DateTimeOffset at)
    {
        if (IsShadow)
        {
            tried.Add(deviceId);
        }
        else
        {
            Apply(deviceId, at);
        }
    }

    /// <summary>Whether a device has answered.</summary>
    public bool IsSettled(string deviceId) => IsShadow ? tried.Contains(deviceId) || notFitted.Contains(deviceId) : Ledger.AppliedAt(deviceId) is not null;

    public void Reject(Rejection rejection)
    {
        if (refused.Add((rejection.DeviceId, rejection.Path)))
        {
            Ledger.Add(rejection);
            rows.Add(WatchRows.Rejected(rejection));
        }
    }

    /// <summary>A board that cannot run the settings on trial: nothing against them.</summary>
    public void NotFit(string deviceId)
    {
        if (notFitted.Add(deviceId))
        {
            rows.Add(WatchRows.NotFitted(deviceId));
        }
    }

    public void BeginSample()
    {
        TakeCaptures();
        Ledger.BeginSample();
        rows.Add(WatchRows.Sample());
    }

    /// <summary>What is to be stored, once.</summary>
    public IReadOnlyList<string> TakeRows()
    {
        TakeCaptures();
        if (rows.Count == 0)
        {
            return [];
        }

        string[] taken = [.. rows];
        rows.Clear();
        return taken;
    }

    /// <summary>They could not be stored: the next attempt has them.</summary>
    public void PutBack(IReadOnlyList<string> taken) => rows.InsertRange(0, taken);

    private void TakeCaptures()
    {
        if (captures.Count > 0)
        {
            rows.Add(WatchRows.Captures(captures));
            captures.Clear();
        }
    }

    private void Note(GateFact fact)
    {
        var counts = !IsShadow || (fact.Fact is NodeFact.Alarm or NodeFact.ShadowAlarm && !notFitted.Contains(fact.DeviceId));
        if (counts)
        {
            Ledger.Add(fact);
            rows.Add(WatchRows.Fact(fact));
        }
    }

    private void Take(JsonObject row)
    {
        WatchRows.Read(
            row,
            fact =>
            {
                Ledger.Add(fact);
                // Who was silent when the hub stopped is heard of again by his next word.
                _ = fact.Fact switch { NodeFact.Away or NodeFact.Silent => away.Add(fact.DeviceId), NodeFact.Heard => away.Remove(fact.DeviceId), _ => false };
            },
            Ledger.Admit,
            Ledger.Apply,
            rejection =>
            {
                refused.Add((rejection.DeviceId, rejection.Path));
                Ledger.Add(rejection);
            },
            deviceId => notFitted.Add(deviceId),
            Ledger.Capture,
            Ledger.BeginSample);
    }
}
