using System.Runtime.Versioning;
using System.Security.Cryptography;
using DeviceTwin.Provisioning.Flashing;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Provisioning.Flashing;

/// <summary>Firmware from a folder onto a chip, by a program that stands in for esptool: a script with a file for the chip's flash.</summary>
[Platform(Exclude = "Win")]
[UnsupportedOSPlatform("windows")]
public sealed class FlashingTests
{
    private const string Mac = "02d7b0a2d001";

    private string folder = "";

    private string Chip => Path.Combine(folder, "chip.bin");

    [SetUp]
    public void MakeFolder()
    {
        folder = Directory.CreateTempSubdirectory("devicetwin-flash-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "nanoCLR.bin"), [.. Enumerable.Range(0, 600).Select(value => (byte)value)]);
        File.WriteAllBytes(Path.Combine(folder, "SensorNode.bin"), [.. Enumerable.Range(0, 300).Select(value => (byte)(value * 7))]);
        File.WriteAllBytes(Chip, new byte[4096]);
        Manifest("0x132F8E5D");
        Esptool("");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public async Task WhatIsMissingIsWrittenAndReadBack()
    {
        await Flasher().Flash(Mac, CancellationToken.None);

        var chip = File.ReadAllBytes(Chip);
        Assert.That(chip.AsSpan(0x400, 600).ToArray(), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder, "nanoCLR.bin"))));
        Assert.That(chip.AsSpan(0x800, 300).ToArray(), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder, "SensorNode.bin"))));
        Assert.That(Calls("write_flash"), Is.EqualTo(1));
        Assert.That(Calls("read_flash"), Is.EqualTo(4));
    }

    [Test]
    public async Task WhatIsThereIsNotWrittenAgain()
    {
        await Flasher().Flash(Mac, CancellationToken.None);
        await Flasher().Flash(Mac, CancellationToken.None);

        Assert.That(Calls("write_flash"), Is.EqualTo(1));
    }

    [Test]
    public void AChipThatKeepsSomethingElseIsFound()
    {
        Esptool("forgets");
        Assert.That(async () => await Flasher().Flash(Mac, CancellationToken.None), Fails(Diagnosis.FlashDiffers));
    }

    [Test]
    public void AFlasherThatFailsIsQuoted()
    {
        Esptool("fails");
        Assert.That(async () => await Flasher().Flash(Mac, CancellationToken.None), Fails(Diagnosis.FlashFailed).And.Message.Contains("Failed to connect"));
    }

    [Test]
    public void AnotherChipIsNotFlashed()
    {
        Assert.That(async () => await Flasher().Flash("02d7b0a2d002", CancellationToken.None), Fails(Diagnosis.FirmwareDiffers));
        Assert.That(Calls("write_flash"), Is.Zero);
    }

    [Test]
    public void WithoutTheFlasherItIsSaidSo() => Assert.That(
        async () => await new EsptoolFlasher(FirmwareFolder.Open(folder), new NoPorts(), ["port"], new Scripts(Path.Combine(folder, "empty"))).Flash(Mac, CancellationToken.None),
        Fails(Diagnosis.FlasherMissing));

    [Test]
    public async Task AnEsptoolFromBeforeVersion5HasAnotherName()
    {
        File.Move(Path.Combine(folder, "esptool"), Path.Combine(folder, "esptool.py"));
        await Flasher().Flash(Mac, CancellationToken.None);

        Assert.That(Calls("write_flash"), Is.EqualTo(1));
    }

    [TestCase("MAC: 02:d7:b0:a2:d0:01")]
    [TestCase("MAC:                02:D7:B0:A2:D0:01")]
    [TestCase("MAC:                02:d7:b0:ff:fe:a2:d0:01", "BASE MAC:           02:d7:b0:a2:d0:01", "MAC_EXT:            ff:fe")]
    public void TheAddressOfTheRadioIsReadAsEachVersionPrintsIt(params string[] lines) => Assert.That(EsptoolFlasher.ReadMac(lines), Is.EqualTo(Mac));

    [Test]
    public async Task ANewChipIsFlashedBeforeItCanSayWhoItIs()
    {
        File.WriteAllBytes(Chip, [.. Enumerable.Repeat((byte)0xFF, 4096)]);
        Assert.That(await Flasher().FlashNew(CancellationToken.None), Is.EqualTo(new[] { new NewChip("port", Mac, null) }));
        Assert.That(File.ReadAllBytes(Chip).AsSpan(0x400, 600).ToArray(), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder, "nanoCLR.bin"))));
        Assert.That(await Flasher().FlashNew(CancellationToken.None), Is.Empty, "it is no new one any more");
        Assert.That(Calls("write_flash"), Is.EqualTo(1));
    }

    [TestCase(0x400, 0)]
    [TestCase(0x400 + 599, 0)]
    [TestCase(0x400 + 600, 1)]
    public async Task AChipThatHoldsSomethingIsLeftAlone(int at, int written)
    {
        var chip = Enumerable.Repeat((byte)0xFF, 4096).ToArray();
        chip[at] = 0xFE;
        File.WriteAllBytes(Chip, chip);
        await Flasher().FlashNew(CancellationToken.None);

        Assert.That(Calls("write_flash"), Is.EqualTo(written));
    }

    [Test]
    public async Task ANewChipThatDoesNotTakeItIsTold()
    {
        File.WriteAllBytes(Chip, [.. Enumerable.Repeat((byte)0xFF, 4096)]);
        Esptool("forgets");
        Assert.That((await Flasher().FlashNew(CancellationToken.None)).Single().Fault, Does.Contain("nanoCLR.bin"));
    }

    [Test]
    public async Task AProgramWithoutAnImageMakesNoNewChipRun()
    {
        Manifest("0x132F8E5D", native: "");
        File.WriteAllBytes(Chip, [.. Enumerable.Repeat((byte)0xFF, 4096)]);
        Assert.That(await Flasher().FlashNew(CancellationToken.None), Is.Empty);
    }

    [Test]
    public void PartsThatDoNotGoTogetherAreRefusedBeforeAnythingIsFlashed()
    {
        Manifest("0x00000001");
        Assert.That(() => FirmwareFolder.Open(folder), Throws.InstanceOf<IOException>().With.Message.Contains("mscorlib").And.Message.Contains("0x132F8E5D").And.Message.Contains("0x00000001"));
    }

    [TestCase("0x132F8E5D", true)]
    [TestCase("0x132F8E5E", false)]
    public void AProgramAloneIsHeldAgainstTheImageOnTheChipBeforeItIsWritten(string onChip, bool isWritten)
    {
        Manifest("0x132F8E5D", native: "");
        Script("nanoff", $"echo '  mscorlib v100.5.0.24, checksum {onChip}'");

        Assert.That(async () => await Flasher().Flash(Mac, CancellationToken.None), isWritten ? Throws.Nothing : Fails(Diagnosis.ChecksumMismatch));
        Assert.That(Calls("write_flash"), Is.EqualTo(isWritten ? 1 : 0));
    }

    [Test]
    public void AFileThatWasAlteredIsRefused()
    {
        File.WriteAllBytes(Path.Combine(folder, "SensorNode.bin"), [1, 2, 3]);
        Assert.That(() => FirmwareFolder.Open(folder), Throws.InstanceOf<IOException>().With.Message.Contains("SensorNode.bin"));
    }

    [Test]
    public void ChecksumsOfTheChipAreReadFromNanoff()
    {
        var found = NanoffDetails.Parse(
        [
            "Native Assemblies:",
            "  mscorlib v100.5.0.24, checksum 0x132F8E5D",
            "| nanoFramework.Runtime.Native | v100.0.10.0 | 0xd64d3497 |",
            "Firmware build: 2026-05-06",
        ]);

        Assert.That(found, Is.EqualTo(new[] { new NativeLibrary("mscorlib", "0x132F8E5D"), new NativeLibrary("nanoFramework.Runtime.Native", "0xd64d3497") }));
        Assert.That(() => NanoffDetails.Require(FirmwareFolder.Open(folder), [new NativeLibrary("mscorlib", "0x0BADCAFE")]), Throws.TypeOf<BoardFaultException>().With.Property("Diagnosis").EqualTo(Diagnosis.ChecksumMismatch));
    }

    private static NUnit.Framework.Constraints.Constraint Fails(Diagnosis diagnosis) =>
        Throws.TypeOf<BoardFaultException>().With.Property(nameof(BoardFaultException.Diagnosis)).EqualTo(diagnosis);

    private EsptoolFlasher Flasher() => new(FirmwareFolder.Open(folder), new NoPorts(), ["port"], new Scripts(folder));

    private int Calls(string what) => File.Exists(Path.Combine(folder, "calls")) ? File.ReadAllLines(Path.Combine(folder, "calls")).Count(line => line.Contains(what, StringComparison.Ordinal)) : 0;

    private void Manifest(string managed, string native = """{"name":"mscorlib","checksum":"0x132F8E5D"}""") => File.WriteAllText(Path.Combine(folder, "firmware.json"), $$"""
        {"version":"0.1.0","target":"ESP32_S3_ALL","chip":"esp32s3",
         "files":[{"path":"nanoCLR.bin","offset":"0x400","sha256":"{{Hash("nanoCLR.bin")}}"},{"path":"SensorNode.bin","offset":"0x800","sha256":"{{Hash("SensorNode.bin")}}"}],
         "native":[{{native}}],"managed":[{"name":"mscorlib","checksum":"{{managed}}"}]}
        """);

    private string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, name))));

    // Arguments: --chip C --port P verb …
    private void Esptool(string fault)
    {
        Script("esptool", $$"""
            echo "$*" >> '{{folder}}/calls'
            verb=$5
            shift 5
            case $verb in
              read_mac) echo "Detecting chip type... ESP32-S3"; echo "MAC: 02:d7:b0:a2:d0:01" ;;
              read_flash) dd if='{{Chip}}' of="$3" bs=1 skip=$(($1)) count=$(($2)) 2>/dev/null ;;
              write_flash)
                [ '{{fault}}' = fails ] && { echo "A fatal error occurred: Failed to connect to ESP32-S3: no serial data received." >&2; exit 2; }
                [ '{{fault}}' = forgets ] && exit 0
                while [ $# -gt 0 ]; do dd if="$2" of='{{Chip}}' bs=1 seek=$(($1)) conv=notrunc 2>/dev/null; shift 2; done ;;
            esac
            """);
    }

    private void Script(string name, string text)
    {
        var script = Path.Combine(folder, name);
        File.WriteAllText(script, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Programs of a folder in place of those of the computer.</summary>
    private sealed class Scripts(string folder) : IProcessRunner
    {
        public Task<ProcessEnd?> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancellation) =>
            new SystemProcesses().Run(Path.Combine(folder, program), arguments, cancellation);
    }

    private sealed class NoPorts : ISerialPorts
    {
        public IReadOnlyList<SerialPortInfo> List() => [];

        public ISerialPort Open(string portName) => throw new NotSupportedException();
    }
}
