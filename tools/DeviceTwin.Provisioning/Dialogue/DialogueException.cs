using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>The node answered, and not with <c>ok</c>. Neither message nor members ever hold a secret.</summary>
public sealed class DialogueException : Exception
{
    /// <param name="command">A number of <see cref="SerialCommand"/>.</param>
    /// <param name="status">A number of <see cref="SerialStatus"/>.</param>
    /// <param name="field">The field that cannot be taken; empty for none.</param>
    /// <param name="reason">Why it cannot be stored; empty for nothing.</param>
    public DialogueException(int command, int status, string field = "", string reason = "")
        : base(Describe(command, status, field, reason))
    {
        Command = command;
        Status = status;
        Field = field;
        Reason = reason;
    }

    /// <summary>What was asked: a number of <see cref="SerialCommand"/>.</summary>
    public int Command { get; }

    /// <summary>What was answered: a number of <see cref="SerialStatus"/>.</summary>
    public int Status { get; }

    /// <summary>The stable word of the status.</summary>
    public string Word => Status >= 0 && Status < SerialStatus.Count ? SerialStatus.Word(Status) : "unknownStatus";

    /// <summary>With <c>invalidValue</c> the name of the field; empty where it is none.</summary>
    public string Field { get; }

    /// <summary>With <c>incomplete</c> the word of what is missing; empty where there is none.</summary>
    public string Reason { get; }

    /// <summary>With <c>wrongAnswer</c> and <c>tooSoon</c>: how long to wait before the next answer; otherwise zero.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>With <c>otherVersion</c>: the version that the node speaks; otherwise 0.</summary>
    public int NodesVersion { get; init; }

    /// <summary>With <c>sensorFailed</c>: what the sensors say of themselves; otherwise null.</summary>
    public SensorCheckResult? Sensors { get; init; }

    private static string Describe(int command, int status, string field, string reason)
    {
        string word = status >= 0 && status < SerialStatus.Count ? SerialStatus.Word(status) : $"status {status}";
        string detail = field.Length > 0 ? $" ({field})" : reason.Length > 0 ? $" ({reason})" : "";
        return $"The node answered {SerialCommand.Word(command)} with {word}{detail}.";
    }
}
