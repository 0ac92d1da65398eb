namespace DeviceTwin.Tests.SensorNode.Simulator.Fleet;

/// <summary>A wall clock that a test moves.</summary>
internal sealed class BusyTime : TimeProvider
{
    private long _ticks;

    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How much time passes with every look at the clock: a computer that is busy with something.</summary>
    public TimeSpan BusyPerLook { get; set; }

    public override long GetTimestamp() => _ticks += BusyPerLook.Ticks;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_ticks);

    public void Advance(TimeSpan duration) => _ticks += duration.Ticks;
}
