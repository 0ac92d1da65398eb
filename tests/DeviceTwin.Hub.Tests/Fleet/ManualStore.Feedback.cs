using DeviceTwin.Storage.Feedback;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Feedback is kept once it is committed.</summary>
internal partial class ManualStore
{
    public StoredFeedback LoadFeedback() => new(0, []);

    public IReadOnlyList<FeedbackRecord> ReadFeedback(IReadOnlyList<long> sequences)
    {
        var removed = Committed.OfType<FeedbackChange.Remove>().SelectMany(change => change.Sequences).ToHashSet();
        return [.. Committed.OfType<FeedbackChange.Append>().Select(change => change.Record).Where(record => sequences.Contains(record.Sequence) && !removed.Contains(record.Sequence))];
    }
}
