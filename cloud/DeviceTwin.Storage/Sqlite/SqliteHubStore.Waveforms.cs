using DeviceTwin.Storage.Sqlite.Waveforms;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Waveforms.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public WaveformStatus ReadWaveformStatus(string deviceId, string sha256) => Read(connection => SqliteWaveforms.Status(connection, deviceId, sha256));

    /// <inheritdoc/>
    public IReadOnlyList<StoredWaveform> ReadWaveforms(string? deviceId, DateTimeOffset? from, DateTimeOffset? to, int limit) =>
        Read(connection => SqliteWaveforms.List(connection, deviceId, from, to, limit));

    /// <inheritdoc/>
    public IReadOnlyList<StoredWaveform> FindWaveforms(string sha256) => Read(connection => SqliteWaveforms.Find(connection, sha256));

    /// <inheritdoc/>
    public IReadOnlyList<string> ReadWaveformDevices() => Read(SqliteWaveforms.Devices);

    /// <inheritdoc/>
    public IReadOnlyList<WaveformUpload> ReadUploads() => Read(SqliteWaveforms.Uploads);

    /// <inheritdoc/>
    public (WaveformUpload Upload, byte[] Content)? ReadWholeUpload(string deviceId, string sha256) =>
        Read(connection => SqliteWaveforms.Whole(connection, deviceId, sha256));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, bool> ReadWaveformContents() => Read(SqliteWaveforms.Contents);
}
