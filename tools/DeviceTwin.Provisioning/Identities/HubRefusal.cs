namespace DeviceTwin.Provisioning.Identities;

/// <summary>What a hub refuses with, in the shape of Azure's: <c>ErrorCode:NAME;what is wrong and what to do</c>.</summary>
/// <param name="Name">The stable name of the error; null where the hub gives none.</param>
/// <param name="Text">The sentence.</param>
public sealed record HubRefusal(string? Name, string Text)
{
    private const string Begin = "ErrorCode:";

    /// <summary>Reads the member <c>Message</c>; what has no such beginning is a sentence as it is.</summary>
    public static HubRefusal Parse(string message) =>
        message.StartsWith(Begin, StringComparison.Ordinal) && message.IndexOf(';', StringComparison.Ordinal) is > 0 and var end
            ? new HubRefusal(message[Begin.Length..end], message[(end + 1)..].TrimStart())
            : new HubRefusal(null, message);

    /// <summary>As people read it behind the status: <c>400 ArgumentInvalid: what is wrong and what to do</c>.</summary>
    public string Sentence(int status) => Name is null ? $"{status}: {Text}" : $"{status} {Name}: {Text}";
}
