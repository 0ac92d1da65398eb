using System.Text.RegularExpressions;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Flashing;

/// <summary>What nanoff reads back from a board that runs nanoFramework: the native libraries and their checksums.</summary>
public static partial class NanoffDetails
{
    private const string Program = "nanoff";

    /// <summary>Asks a board.</summary>
    /// <param name="port">Its flashing port.</param>
    /// <param name="processes">Runs nanoff.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="BoardFaultException">nanoff is not installed, or could not.</exception>
    public static async Task<IReadOnlyList<NativeLibrary>> Read(string port, IProcessRunner processes, CancellationToken cancellation)
    {
        var end = await processes.Run(Program, ["--nanodevice", "--devicedetails", "--serialport", port], cancellation)
            ?? throw new BoardFaultException(Diagnosis.FlasherMissing, $"There is no {Program} on the path.");
        return end.ExitCode == 0 ? Parse(end.Lines) : throw new BoardFaultException(Diagnosis.FlashFailed, $"{Program} said: {end.LastLine}");
    }

    /// <summary>Refuses, before anything is written, where the program does not go with what is on the chip.</summary>
    /// <exception cref="BoardFaultException"><see cref="Diagnosis.ChecksumMismatch"/>.</exception>
    public static void Require(FirmwareFolder firmware, IReadOnlyList<NativeLibrary> onChip)
    {
        if (FirmwareFolder.Mismatch(onChip, firmware.Managed) is { } mismatch)
        {
            throw new BoardFaultException(Diagnosis.ChecksumMismatch, mismatch);
        }
    }

    /// <summary>Lines such as <c>mscorlib, v100.5.0.24, checksum 0x132F8E5D</c>, with any table signs in between.</summary>
    internal static IReadOnlyList<NativeLibrary> Parse(IEnumerable<string> lines) =>
        [.. lines.Select(line => Library().Match(line)).Where(match => match.Success).Select(match => new NativeLibrary(match.Groups["name"].Value, match.Groups["checksum"].Value))];

    [GeneratedRegex(@"(?<name>[A-Za-z][A-Za-z0-9_.]*)\W+v?\d+\.\d+\.\d+\.\d+.*?(?<checksum>0x[0-9A-Fa-f]{8})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Library();
}
