using System.Collections.Immutable;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>The active alarms and the counts, in memory: only what is durable. Ended alarms are in the store alone.</summary>
internal sealed class AlarmBook
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ImmutableSortedDictionary<string, AlarmRow>> active = new(StringComparer.Ordinal);
    private AlarmCounts counts;
    private ImmutableArray<Action<AlarmRow>> subscribers = [];

    public AlarmBook(IHubStore store)
    {
        counts = store.CountAlarms();
        foreach (var row in store.ReadAlarms(new AlarmQuery(int.MaxValue) { States = [AlarmState.Raised, AlarmState.Acknowledged] }))
        {
            Keep(row);
        }
    }

    public AlarmCounts Counts
    {
        get
        {
            lock (gate)
            {
                return counts;
            }
        }
    }

    /// <summary>The active alarms of a device.</summary>
    public IReadOnlyList<AlarmRow> Active(string deviceId)
    {
        lock (gate)
        {
            return active.TryGetValue(deviceId, out var rows) ? [.. rows.Values] : [];
        }
    }

    /// <summary>Every active alarm.</summary>
    public IReadOnlyList<AlarmRow> Active()
    {
        lock (gate)
        {
            return [.. active.Values.SelectMany(rows => rows.Values)];
        }
    }

    /// <summary>A delivery as a change of the store, and what takes it over here once it is durable.</summary>
    public (MergeAlarm Change, Action Durable) Merge(AlarmDelivery delivery)
    {
        var merged = new List<(AlarmRow? Before, AlarmRow After)>();
        return (new MergeAlarm(delivery, (before, after) => merged.Add((before, after))), () => Take(merged));
    }

    /// <summary>Calls back with each alarm after it changed, on the store's thread: the callback must not block.</summary>
    public IDisposable Subscribe(Action<AlarmRow> callback)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), callback);
        return new Subscription(() => ImmutableInterlocked.Update(ref subscribers, static (list, gone) => list.Remove(gone), callback));
    }

    /// <summary>A message that said it was an alarm could not be read.</summary>
    public void CountUnreadable()
    {
        lock (gate)
        {
            counts = counts with { Unreadable = counts.Unreadable + 1 };
        }
    }

    /// <summary>Tells that something about an alarm changed that is not in its row.</summary>
    public void Tell(AlarmRow row)
    {
        foreach (var subscriber in subscribers)
        {
            subscriber(row);
        }
    }

    private void Take(List<(AlarmRow? Before, AlarmRow After)> merged)
    {
        lock (gate)
        {
            foreach (var (before, after) in merged)
            {
                counts = counts.Move(before?.State, after.State);
                Keep(after);
            }
        }

        foreach (var (_, after) in merged)
        {
            Tell(after);
        }
    }

    private void Keep(AlarmRow row)
    {
        var rows = active.GetValueOrDefault(row.DeviceId, ImmutableSortedDictionary<string, AlarmRow>.Empty.WithComparers(StringComparer.Ordinal));
        rows = row.IsActive ? rows.SetItem(row.NodeAlarmId, row) : rows.Remove(row.NodeAlarmId);
        if (rows.IsEmpty)
        {
            active.Remove(row.DeviceId);
        }
        else
        {
            active[row.DeviceId] = rows;
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
