using DeviceTwin.Provisioning.Serial.Unix;
using DeviceTwin.Provisioning.Serial.Windows;

namespace DeviceTwin.Provisioning.Serial;

/// <summary>The way to the ports of whatever system this is.</summary>
public static class SerialPorts
{
    /// <summary>The ports of this computer.</summary>
    /// <param name="folder">
    /// A folder whose files and links are ports, too, by their names: of simulated boards, of a serial server's pseudo-terminals. None where null. Not on Windows.
    /// </param>
    /// <exception cref="PlatformNotSupportedException">Neither Linux, macOS nor Windows.</exception>
    public static ISerialPorts OfThisComputer(string? folder = null) =>
        OperatingSystem.IsLinux() ? new UnixSerialPorts(new LinuxPortFinder().Find, folder)
        : OperatingSystem.IsMacOS() ? new UnixSerialPorts(new MacPortFinder().Find, folder)
        : OperatingSystem.IsWindows() ? new WindowsSerialPorts()
        : throw new PlatformNotSupportedException("Serial ports are found on Linux, macOS and Windows.");
}
