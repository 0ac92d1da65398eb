namespace DeviceTwin.Hub.Feedback;

/// <summary>Of which ends of a message its sender wants to hear.</summary>
[Flags]
internal enum Acknowledge
{
    None = 0,

    /// <summary>The device has it.</summary>
    Positive = 1,

    /// <summary>It will not have it: expired, or purged.</summary>
    Negative = 2,
    Full = Positive | Negative,
}

/// <summary>
/// Azure's words for what became of a message. Those for a device that refuses a message or gives it back too often (<c>Rejected</c>,
/// <c>DeliveryCountExceeded</c>) never come: MQTT has neither.
/// </summary>
internal static class FeedbackOutcome
{
    public const string Success = "Success";
    public const string Expired = "Expired";
    public const string Purged = "Purged";

    public static Acknowledge Kind(string outcome) => outcome == Success ? Acknowledge.Positive : Acknowledge.Negative;

    /// <summary>What a sender wrote; null where it is none of Azure's words.</summary>
    public static Acknowledge? Read(string? word) => word?.ToLowerInvariant() switch
    {
        null or "" or "none" => Acknowledge.None,
        "positive" => Acknowledge.Positive,
        "negative" => Acknowledge.Negative,
        "full" => Acknowledge.Full,
        _ => null,
    };
}
