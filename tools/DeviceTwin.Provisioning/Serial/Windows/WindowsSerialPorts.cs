using System.Globalization;
using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace DeviceTwin.Provisioning.Serial.Windows;

/// <summary>The ports of Windows, as its registry has them. Not run on Windows by our tests.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSerialPorts : ISerialPorts
{
    private const string Present = @"HARDWARE\DEVICEMAP\SERIALCOMM";
    private static readonly string[] Buses = [@"SYSTEM\CurrentControlSet\Enum\USB", @"SYSTEM\CurrentControlSet\Enum\FTDIBUS"];

    public IReadOnlyList<SerialPortInfo> List()
    {
        try
        {
            Dictionary<string, UsbAdapter> adapters = Adapters();
            SerialPortInfo[] ports = [.. PresentNames().Select(name => InfoOf(name, adapters.GetValueOrDefault(name)))];
            return [.. PortIdentities.MakeUnique(ports).OrderBy(port => port.PortName, PortNameOrder.Natural)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SecurityException)
        {
            return [];
        }
    }

    public ISerialPort Open(string portName)
    {
        ArgumentException.ThrowIfNullOrEmpty(portName);
        return WindowsSerialPort.Open(portName);
    }

    /// <summary>What a device's name in the registry says of its adapter: <c>VID_10C4&amp;PID_EA60&amp;MI_00</c>, <c>VID_0403+PID_6001+A50285BIA</c>; null where it says nothing.</summary>
    internal static UsbAdapter? Parse(string device, string instance)
    {
        string[] parts = device.Split('&', '+');
        int? vendor = Number(parts, "VID_");
        if (vendor is null || Number(parts, "PID_") is not { } product)
        {
            return null;
        }

        // An instance with an ampersand was made up by Windows for the socket; FTDI's driver puts the number into the device's name, with a letter for the port behind it.
        string number = device.Contains('+') && parts.Length > 2 ? parts[2] : instance.Contains('&') ? "" : instance;
        return new UsbAdapter(vendor.Value, product) { SerialNumber = number, Location = instance, Interface = Number(parts, "MI_") ?? 0 };
    }

    private static int? Number(string[] parts, string prefix) =>
        parts.FirstOrDefault(part => part.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } part
        && int.TryParse(part.AsSpan(prefix.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value)
            ? value
            : null;

    private static SerialPortInfo InfoOf(string name, UsbAdapter? usb) => new()
    {
        PortName = name,
        Identity = usb is null ? $"port:{name}" : PortIdentities.Of(usb),
        Description = usb is { Product.Length: > 0 } ? usb.Product : name,
        Usb = usb,
    };

    private static IEnumerable<string> PresentNames()
    {
        using RegistryKey? key = Registry.LocalMachine.OpenSubKey(Present);
        return key is null ? [] : [.. key.GetValueNames().Select(value => key.GetValue(value)).OfType<string>()];
    }

    // Every adapter that was ever plugged in is there: the port's name says which of them it is now.
    private static Dictionary<string, UsbAdapter> Adapters()
    {
        Dictionary<string, UsbAdapter> adapters = new(StringComparer.OrdinalIgnoreCase);
        foreach (string bus in Buses)
        {
            using RegistryKey? devices = Registry.LocalMachine.OpenSubKey(bus);
            foreach (string device in devices?.GetSubKeyNames() ?? [])
            {
                using RegistryKey? instances = devices!.OpenSubKey(device);
                foreach (string instance in instances?.GetSubKeyNames() ?? [])
                {
                    using RegistryKey? entry = instances!.OpenSubKey(instance);
                    using RegistryKey? parameters = entry?.OpenSubKey("Device Parameters");
                    if (parameters?.GetValue("PortName") is string port && Parse(device, instance) is { } usb)
                    {
                        adapters[port] = usb with { Product = entry!.GetValue("FriendlyName") as string ?? "" };
                    }
                }
            }
        }

        return adapters;
    }
}
