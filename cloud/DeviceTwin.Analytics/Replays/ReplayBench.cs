using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Analytics.Replays;

/// <summary>What one worker needs to judge: the detectors and room for one waveform. Of one thread at a time.</summary>
internal sealed class ReplayBench
{
    private readonly Dictionary<int, Detector> _detectors = [];
    private byte[] _content = [];

    public DetectorResult OldResult { get; } = new();

    public DetectorResult NewResult { get; } = new();

    /// <summary>Refilled with each capture.</summary>
    public Capture Capture { get; private set; } = new(0);

    /// <summary>Room for a content.</summary>
    public Memory<byte> Content(int length)
    {
        if (_content.Length < length)
        {
            _content = new byte[length];
        }

        return _content.AsMemory(0, length);
    }

    /// <summary>The detector with windows of this length.</summary>
    public Detector Detector(int window)
    {
        if (!_detectors.TryGetValue(window, out var detector))
        {
            _detectors[window] = detector = new Detector(window);
        }

        return detector;
    }

    /// <summary>Makes the capture hold an axis of a content.</summary>
    public void Fill(StoredCapture stored, ReadOnlySpan<byte> content)
    {
        var frames = Math.Min(stored.Frames, SensorNode.Detection.Detector.LongestCapture);
        if (Capture.Samples.Length < frames)
        {
            Capture = new Capture(frames);
        }

        var counts = MemoryMarshal.Cast<byte, short>(content);
        var samples = Capture.Samples.AsSpan(0, frames);
        if (stored.AxisCount == 1)
        {
            counts[..frames].CopyTo(samples);
        }
        else
        {
            for (var frame = 0; frame < frames; frame++)
            {
                samples[frame] = counts[(frame * stored.AxisCount) + stored.Axis];
            }
        }

        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }

        Capture.Count = frames;
        Capture.SampleRateMilliHertz = stored.RateMilliHertz;
        Capture.NanoGPerCount = stored.NanoGPerCount;
        Capture.CoveragePermille = stored.CoveragePermille ?? 1000;
        Capture.SaturatedCount = stored.SaturatedCount ?? 0;
        Capture.Overrun = stored.Overrun;
    }
}
