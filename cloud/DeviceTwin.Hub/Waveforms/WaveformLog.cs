using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>Log lines of waveforms: 4400 to 4499.</summary>
internal static partial class WaveformLog
{
    [LoggerMessage(4400, LogLevel.Information, "Waveform {Sha256} of {DeviceId} is complete: {Length} bytes, {StoredBytes} on the disk")]
    public static partial void Completed(ILogger logger, string deviceId, string sha256, int length, long storedBytes);

    [LoggerMessage(4401, LogLevel.Warning, "Waveform {Sha256} of {DeviceId} was thrown away: {Reason}")]
    public static partial void Discarded(ILogger logger, string deviceId, string sha256, DiscardReason reason);

    [LoggerMessage(4402, LogLevel.Warning, "Device {DeviceId} sent a waveform message that cannot be taken: {Problem}")]
    public static partial void Malformed(ILogger logger, string deviceId, string problem);

    [LoggerMessage(4403, LogLevel.Information, "Waveform {Sha256} of {DeviceId} was removed: retention")]
    public static partial void Removed(ILogger logger, string deviceId, string sha256);

    [LoggerMessage(4404, LogLevel.Error, "The file of waveform {Sha256} is lost or damaged. Restore it from a backup, or let its node send it again")]
    public static partial void FileDamaged(ILogger logger, string sha256);

    [LoggerMessage(4405, LogLevel.Information, "{Count} waveform files that no row names were removed")]
    public static partial void OrphansRemoved(ILogger logger, int count);

    [LoggerMessage(4406, LogLevel.Error, "Waveform {Sha256} of {DeviceId} cannot be kept now; the hub tries again: {Problem}")]
    public static partial void NotKept(ILogger logger, string deviceId, string sha256, string problem);

    [LoggerMessage(4407, LogLevel.Error, "The waveforms could not be tidied; the hub tries again: {Problem}")]
    public static partial void SweepFailed(ILogger logger, string problem);
}
