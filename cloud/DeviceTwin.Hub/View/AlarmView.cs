using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.View;

/// <summary>The alarms as the pages see them.</summary>
internal sealed class AlarmView(IAlarms alarms, EvidenceService evidence) : IAlarmView
{
    private const int LargestList = 500;

    /// <inheritdoc/>
    public IReadOnlyList<AlarmLine> Active()
    {
        // From the store, for the labels; what is active is bounded.
        var rows = alarms.Read(new AlarmQuery(LargestList) { States = [AlarmState.Raised, AlarmState.Acknowledged] });
        return [.. rows.OrderBy(row => row.State).ThenByDescending(row => row.RaisedAt).Select(Line)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<AlarmLine> Ended(int limit) => [.. alarms.Read(new AlarmQuery(limit) { States = [AlarmState.Cleared] }).Select(Line)];

    /// <inheritdoc/>
    public Task<ActionOutcome> Acknowledge(string id, string? note, string author, CancellationToken cancellation) =>
        PageAction.Take(() => alarms.Acknowledge(id, note, author, cancellation));

    /// <inheritdoc/>
    public Task<ActionOutcome> AddFinding(string id, string kind, string text, string author, CancellationToken cancellation) =>
        PageAction.Take(() => alarms.Find(id, new FindingDraft(kind, text, null, null, null, null, null), author, cancellation));

    /// <inheritdoc/>
    public async Task<EvidenceOutcome> VerifyEvidence(string id, string author, CancellationToken cancellation)
    {
        try
        {
            var result = await evidence.Verify(id, null, author).WaitAsync(cancellation);
            return new EvidenceOutcome(
                result.Result,
                result.Sentence(),
                result.Sha256,
                result.Document.Version,
                [.. result.Document.Problems.Select(problem => problem.Sentence)],
                [.. result.Captures.SelectMany(capture => capture.Differs.Select(difference => $"capture {capture.Number}, {difference.Member}: {difference.Evidence?.ToJsonString() ?? "null"} in the evidence, {difference.Computed?.ToJsonString() ?? "null"} computed"))]);
        }
        catch (HubException refusal)
        {
            return new EvidenceOutcome(EvidenceOutcome.Unusable, refusal.Message, null, 0, [], []);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action changed) => alarms.Subscribe(_ => changed());

    private static AlarmLine Line(AlarmRow row) => new(
        row.Id,
        row.DeviceId,
        row.Place?.Machine,
        row.Place?.Point,
        row.Alarm,
        AlarmTransitions.Word(row.State),
        row.Evidence.Zone,
        row.RaisedAt,
        row.Acknowledgement?.At,
        row.Acknowledgement?.By,
        row.Acknowledgement?.Note,
        row.End?.At,
        row.End is { } end ? AlarmTransitions.Word(end.Reason) : null,
        row.Labels);
}
