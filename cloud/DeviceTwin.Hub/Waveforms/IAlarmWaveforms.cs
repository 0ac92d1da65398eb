namespace DeviceTwin.Hub.Waveforms;

/// <summary>What keeps waveforms beyond their time: alarms, and findings of maintenance.</summary>
public interface IAlarmWaveforms
{
    /// <summary>The alarms and findings of a device, in any order. Called from time to time, from any thread.</summary>
    IReadOnlyList<AlarmWaveform> Of(string deviceId);
}

/// <summary>One alarm or finding.</summary>
/// <param name="At">When the hub heard of it.</param>
/// <param name="Sha256">The waveform it names; null where it names none: then the captures around its time are kept.</param>
public sealed record AlarmWaveform(string DeviceId, DateTimeOffset At, string? Sha256);

/// <summary>A hub without alarms.</summary>
internal sealed class NoAlarmWaveforms : IAlarmWaveforms
{
    public IReadOnlyList<AlarmWaveform> Of(string deviceId) => [];
}
