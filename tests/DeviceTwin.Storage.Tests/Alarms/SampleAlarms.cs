using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Tests.Storage.Alarms;

/// <summary>Messages of one node.</summary>
internal static class SampleAlarms
{
    public const string Device = "vib-1";
    public const string Name = "1-100-outer-1";

    public static DateTimeOffset Second(int second) => StoreFolder.Start.AddSeconds(second);

    public static AlarmDelivery.Told Told(AlarmEvent heard, int second, string name = Name, string alarm = "outer", string device = Device, string[]? waveforms = null) => new(
        device,
        name,
        Second(second),
        new AlarmEvidence(alarm, heard, Second(second), "outer", "B", second, "9f2c", "dt-1+9f2c", null),
        new AlarmPlace("plant", "line-1", "pump-1", $"point-{second}"),
        waveforms ?? []);
}
