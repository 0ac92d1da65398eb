using System.Globalization;

namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>Finds serial ports in <c>/sys</c>, with what their USB adapters say of themselves: what <c>/dev/serial/by-id</c> is made from.</summary>
/// <param name="sys">The folder of the kernel's devices.</param>
/// <param name="dev">The folder of device files.</param>
internal sealed class LinuxPortFinder(string sys = "/sys", string dev = "/dev")
{
    /// <summary>The ports, in no order.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IEnumerable<SerialPortInfo> Find()
    {
        string all = Path.Combine(sys, "class/tty");
        foreach (string entry in Directory.Exists(all) ? Directory.EnumerateFileSystemEntries(all) : [])
        {
            string name = Path.GetFileName(entry);
            string port = Path.Combine(dev, name);
            string device = Path.Combine(entry, "device");
            if (!Directory.Exists(device) || !File.Exists(port) || IsPlaceholder(entry, name))
            {
                continue;
            }

            UsbAdapter? usb = AdapterOf(Resolve(device));
            string maker = usb is null ? "" : $"{usb.Manufacturer} {usb.Product}".Trim();
            yield return new SerialPortInfo
            {
                PortName = port,
                Identity = usb is null ? $"port:{name}" : PortIdentities.Of(usb),
                Description = maker.Length > 0 ? maker : usb is null ? name : $"USB {usb.VendorId:x4}:{usb.ProductId:x4}",
                Usb = usb,
            };
        }
    }

    // The kernel makes some ttyS for UARTs that might be there; type 0 says that there is none.
    private static bool IsPlaceholder(string entry, string name) => name.StartsWith("ttyS", StringComparison.Ordinal) && Read(entry, "type") is "0" or "";

    private static UsbAdapter? AdapterOf(string device)
    {
        int number = 0;
        for (DirectoryInfo? folder = new(device); folder is not null; folder = folder.Parent)
        {
            if (Read(folder.FullName, "bInterfaceNumber") is { Length: > 0 } text)
            {
                number = Hexadecimal(text);
            }

            if (Read(folder.FullName, "idVendor") is { Length: > 0 } vendor)
            {
                return new UsbAdapter(Hexadecimal(vendor), Hexadecimal(Read(folder.FullName, "idProduct")))
                {
                    SerialNumber = Read(folder.FullName, "serial"),
                    Location = folder.Name,
                    Manufacturer = Read(folder.FullName, "manufacturer"),
                    Product = Read(folder.FullName, "product"),
                    Interface = number,
                };
            }
        }

        return null;
    }

    // Class entries are links into the tree of devices, and so is "device" below them: only the real path has the adapter above it.
    private static string Resolve(string path)
    {
        string whole = Path.GetPathRoot(path) ?? "/";
        foreach (string part in path[whole.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            whole = Path.Combine(whole, part);
            whole = Directory.ResolveLinkTarget(whole, returnFinalTarget: true)?.FullName ?? whole;
        }

        return Path.GetFullPath(whole);
    }

    private static int Hexadecimal(string text) => int.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value) ? value : 0;

    private static string Read(string folder, string file)
    {
        try
        {
            string path = Path.Combine(folder, file);
            return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
