namespace DeviceTwin.Storage.Waveforms;

/// <summary>What the store knows of waveforms. Only what is durable is seen.</summary>
public interface IWaveformStore
{
    WaveformStatus ReadWaveformStatus(string deviceId, string sha256);

    /// <summary>Complete waveforms, newest first.</summary>
    /// <param name="deviceId">Null = of all devices.</param>
    /// <param name="from">Received at or after; null = from the beginning.</param>
    /// <param name="to">Received before; null = until now.</param>
    IReadOnlyList<StoredWaveform> ReadWaveforms(string? deviceId, DateTimeOffset? from, DateTimeOffset? to, int limit);

    /// <summary>Every device's waveform with this content, newest first.</summary>
    IReadOnlyList<StoredWaveform> FindWaveforms(string sha256);

    /// <summary>Devices that have a waveform.</summary>
    IReadOnlyList<string> ReadWaveformDevices();

    /// <summary>Unfinished waveforms, longest untouched first.</summary>
    IReadOnlyList<WaveformUpload> ReadUploads();

    /// <summary>An unfinished waveform with all its bytes; null where it is not whole.</summary>
    (WaveformUpload Upload, byte[] Content)? ReadWholeUpload(string deviceId, string sha256);

    /// <summary>The content that the store has files for: hash, and whether the file is known to be damaged.</summary>
    IReadOnlyDictionary<string, bool> ReadWaveformContents();
}
