namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>The answer to <c>identify</c>.</summary>
/// <param name="Board">Kind of board.</param>
/// <param name="Firmware">Version of its firmware.</param>
/// <param name="Protocol">Version of the protocol that it speaks.</param>
/// <param name="ChipId">The chip's number in hexadecimal digits.</param>
/// <param name="Mac">The radio's address in hexadecimal digits.</param>
/// <param name="Accelerometer">The accelerometer that it should have.</param>
/// <param name="Thermometer">The thermometer that it should have.</param>
public sealed record BoardIdentification(
    string Board, string Firmware, int Protocol, string ChipId, string Mac, string Accelerometer, string Thermometer);
