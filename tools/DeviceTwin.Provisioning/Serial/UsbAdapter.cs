namespace DeviceTwin.Provisioning.Serial;

/// <summary>A USB device with a serial port.</summary>
/// <param name="VendorId">Number of its maker, 0 to 65535.</param>
/// <param name="ProductId">The maker's number of the product, 0 to 65535.</param>
public sealed record UsbAdapter(int VendorId, int ProductId)
{
    /// <summary>Its own number; empty where it has none, as most CH340 do.</summary>
    public string SerialNumber { get; init; } = "";

    /// <summary>The socket that it is plugged into, as the system names it (<c>1-1.4</c>); empty where it does not say.</summary>
    public string Location { get; init; } = "";

    /// <summary>Its maker, as it says; may be empty.</summary>
    public string Manufacturer { get; init; } = "";

    /// <summary>What it is, as it says; may be empty.</summary>
    public string Product { get; init; } = "";

    /// <summary>Which of its ports it is, from 0.</summary>
    public int Interface { get; init; }

    /// <summary>The kind of chip, by the maker's number.</summary>
    public UsbAdapterKind Kind => VendorId switch
    {
        0x303A => UsbAdapterKind.Espressif,
        0x10C4 => UsbAdapterKind.Cp210x,
        0x1A86 => UsbAdapterKind.Ch34x,
        0x0403 => UsbAdapterKind.Ftdi,
        0x067B => UsbAdapterKind.Pl2303,
        _ => UsbAdapterKind.Other,
    };
}
