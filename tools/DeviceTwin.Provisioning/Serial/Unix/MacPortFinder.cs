namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>
/// Finds serial ports of macOS: <c>/dev/cu.*</c>, which open without waiting for a carrier. macOS names them by the adapter's serial number or its socket
/// (<c>cu.usbserial-0001</c>, <c>cu.usbmodem1101</c>): the name is the identity.
/// </summary>
/// <param name="dev">The folder of device files.</param>
internal sealed class MacPortFinder(string dev = "/dev")
{
    private static readonly string[] NoAdapters = ["Bluetooth", "debug-console", "wlan-debug"];

    /// <summary>The ports, in no order.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IEnumerable<SerialPortInfo> Find() => Directory.EnumerateFiles(dev, "cu.*")
        .Where(path => !NoAdapters.Any(word => path.Contains(word, StringComparison.Ordinal)))
        .Select(path => new SerialPortInfo
        {
            PortName = path,
            Identity = $"port:{Path.GetFileName(path)}",
            Description = Path.GetFileName(path)["cu.".Length..],
        });
}
