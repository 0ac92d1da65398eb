namespace DeviceTwin.Provisioning.Serial;

/// <summary>What stays of a port while cables are moved. Pure.</summary>
internal static class PortIdentities
{
    // Chips leave their factories with such a number where nobody writes another.
    private const int ShortestNumber = 5;

    /// <summary>The identity of an adapter's port.</summary>
    public static string Of(UsbAdapter usb) => Of(usb, usb.SerialNumber.Length >= ShortestNumber || usb.Location.Length == 0);

    /// <summary>Gives ports whose adapters claim the same number the identity of their sockets.</summary>
    public static IEnumerable<SerialPortInfo> MakeUnique(IReadOnlyList<SerialPortInfo> ports) => ports.Select(port =>
        port.Usb is { Location.Length: > 0 } usb && ports.Count(other => other.Identity == port.Identity) > 1 ? port with { Identity = Of(usb, false) } : port);

    private static string Of(UsbAdapter usb, bool byNumber) =>
        $"usb:{usb.VendorId:x4}:{usb.ProductId:x4}{(byNumber ? ":" + usb.SerialNumber : "@" + usb.Location)}:{usb.Interface}";
}
