namespace DeviceTwin.Provisioning.Serial;

/// <summary>A port that can be opened.</summary>
public sealed record SerialPortInfo
{
    /// <summary>What to open it by: <c>/dev/ttyUSB0</c>, <c>/dev/cu.usbserial-0001</c>, <c>COM5</c>. Another port may bear it after cables were moved.</summary>
    public required string PortName { get; init; }

    /// <summary>
    /// What stays while cables are unplugged and plugged in again: of an adapter with a serial number that number (<c>usb:10c4:ea60:0001:0</c>), of one without the
    /// socket of the computer that it is plugged into (<c>usb:1a86:7523@1-1.4:0</c>), of others the port's name.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>What a person knows it by: maker and product as the adapter says them; the port's name where it says nothing.</summary>
    public required string Description { get; init; }

    /// <summary>The USB adapter behind it; null where there is none, or the system does not say.</summary>
    public UsbAdapter? Usb { get; init; }

    /// <summary>
    /// Whether it is the USB connector of the chip itself: it flashes the board and speaks nanoFramework's debugger, never the provisioning dialogue.
    /// </summary>
    public bool IsChipsOwn => Usb is { Kind: UsbAdapterKind.Espressif };
}
