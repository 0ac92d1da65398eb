namespace DeviceTwin.Analytics.Replays;

/// <summary>A capture whose samples were kept: what they are, and what the node said of them.</summary>
/// <param name="Sha256">Of the content (16 bit counts, little-endian, frame by frame), 64 hexadecimal digits in lower case.</param>
/// <param name="TakenAt">When it began, to the millisecond. Captures are replayed in this order.</param>
/// <param name="Length">Bytes of the content.</param>
/// <param name="RateMilliHertz">Frames per second, in thousandths.</param>
/// <param name="NanoGPerCount">Weight of a count; 0 = the unit is not known.</param>
/// <param name="CoveragePermille">Share of the planned samples that were received; null = the node did not say. No verdict depends on it.</param>
/// <param name="SaturatedCount">Samples at full scale; null = the node did not say, and 0 is assumed.</param>
/// <param name="Overrun">Samples are missing inside.</param>
public sealed record StoredCapture(
    string Sha256,
    DateTimeOffset TakenAt,
    int Length,
    int RateMilliHertz,
    int NanoGPerCount,
    int? CoveragePermille = 1000,
    int? SaturatedCount = 0,
    bool Overrun = false)
{
    /// <summary>Axes in a frame, 1 to 16.</summary>
    public int AxisCount { get; init; } = 1;

    /// <summary>The axis that is judged, 0 to <see cref="AxisCount"/> - 1.</summary>
    public int Axis { get; init; }

    /// <summary>The node did not know the time: <see cref="TakenAt"/> is when the waveform arrived.</summary>
    public bool IsArrivalTime { get; init; }

    /// <summary>Samples of an axis.</summary>
    public int Frames => Length / 2 / AxisCount;
}
