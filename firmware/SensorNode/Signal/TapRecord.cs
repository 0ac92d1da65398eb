namespace DeviceTwin.SensorNode.Signal;

/// <summary>A short piece of all three axes around a tap on the mounting, and what is needed to judge it.</summary>
public sealed class TapRecord
{
    /// <summary>Most samples of an axis: what a FIFO holds.</summary>
    public const int MaximumSamples = 512;

    /// <summary>Raw counts: x from 0, y from <see cref="MaximumSamples"/>, z from twice that. Lent by a capture's buffer.</summary>
    public short[] Samples;

    /// <summary>Valid samples of each axis.</summary>
    public int Count;

    /// <summary>Samples of which an axis lies at full scale.</summary>
    public int SaturatedCount;

    /// <summary>Sampling rate in millihertz.</summary>
    public int SampleRateMilliHertz;

    /// <summary>Weight of one count in nano-g.</summary>
    public int NanoGPerCount;

    /// <summary>Whether something woke the sensor up before the time was over.</summary>
    public bool IsTapped;
}
