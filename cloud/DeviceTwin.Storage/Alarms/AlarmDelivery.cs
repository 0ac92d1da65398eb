namespace DeviceTwin.Storage.Alarms;

/// <summary>Something heard of an alarm. All that follows for the row follows from here: pure.</summary>
public abstract record AlarmDelivery(string DeviceId, string NodeAlarmId, DateTimeOffset At)
{
    /// <summary>A message of the node's.</summary>
    /// <param name="Place">Where the node is mounted.</param>
    public sealed record Told(
        string DeviceId, string NodeAlarmId, DateTimeOffset At, AlarmEvidence Evidence, AlarmPlace? Place, IReadOnlyList<string> Waveforms)
        : AlarmDelivery(DeviceId, NodeAlarmId, At);

    /// <summary>Somebody says at the hub that the alarm was seen.</summary>
    public sealed record Acknowledged(string DeviceId, string NodeAlarmId, DateTimeOffset At, string By, string? Note)
        : AlarmDelivery(DeviceId, NodeAlarmId, At);

    /// <summary>The hub knows that the alarm cannot go on.</summary>
    public sealed record Ended(string DeviceId, string NodeAlarmId, DateTimeOffset At, ClearReason Reason)
        : AlarmDelivery(DeviceId, NodeAlarmId, At);

    /// <summary>
    /// The row after the delivery. Deliveries commute and may be repeated: of everything the earliest counts, and of the node's words
    /// those nearest to the raise. What the hub itself says means nothing for an alarm that no node told of.
    /// </summary>
    /// <param name="row">Null where nothing was heard of the alarm yet.</param>
    public AlarmRow? ApplyTo(AlarmRow? row) => this switch
    {
        Told told => Tell(row, told),
        Acknowledged seen => row is null ? null : Acknowledge(row, new AlarmAcknowledgement(seen.At, seen.By, seen.Note)),
        Ended ended => row is null ? null : End(row, new AlarmEnd(ended.At, ended.Reason)),
        _ => throw new NotSupportedException(GetType().Name),
    };

    private static AlarmRow Tell(AlarmRow? row, Told told)
    {
        var heard = row ?? new AlarmRow(
            told.DeviceId, told.NodeAlarmId, AlarmTransitions.Next(null, told.Evidence.From), told.At, told.Place, null, null, told.Evidence);
        heard = heard with
        {
            State = AlarmTransitions.Next(row?.State, told.Evidence.From),
            Evidence = Earlier(heard.Evidence, told.Evidence),
            Waveforms = [.. heard.Waveforms.Union(told.Waveforms, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
        if (told.At < heard.RaisedAt || (told.At == heard.RaisedAt && Compare(told.Place, heard.Place) < 0))
        {
            heard = heard with { RaisedAt = told.At, Place = told.Place };
        }

        return told.Evidence.From switch
        {
            AlarmEvent.Acknowledged => Acknowledge(heard, new AlarmAcknowledgement(told.At, AlarmAcknowledgement.AtTheNode, null)),
            AlarmEvent.Cleared => End(heard, new AlarmEnd(told.At, ClearReason.Reset)),
            _ => heard,
        };
    }

    private static AlarmRow Acknowledge(AlarmRow row, AlarmAcknowledgement seen)
    {
        var known = row.Acknowledgement;
        var first = known is null || Compare(seen, known) < 0 ? seen : known;
        return row with { State = AlarmTransitions.Next(row.State, AlarmEvent.Acknowledged), Acknowledgement = first };
    }

    private static AlarmRow End(AlarmRow row, AlarmEnd end)
    {
        var known = row.End;
        var first = known is null || (end.At, end.Reason).CompareTo((known.At, known.Reason)) < 0 ? end : known;
        return row with { State = AlarmTransitions.Next(row.State, AlarmEvent.Cleared), End = first };
    }

    private static AlarmEvidence Earlier(AlarmEvidence one, AlarmEvidence other)
    {
        var order = (one.From, one.At).CompareTo((other.From, other.At));
        if (order == 0)
        {
            // Two different messages of one instant: any order will do, as long as it is always the same.
            order = string.CompareOrdinal(one.ToString(), other.ToString());
        }

        return order <= 0 ? one : other;
    }

    private static int Compare(AlarmAcknowledgement one, AlarmAcknowledgement other)
    {
        var order = one.At.CompareTo(other.At);
        order = order != 0 ? order : string.CompareOrdinal(one.By, other.By);
        return order != 0 ? order : string.CompareOrdinal(one.Note, other.Note);
    }

    private static int Compare(AlarmPlace? one, AlarmPlace? other) => string.CompareOrdinal(one?.ToString(), other?.ToString());
}
