using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Serial.Unix;

namespace DeviceTwin.Tests.Provisioning.Serial;

/// <summary>Ports as the kernel shows them, in a folder made like <c>/sys</c>.</summary>
[Platform("Linux,MacOsX")]
public sealed class LinuxPortFinderTests
{
    private string root = "";

    [SetUp]
    public void MakeTree() => root = Directory.CreateTempSubdirectory("devicetwin-ports-").FullName;

    [TearDown]
    public void RemoveTree() => Directory.Delete(root, recursive: true);

    [Test]
    public void AnAdapterWithANumberIsKnownByIt()
    {
        Adapter("ttyUSB0", "1-1.4", "10c4", "ea60", "7d6f0c2a", "Silicon Labs", "CP2102N USB to UART Bridge Controller");

        SerialPortInfo port = List().Single();

        Assert.That(port.PortName, Is.EqualTo(Path.Combine(root, "dev/ttyUSB0")));
        Assert.That(port.Identity, Is.EqualTo("usb:10c4:ea60:7d6f0c2a:0"));
        Assert.That(port.Description, Is.EqualTo("Silicon Labs CP2102N USB to UART Bridge Controller"));
        Assert.That((port.Usb!.Kind, port.Usb.Location, port.IsChipsOwn), Is.EqualTo((UsbAdapterKind.Cp210x, "1-1.4", false)));
    }

    [Test]
    public void AnAdapterWithoutANumberIsKnownByItsSocket()
    {
        Adapter("ttyUSB0", "1-1.4", "1a86", "7523", "", "", "USB Serial");
        Adapter("ttyUSB1", "1-1.3", "1a86", "7523", "", "", "USB Serial");

        Assert.That(List().Select(port => port.Identity), Is.EqualTo(new[] { "usb:1a86:7523@1-1.4:0", "usb:1a86:7523@1-1.3:0" }));
        Assert.That(List()[0].Usb!.Kind, Is.EqualTo(UsbAdapterKind.Ch34x));
    }

    [TestCase("0001", "usb:10c4:ea60@1-1.1:0")]
    [TestCase("00001", "usb:10c4:ea60:00001:0")]
    public void ANumberFromTheFactoryIsNone(string serial, string identity)
    {
        Adapter("ttyUSB0", "1-1.1", "10c4", "ea60", serial, "Silicon Labs", "CP2102");

        Assert.That(List().Single().Identity, Is.EqualTo(identity));
    }

    [Test]
    public void AdaptersThatClaimTheSameNumberAreKnownByTheirSockets()
    {
        Adapter("ttyUSB0", "1-1.1", "0403", "6001", "A50285BI", "FTDI", "FT232R");
        Adapter("ttyUSB1", "1-1.2", "0403", "6001", "A50285BI", "FTDI", "FT232R");

        Assert.That(List().Select(port => port.Identity), Is.EqualTo(new[] { "usb:0403:6001@1-1.1:0", "usb:0403:6001@1-1.2:0" }));
    }

    [Test]
    public void TheUsbConnectorOfAChipIsKnown()
    {
        Adapter("ttyACM0", "1-2", "303a", "1001", "A0:B1:C2:D3:E4:F5", "Espressif", "USB JTAG/serial debug unit");

        Assert.That(List().Single().IsChipsOwn);
    }

    [Test]
    public void ThePortsOfOneAdapterAreToldApart()
    {
        Adapter("ttyUSB0", "1-1.1", "0403", "6010", "FT5XYZ12", "FTDI", "Dual RS232", "00");
        Adapter("ttyUSB1", "1-1.1", "0403", "6010", "FT5XYZ12", "FTDI", "Dual RS232", "01");

        Assert.That(List().Select(port => port.Identity), Is.EqualTo(new[] { "usb:0403:6010:FT5XYZ12:0", "usb:0403:6010:FT5XYZ12:1" }));
    }

    [Test]
    public void ThePortIsFoundAgainInAnotherSocketUnderAnotherName()
    {
        Adapter("ttyUSB0", "1-1.1", "10c4", "ea60", "7d6f0c2a", "", "");
        string before = List().Single().Identity;
        RemoveTree();
        Directory.CreateDirectory(root);
        Adapter("ttyUSB7", "3-2", "10c4", "ea60", "7d6f0c2a", "", "");

        Assert.That(List().Single().Identity, Is.EqualTo(before));
        Assert.That(List().Single().Description, Is.EqualTo("USB 10c4:ea60"));
    }

    [Test]
    public void UartsOfTheBoardAreListedAndThoseThatMightBeThereAreNot()
    {
        Uart("ttyS0", "4");
        Uart("ttyS1", "0");
        Uart("ttyAMA0", null);
        Directory.CreateDirectory(Path.Combine(root, "sys/class/tty/tty1"));

        Assert.That(List().Select(port => port.Identity), Is.EqualTo(new[] { "port:ttyAMA0", "port:ttyS0" }));
    }

    [Test]
    public void PortsAreCountedAsAPersonCounts()
    {
        foreach (int number in new[] { 10, 2, 1 })
        {
            Adapter($"ttyUSB{number}", $"1-{number}", "10c4", "ea60", $"serial{number}", "", "");
        }

        Assert.That(List().Select(port => Path.GetFileName(port.PortName)), Is.EqualTo(new[] { "ttyUSB1", "ttyUSB2", "ttyUSB10" }));
    }

    [Test]
    public void ASystemWithoutPortsHasNone()
    {
        Assert.That(List(), Is.Empty);
        Assert.That(() => SerialPorts.OfThisComputer().List(), Throws.Nothing);
    }

    [Test]
    public void LinksInAFolderArePortsUnlessTheirDeviceIsGone()
    {
        string folder = Path.Combine(root, "links");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(root, "device"), "");
        File.CreateSymbolicLink(Path.Combine(folder, "board-02"), Path.Combine(root, "device"));
        File.CreateSymbolicLink(Path.Combine(folder, "board-01"), Path.Combine(root, "gone"));

        SerialPortInfo port = new UnixSerialPorts(() => [], folder).List().Single();

        Assert.That((port.PortName, port.Identity, port.Description), Is.EqualTo((Path.Combine(folder, "board-02"), "link:board-02", "board-02")));
        Assert.That(new UnixSerialPorts(() => throw new IOException(), Path.Combine(root, "nowhere")).List(), Is.Empty);
    }

    private IReadOnlyList<SerialPortInfo> List() => new UnixSerialPorts(new LinuxPortFinder(Path.Combine(root, "sys"), Path.Combine(root, "dev")).Find, null).List();

    // As the kernel lays it out: the class is a folder of links, and "device" below is one, too.
    private void Adapter(
        string name, string location, string vendor, string product, string serial, string maker, string what, string number = "00")
    {
        string usb = Path.Combine(root, "sys/devices/pci0000:00/usb1", location);
        string tty = Path.Combine(usb, $"{location}:1.{int.Parse(number)}", name, "tty", name);
        Directory.CreateDirectory(tty);
        Directory.CreateDirectory(Path.Combine(root, "sys/class/tty"));
        Directory.CreateDirectory(Path.Combine(root, "dev"));
        File.WriteAllText(Path.Combine(usb, "idVendor"), vendor + "\n");
        File.WriteAllText(Path.Combine(usb, "idProduct"), product + "\n");
        foreach ((string file, string text) in new[] { ("serial", serial), ("manufacturer", maker), ("product", what) })
        {
            if (text.Length > 0)
            {
                File.WriteAllText(Path.Combine(usb, file), text + "\n");
            }
        }

        File.WriteAllText(Path.Combine(usb, $"{location}:1.{int.Parse(number)}", "bInterfaceNumber"), number + "\n");
        Directory.CreateSymbolicLink(Path.Combine(tty, "device"), $"../../../{name}");
        Directory.CreateSymbolicLink(Path.Combine(root, "sys/class/tty", name), $"../../devices/pci0000:00/usb1/{location}/{location}:1.{int.Parse(number)}/{name}/tty/{name}");
        File.WriteAllText(Path.Combine(root, "dev", name), "");
    }

    private void Uart(string name, string? type)
    {
        string folder = Path.Combine(root, "sys/class/tty", name);
        Directory.CreateDirectory(Path.Combine(root, "sys/devices/serial8250", name));
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Path.Combine(root, "dev"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "device"), Path.Combine(root, "sys/devices/serial8250", name));
        File.WriteAllText(Path.Combine(root, "dev", name), "");
        if (type is not null)
        {
            File.WriteAllText(Path.Combine(folder, "type"), type + "\n");
        }
    }
}
