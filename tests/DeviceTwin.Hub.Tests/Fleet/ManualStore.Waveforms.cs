using DeviceTwin.Storage.Backup;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No waveforms, and nothing to copy.</summary>
internal partial class ManualStore
{
    public WaveformStatus ReadWaveformStatus(string deviceId, string sha256) => WaveformStatus.Absent;

    public IReadOnlyList<StoredWaveform> ReadWaveforms(string? deviceId, DateTimeOffset? from, DateTimeOffset? to, int limit) => [];

    public IReadOnlyList<StoredWaveform> FindWaveforms(string sha256) => [];

    public IReadOnlyList<string> ReadWaveformDevices() => [];

    public IReadOnlyList<WaveformUpload> ReadUploads() => [];

    public (WaveformUpload Upload, byte[] Content)? ReadWholeUpload(string deviceId, string sha256) => null;

    public IReadOnlyDictionary<string, bool> ReadWaveformContents() => new Dictionary<string, bool>();

    public DatabaseCopy CopyDatabase(string path) => throw new NotSupportedException("There is no database.");
}
