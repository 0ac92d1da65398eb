using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Serial.Unix;
using DeviceTwin.Provisioning.Serial.Windows;

namespace DeviceTwin.Tests.Provisioning.Serial;

/// <summary>Bytes of systems that the tests do not run on, from their headers.</summary>
public sealed class TermiosLayoutTests
{
    [Test]
    public void LinuxHasFourWordsADisciplineAndTheCharacters()
    {
        byte[] settings = Filled();
        TermiosLayout.Linux.MakeRaw(settings);

        Assert.That(Enumerable.Range(0, 4).Select(word => BinaryPrimitives.ReadUInt32LittleEndian(settings.AsSpan(word * 4))), Is.EqualTo(new uint[] { 0, 0, 0x8B0, 0 }));
        Assert.That((settings[16], settings[17 + 6], settings[17 + 5], settings[24]), Is.EqualTo(((byte)0xFF, (byte)1, (byte)0, (byte)0xFF)));
    }

    [Test]
    public void MacOSHasFourLongWordsAndTheCharacters()
    {
        byte[] settings = Filled();
        TermiosLayout.MacOS.MakeRaw(settings);

        Assert.That(Enumerable.Range(0, 4).Select(word => BinaryPrimitives.ReadUInt64LittleEndian(settings.AsSpan(word * 8))), Is.EqualTo(new ulong[] { 0, 0, 0x8B00, 0 }));
        Assert.That((settings[32 + 16], settings[32 + 17], settings[52], settings[56]), Is.EqualTo(((byte)1, (byte)0, (byte)0xFF, (byte)0xFF)));
    }

    [Test]
    public void WindowsHas28BytesOfSettingsAnd20OfTimes()
    {
        Assert.That(Marshal.SizeOf<WindowsNative.DeviceControlBlock>(), Is.EqualTo(28));
        Assert.That(Marshal.OffsetOf<WindowsNative.DeviceControlBlock>("ByteSize"), Is.EqualTo((nint)18));
        Assert.That(Marshal.SizeOf<WindowsNative.Timeouts>(), Is.EqualTo(20));
        Assert.That(WindowsNative.DeviceControlBlock.BinaryWithLines, Is.EqualTo(0x1011));
    }

    [TestCase("VID_10C4&PID_EA60", "0001", "usb:10c4:ea60@0001:0")]
    [TestCase("VID_10C4&PID_EA60", "7d6f0c2a", "usb:10c4:ea60:7d6f0c2a:0")]
    [TestCase("VID_1A86&PID_7523", "5&1a2b3c4d&0&4", "usb:1a86:7523@5&1a2b3c4d&0&4:0")]
    [TestCase("VID_303A&PID_1001&MI_00", "6&11111111&0&0000", "usb:303a:1001@6&11111111&0&0000:0")]
    [TestCase("VID_0403+PID_6001+A50285BIA", "0000", "usb:0403:6001:A50285BIA:0")]
    [TestCase("ROOT_HUB30", "4&1&0&0", null)]
    public void WindowsNamesItsAdapters(string device, string instance, string? identity)
    {
        if (!OperatingSystem.IsWindows())
        {
#pragma warning disable CA1416 // Nothing of Windows is in it: it takes a text apart.
            Assert.That(WindowsSerialPorts.Parse(device, instance) is { } usb ? PortIdentities.Of(usb) : null, Is.EqualTo(identity));
#pragma warning restore CA1416
        }
    }

    [Test]
    public void EachTroubleIsOneSentenceAndHasANextStep()
    {
        var inner = new IOException("No such thing.");
        foreach (SerialPortException trouble in new[]
        {
            SerialTrouble.NotFound("COM5"),
            SerialTrouble.Occupied("COM5", []),
            SerialTrouble.Occupied("COM5", [new PortHolder("minicom", 4711), new PortHolder("cat", 12)]),
            SerialTrouble.NotPermitted("COM5", ""),
            SerialTrouble.NotPermitted("COM5", "dialout"),
            SerialTrouble.NotASerialPort("COM5"),
            SerialTrouble.Vanished("COM5"),
            SerialTrouble.Stuck("COM5"),
            SerialTrouble.Failed("COM5", inner),
        })
        {
            Assert.That(trouble.Message, Does.Contain("COM5").And.EndsWith(".").And.Not.Contains(".."), $"{trouble.Fault}");
            Assert.That(trouble.Message.TrimEnd('.'), Does.Not.Contain(". "), $"{trouble.Fault}");
            Assert.That(trouble.Remedy, Does.EndWith("."), $"{trouble.Fault}");
        }

        Assert.That(SerialTrouble.Occupied("COM5", [new PortHolder("minicom", 4711), new PortHolder("cat", 12)]).Message, Is.EqualTo("minicom (process 4711) and cat (process 12) have COM5 open."));
    }

    [Test]
    public void TheReadmeHasEveryTrouble()
    {
        string page = File.ReadAllText(TestFiles.InRepository("tools/README.md"));
        Assert.That(Enum.GetNames<SerialFault>().Where(name => !page.Contains($"| `{name}` |", StringComparison.Ordinal)), Is.Empty);
    }

    private static byte[] Filled()
    {
        byte[] settings = new byte[TermiosLayout.Bytes];
        Array.Fill(settings, (byte)0xFF);
        return settings;
    }
}
