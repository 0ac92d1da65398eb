using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Replays;

/// <summary>The alarms of one set of settings on one series, each held against the findings when it ends. Keeps as many as the rules say and counts the rest.</summary>
internal sealed class AlarmLedger(DateTimeOffset start, IReadOnlyList<(int Index, ReplayFinding Finding)> findings, ReplayRules rules)
{
    private readonly Dictionary<int, (long AtMs, IReadOnlyList<string> Causes, string Sha256, long AfterMs, int Place)> _active = [];
    private readonly List<AlarmSpan?> _kept = [];
    private readonly SortedDictionary<string, long> _byKind = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _byTruth = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, FirstAlarm> _first = [];
    private long _alarmedSinceMs = -1;

    /// <summary>Alarms raised.</summary>
    public long Count { get; private set; }

    /// <summary>Time with at least one active alarm.</summary>
    public long AlarmedMs { get; private set; }

    public IReadOnlyList<WordCount> ByKind => WordCount.Of(_byKind);

    public IReadOnlyList<WordCount> ByTruth => WordCount.Of(_byTruth);

    /// <summary>In the order in which they were raised.</summary>
    public IReadOnlyList<AlarmSpan> Spans => [.. _kept.OfType<AlarmSpan>()];

    public IReadOnlyList<FirstAlarm> FirstAlarms => [.. _first.Values];

    /// <summary>Takes what a step of the monitor changed.</summary>
    /// <param name="raised">Flags of alarms that were raised.</param>
    /// <param name="cleared">Flags of alarms that ended.</param>
    /// <param name="afterMs">Time since the capture <paramref name="sha256"/>.</param>
    public void Step(int raised, int cleared, int alarms, int causes, long nowMs, string sha256, long afterMs)
    {
        for (var verdict = 0; (raised | cleared) >> verdict != 0; verdict++)
        {
            if ((cleared & Verdict.Flag(verdict)) != 0)
            {
                Close(verdict, nowMs, isOver: true);
            }

            if ((raised & Verdict.Flag(verdict)) != 0)
            {
                var isKept = Count < rules.MostAlarms;
                _active[verdict] = (nowMs, SaidWords.OfCauses(causes), sha256, afterMs, isKept ? _kept.Count : -1);
                if (isKept)
                {
                    _kept.Add(null);
                }

                Count++;
                _byKind[Verdict.Word(verdict)] = _byKind.GetValueOrDefault(Verdict.Word(verdict)) + 1;
            }
        }

        if (alarms != 0 && _alarmedSinceMs < 0)
        {
            _alarmedSinceMs = nowMs;
        }
        else if (alarms == 0 && _alarmedSinceMs >= 0)
        {
            AlarmedMs += nowMs - _alarmedSinceMs;
            _alarmedSinceMs = -1;
        }
    }

    /// <summary>Ends the series: what is active now, stays so.</summary>
    public void Finish(long endMs)
    {
        if (_alarmedSinceMs >= 0)
        {
            AlarmedMs += endMs - _alarmedSinceMs;
            _alarmedSinceMs = -1;
        }

        foreach (var verdict in _active.Keys.Order().ToArray())
        {
            Close(verdict, endMs, isOver: false);
        }
    }

    private void Close(int verdict, long endMs, bool isOver)
    {
        if (!_active.Remove(verdict, out var alarm))
        {
            return;
        }

        var kind = Verdict.Word(verdict);
        var raised = start.AddMilliseconds(alarm.AtMs);
        var truth = TruthOf(kind, raised, start.AddMilliseconds(endMs));
        _byTruth[truth] = _byTruth.GetValueOrDefault(truth) + 1;
        if (alarm.Place >= 0)
        {
            _kept[alarm.Place] = new AlarmSpan(
                kind, alarm.Causes, raised, isOver ? start.AddMilliseconds(endMs) : null, alarm.Sha256, alarm.AfterMs, truth);
        }
    }

    private string TruthOf(string kind, DateTimeOffset raised, DateTimeOffset end)
    {
        var truth = AlarmTruth.Unconfirmed;
        foreach (var (index, finding) in findings)
        {
            if (!finding.IsFault)
            {
                truth = truth == AlarmTruth.Unconfirmed && finding.Holds(raised) ? AlarmTruth.False : truth;
            }
            else if ((finding.From is not { } from || end >= from.AddSeconds(-rules.LeadHorizonSeconds)) && (finding.To is not { } to || raised <= to))
            {
                truth = AlarmTruth.Confirmed;
                if (!_first.TryGetValue(index, out var first) || raised < first.At)
                {
                    _first[index] = new FirstAlarm(index, raised, kind);
                }
            }
        }

        return truth;
    }
}
