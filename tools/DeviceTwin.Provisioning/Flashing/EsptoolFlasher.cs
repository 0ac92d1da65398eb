using System.Collections.Concurrent;
using System.Security.Cryptography;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Flashing;

/// <summary>
/// Writes a firmware folder with esptool and reads every file back from the chip. Finds the flashing port of a board by the address of its radio among the ports of chips' own
/// USB connectors and those that were named. What is on the chip already is not written again.
/// </summary>
/// <param name="firmware">Proven: its parts go together.</param>
/// <param name="ports">Of this computer.</param>
/// <param name="named">Flashing ports that were named; beside them every chip's own connector is tried.</param>
/// <param name="processes">Runs esptool.</param>
public sealed class EsptoolFlasher(FirmwareFolder firmware, ISerialPorts ports, IReadOnlyList<string> named, IProcessRunner processes) : IFlasher
{
    private const string Program = "esptool";
    private const byte Erased = 0xFF;

    // Chips with an address of 64 bits print their radio's own beside it.
    private static readonly string[] MacLabels = ["BASE MAC:", "MAC:"];

    private readonly ConcurrentDictionary<string, string> portsByMac = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What esptool is called: since its version 5, and before.</summary>
    public static IReadOnlyList<string> Programs { get; } = [Program, "esptool.py"];

    /// <summary>
    /// Flashes the chips that are as new: nothing stands where the image goes, so that no dialogue can say who they are. All at once; one that fails stops no other.
    /// A chip that holds anything is left alone.
    /// </summary>
    /// <param name="cancellation">Ends it; a chip whose flash was cut off is as new no more: <c>esptool erase_flash</c> makes it so again.</param>
    /// <returns>What came of each new chip.</returns>
    /// <exception cref="BoardFaultException">esptool is not installed.</exception>
    public async Task<IReadOnlyList<NewChip>> FlashNew(CancellationToken cancellation)
    {
        if (firmware.Native.Count == 0)
        {
            return [];
        }

        var chips = await Task.WhenAll(FlashingPorts().Select(port => FlashNew(port, cancellation)));
        return [.. chips.OfType<NewChip>()];
    }

    /// <inheritdoc/>
    public async Task Flash(string mac, CancellationToken cancellation)
    {
        var port = await FindPort(mac, cancellation);
        var differing = new List<FirmwareFile>();
        foreach (var file in firmware.Files)
        {
            if (!await IsThere(port, file, cancellation))
            {
                differing.Add(file);
            }
        }

        if (differing.Count == 0)
        {
            return;
        }

        if (firmware.Native.Count == 0)
        {
            // The image stays: what it has is asked before anything is written.
            NanoffDetails.Require(firmware, await NanoffDetails.Read(port, processes, cancellation));
        }

        await Write(port, differing, cancellation);
    }

    private async Task<NewChip?> FlashNew(string port, CancellationToken cancellation)
    {
        if (await FindMac(port, cancellation) is not { } mac)
        {
            return null;
        }

        try
        {
            var image = await ReadBack(port, firmware.Files[0], cancellation);
            if (Array.Exists(image, value => value != Erased))
            {
                return null;
            }

            await Write(port, firmware.Files, cancellation);
            return new NewChip(port, mac, null);
        }
        catch (BoardFaultException fault) when (fault.Diagnosis != Diagnosis.FlasherMissing)
        {
            return new NewChip(port, mac, fault.Message);
        }
    }

    private async Task Write(string port, IReadOnlyList<FirmwareFile> files, CancellationToken cancellation)
    {
        string[] write = ["--chip", firmware.Chip, "--port", port, "write_flash", .. files.SelectMany(file => new[] { Hexadecimal(file.Offset), Full(file) })];
        var written = await Run(write, cancellation);
        if (written.ExitCode != 0)
        {
            throw new BoardFaultException(Diagnosis.FlashFailed, $"{Program} said: {written.LastLine}");
        }

        foreach (var file in files)
        {
            if (!await IsThere(port, file, cancellation))
            {
                throw new BoardFaultException(Diagnosis.FlashDiffers, $"{file.Path} at {Hexadecimal(file.Offset)}.");
            }
        }
    }

    /// <summary>The address of a chip's radio as esptool prints it, 12 hexadecimal digits; null where it printed none.</summary>
    internal static string? ReadMac(IEnumerable<string> lines) => lines
        .Select(line => line.Trim())
        .Select(line => Array.Find(MacLabels, label => line.StartsWith(label, StringComparison.OrdinalIgnoreCase)) is { } label ? line[label.Length..].Trim().Replace(":", "") : "")
        .FirstOrDefault(mac => mac.Length == 12 && mac.All(char.IsAsciiHexDigit))?.ToLowerInvariant();

    private async Task<string> FindPort(string mac, CancellationToken cancellation)
    {
        if (portsByMac.TryGetValue(mac, out var known))
        {
            return known;
        }

        foreach (var port in FlashingPorts().Except(portsByMac.Values))
        {
            if (string.Equals(await FindMac(port, cancellation), mac, StringComparison.OrdinalIgnoreCase))
            {
                return port;
            }
        }

        throw new BoardFaultException(Diagnosis.FirmwareDiffers, $"No flashing port has the chip {mac}.");
    }

    private IEnumerable<string> FlashingPorts() => named.Concat(ports.List().Where(port => port.IsChipsOwn).Select(port => port.PortName)).Distinct();

    private async Task<string?> FindMac(string port, CancellationToken cancellation)
    {
        var answer = await Run(["--chip", firmware.Chip, "--port", port, "read_mac"], cancellation);
        if (answer.ExitCode == 0 && ReadMac(answer.Lines) is { } mac)
        {
            portsByMac[mac] = port;
            return mac;
        }

        return null;
    }

    // What esptool says of its own writing proves nothing of the chip.
    private async Task<bool> IsThere(string port, FirmwareFile file, CancellationToken cancellation) =>
        Convert.ToHexStringLower(SHA256.HashData(await ReadBack(port, file, cancellation))) == file.Sha256;

    /// <summary>What the chip has where a file goes.</summary>
    private async Task<byte[]> ReadBack(string port, FirmwareFile file, CancellationToken cancellation)
    {
        var back = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var length = new FileInfo(Full(file)).Length;
            var read = await Run(["--chip", firmware.Chip, "--port", port, "read_flash", Hexadecimal(file.Offset), Hexadecimal((int)length), back], cancellation);
            if (read.ExitCode != 0)
            {
                throw new BoardFaultException(Diagnosis.FlashFailed, $"{Program} said: {read.LastLine}");
            }

            return await File.ReadAllBytesAsync(back, cancellation);
        }
        finally
        {
            File.Delete(back);
        }
    }

    private async Task<ProcessEnd> Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        foreach (var program in Programs)
        {
            if (await processes.Run(program, arguments, cancellation) is { } end)
            {
                return end;
            }
        }

        throw new BoardFaultException(Diagnosis.FlasherMissing, $"There is no {Program} on the path.");
    }

    private string Full(FirmwareFile file) => Path.Combine(firmware.Folder, file.Path);

    private static string Hexadecimal(int number) => $"0x{number:x}";
}
