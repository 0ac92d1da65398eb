using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// A subject of the hub that keeps something of device-to-cloud messages. What it adds becomes durable together with the message, and
/// before the message is confirmed.
/// </summary>
internal interface ITelemetrySubject
{
    /// <summary>
    /// What the message means to the subject; null where it means nothing. Called once per message, under the fleet's lock, in the order of
    /// the messages of each device: it must be quick. What it keeps in memory must not count before <see cref="TelemetryPart.Durable"/>.
    /// </summary>
    /// <exception cref="HubException">The message cannot be taken; the connection that brought it is closed with the reason.</exception>
    TelemetryPart? Take(TelemetryMessage message);

    /// <summary>A device and all that it had is gone for good. Called on the writer's thread, in order.</summary>
    void Deleted(string deviceId)
    {
    }

    /// <summary>A commit failed: what was taken and is not durable is lost, and its senders are told.</summary>
    void FallBack();
}

/// <summary>What a subject adds to a message.</summary>
/// <param name="Changes">Written in one commit with the message.</param>
/// <param name="Instead">The message itself need not be kept: the changes hold what is in it, or it was here before.</param>
/// <param name="Durable">Called on the writer's thread after the commit, in order; it must not block.</param>
/// <param name="Refused">Called at once, under the fleet's lock, where a later subject refused the message: nothing of it is written.</param>
internal sealed record TelemetryPart(
    IReadOnlyList<StoreChange> Changes, bool Instead = false, Action? Durable = null, Action? Refused = null);
