using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Link;

/// <summary>A capture on its way to the hub: its samples and the facts that go with them.</summary>
public sealed class Waveform
{
    /// <summary>Raw counts; valid as long as the shelf has this waveform.</summary>
    public readonly short[] Samples;

    /// <summary>How many of them.</summary>
    public readonly int Count;

    /// <summary>Sampling rate in millihertz.</summary>
    public readonly int SampleRateMilliHertz;

    /// <summary>Weight of a count in nano-g, 0 where it is not known.</summary>
    public readonly int NanoGPerCount;

    /// <summary>Number of the capture within its boot.</summary>
    public readonly int Capture;

    /// <summary>Name of the boot.</summary>
    public readonly string BootId;

    /// <summary>Start in UTC milliseconds, 0 where not known.</summary>
    public readonly long StartUtcMs;

    /// <summary>Share of samples without a gap in thousandths.</summary>
    public readonly int CoveragePermille;

    /// <summary>Samples at full scale.</summary>
    public readonly int SaturatedCount;

    /// <summary>Whether samples are missing inside.</summary>
    public readonly bool Overrun;

    public Waveform(short[] samples, Capture capture, string bootId)
    {
        Samples = samples;
        Count = capture.Count;
        SampleRateMilliHertz = capture.SampleRateMilliHertz;
        NanoGPerCount = capture.NanoGPerCount;
        Capture = capture.Sequence;
        BootId = bootId;
        StartUtcMs = capture.StartUtcMs;
        CoveragePermille = capture.CoveragePermille;
        SaturatedCount = capture.SaturatedCount;
        Overrun = capture.Overrun;
    }
}
