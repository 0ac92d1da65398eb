namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// One block of acceleration samples of one axis and the facts that say what it may be used for.
/// Owned by Acquisition, which refills it; valid for the receiver until it hands it back.
/// </summary>
public sealed class Capture
{
    /// <summary>Raw sensor counts; the first <see cref="Count"/> are valid.</summary>
    public readonly short[] Samples;

    /// <summary>Number of valid samples.</summary>
    public int Count;

    /// <summary>Measured sampling rate in millihertz (26 667 Hz = 26 667 000).</summary>
    public int SampleRateMilliHertz;

    /// <summary>Weight of one count in nano-g (IIS3DWB at ±16 g: 488 000); 0 = the unit is not known, and no amplitude is said.</summary>
    public int NanoGPerCount;

    /// <summary>Density of the sensor's own noise in nano-g per root hertz (IIS3DWB: 75 000); 0 = not known.</summary>
    public int NoiseNanoGPerRootHertz;

    /// <summary>Samples at or beyond the sensor's full scale.</summary>
    public int SaturatedCount;

    /// <summary>Whether the sensor's FIFO overran: samples are missing somewhere inside the block.</summary>
    public bool Overrun;

    /// <summary>Number of places inside the block where samples are missing.</summary>
    public int Gaps;

    /// <summary>Share of the planned samples that were received without a gap, in thousandths.</summary>
    public int CoveragePermille;

    /// <summary>Start of the capture, UTC milliseconds since 1970; 0 where the node does not know the time.</summary>
    public long StartUtcMs;

    /// <summary>Running number of the capture since boot, from 1.</summary>
    public int Sequence;

    /// <summary>Why it was taken, a number of <see cref="CaptureReason"/>.</summary>
    public int Reason;

    /// <param name="capacity">Largest number of samples the block can hold.</param>
    public Capture(int capacity)
    {
        Samples = new short[capacity];
    }
}
