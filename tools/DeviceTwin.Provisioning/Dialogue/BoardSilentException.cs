using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>A request was sent as often as the protocol says, and no frame came back.</summary>
/// <param name="command">What was asked: a number of <see cref="SerialCommand"/>.</param>
/// <param name="bytesHeard">Bytes of text or noise that came meanwhile: above 0 somebody is there who speaks something else.</param>
public sealed class BoardSilentException(int command, int bytesHeard)
    : Exception(bytesHeard > 0
        ? $"What is at the other end does not speak the provisioning protocol: no answer to {SerialCommand.Word(command)}, but {bytesHeard} bytes of something else."
        : $"Nobody answered {SerialCommand.Word(command)}.")
{
    /// <summary>What was asked: a number of <see cref="SerialCommand"/>.</summary>
    public int Command { get; } = command;

    /// <summary>Bytes of text or noise that came meanwhile.</summary>
    public int BytesHeard { get; } = bytesHeard;
}
