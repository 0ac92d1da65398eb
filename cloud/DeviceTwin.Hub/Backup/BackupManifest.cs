using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceTwin.Hub.Backup;

/// <summary>What a backup holds: the last entry of its file, so a file that was cut off has none.</summary>
/// <param name="Format">1: a tar file with <c>hub.db</c>, <c>waveforms/</c>, and the rest of the data folder where keys are in it.</param>
/// <param name="HubVersion">The hub that made it.</param>
/// <param name="Keys">Certificates, keys and the other files of the data folder are in it.</param>
/// <param name="MissingWaveforms">Contents whose file was lost before.</param>
internal sealed record BackupManifest(
    [property: JsonRequired] int Format,
    string HubVersion,
    DateTimeOffset CreatedAt,
    int SchemaVersion,
    int Devices,
    int Waveforms,
    bool Keys,
    IReadOnlyList<string> MissingWaveforms,
    [property: JsonRequired] IReadOnlyList<BackupFile> Files)
{
    public const string Name = "manifest.json";
    public const int CurrentFormat = 1;

    /// <summary>More than any manifest has: a million files.</summary>
    public const int Longest = 256 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="JsonException">It is no manifest.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> text) => JsonSerializer.Deserialize<BackupManifest>(text, Json) ?? throw new JsonException("It is null.");
}

/// <param name="Name">Path below the data folder, with slashes.</param>
internal sealed record BackupFile(string Name, long Bytes, string Sha256);
