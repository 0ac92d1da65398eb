using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace DeviceTwin.Provisioning.Flashing;

/// <summary>A file of the firmware and where it goes.</summary>
/// <param name="Path">Beside the manifest.</param>
/// <param name="Offset">In the chip's flash, in bytes.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
public sealed record FirmwareFile(string Path, int Offset, string Sha256);

/// <summary>A library with a native part: both sides carry the number.</summary>
/// <param name="Name">Of the assembly.</param>
/// <param name="Checksum">Hexadecimal, as the runtime prints it.</param>
public sealed record NativeLibrary(string Name, string Checksum);

/// <summary>
/// Firmware that was put aside for a place without a network: files, where they go, and a manifest <c>firmware.json</c> that says what they are:
/// <c>{"version","target","chip","files":[{"path","offset","sha256"}],"native":[{"name","checksum"}],"managed":[{"name","checksum"}]}</c>. Nothing of it is flashed that the manifest
/// does not vouch for, nor where native and managed parts do not go together. Without native libraries it is a program for an image that is on the chip already.
/// </summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Version">What <c>identify</c> tells once it runs.</param>
/// <param name="Target">nanoFramework's name of the image.</param>
/// <param name="Chip">esptool's name of the chip.</param>
/// <param name="Files">By offset.</param>
/// <param name="Native">What the image has.</param>
/// <param name="Managed">What the program wants.</param>
public sealed record FirmwareFolder(
    string Folder, string Version, string Target, string Chip, IReadOnlyList<FirmwareFile> Files, IReadOnlyList<NativeLibrary> Native, IReadOnlyList<NativeLibrary> Managed)
{
    private const string ManifestName = "firmware.json";
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads and proves a folder.</summary>
    /// <exception cref="IOException">A file is missing, is another than the manifest vouches for, or the parts do not go together; the message names it.</exception>
    public static FirmwareFolder Open(string folder)
    {
        Manifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllText(System.IO.Path.Combine(folder, ManifestName)), Form)
                ?? throw new IOException($"'{folder}' has an empty {ManifestName}.");
        }
        catch (JsonException error)
        {
            throw new IOException($"'{System.IO.Path.Combine(folder, ManifestName)}' is no manifest: {JsonProblem.Of(error)}.");
        }

        if (manifest is not { Version.Length: > 0, Target.Length: > 0, Chip.Length: > 0, Files.Count: > 0, Native: not null, Managed: not null })
        {
            throw new IOException($"{ManifestName} needs version, target, chip, files, native and managed.");
        }

        var files = manifest.Files.Select(file => new FirmwareFile(file.Path ?? "", Offset(file.Offset), (file.Sha256 ?? "").ToLowerInvariant())).OrderBy(file => file.Offset).ToList();
        foreach (var file in files)
        {
            Prove(folder, file);
        }

        var opened = new FirmwareFolder(folder, manifest.Version, manifest.Target, manifest.Chip, files, manifest.Native, manifest.Managed);
        return opened.Native.Count > 0 && Mismatch(opened.Native, opened.Managed) is { } mismatch ? throw new IOException(mismatch) : opened;
    }

    /// <summary>Why a program cannot run on an image, in one sentence; null where it can.</summary>
    /// <param name="native">What the image has.</param>
    /// <param name="managed">What the program wants.</param>
    public static string? Mismatch(IReadOnlyList<NativeLibrary> native, IReadOnlyList<NativeLibrary> managed)
    {
        var has = native.ToDictionary(library => library.Name, library => Number(library.Checksum), StringComparer.Ordinal);
        foreach (var wanted in managed)
        {
            if (!has.TryGetValue(wanted.Name, out var checksum))
            {
                return $"The image has no {wanted.Name}.";
            }

            if (checksum != Number(wanted.Checksum))
            {
                return $"{wanted.Name} wants the native checksum 0x{Number(wanted.Checksum):X8}, the image has 0x{checksum:X8}.";
            }
        }

        return null;
    }

    private static void Prove(string folder, FirmwareFile file)
    {
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, file.Path));
        if (file.Path.Length == 0 || !full.StartsWith(System.IO.Path.GetFullPath(folder) + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new IOException($"'{file.Path}' is not in the folder of its manifest.");
        }

        using var stream = File.OpenRead(full);
        if (Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
        {
            throw new IOException($"'{full}' is not the file that the manifest vouches for: its SHA-256 differs.");
        }
    }

    private static int Offset(string? text) =>
        text is { Length: > 2 } && text.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var offset) && offset >= 0
            ? offset
            : throw new IOException($"An offset of {ManifestName} is '{text}': write it as 0x10000.");

    private static uint Number(string checksum) =>
        uint.TryParse(checksum.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? checksum.AsSpan(2) : checksum, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new IOException($"A checksum of {ManifestName} is '{checksum}': write it as 0x12ABCDEF.");

    private sealed record Manifest(string? Version, string? Target, string? Chip, List<ManifestFile>? Files, List<NativeLibrary>? Native, List<NativeLibrary>? Managed);

    private sealed record ManifestFile(string? Path, string? Offset, string? Sha256);
}
