namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>The ports of Linux and macOS.</summary>
/// <param name="find">Finds the system's own.</param>
/// <param name="folder">A folder whose entries are ports, too; none where null.</param>
internal sealed class UnixSerialPorts(Func<IEnumerable<SerialPortInfo>> find, string? folder) : ISerialPorts
{
    public IReadOnlyList<SerialPortInfo> List()
    {
        SerialPortInfo[] found = [.. Quietly(find), .. Quietly(InFolder)];
        return [.. PortIdentities.MakeUnique(found).OrderBy(port => port.PortName, PortNameOrder.Natural)];
    }

    public ISerialPort Open(string portName)
    {
        ArgumentException.ThrowIfNullOrEmpty(portName);
        string path = portName;
        try
        {
            path = File.ResolveLinkTarget(portName, returnFinalTarget: true)?.FullName ?? portName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Opening it says why.
        }

        return TermiosPort.Open(portName, path);
    }

    private static IEnumerable<SerialPortInfo> Quietly(Func<IEnumerable<SerialPortInfo>> find)
    {
        try
        {
            return [.. find()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private IEnumerable<SerialPortInfo> InFolder()
    {
        foreach (string path in folder is null ? [] : Directory.EnumerateFileSystemEntries(folder))
        {
            // A link whose device is gone is no port.
            string name = Path.GetFileName(path);
            if (File.Exists(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path))
            {
                yield return new SerialPortInfo { PortName = path, Identity = $"link:{name}", Description = name };
            }
        }
    }
}
