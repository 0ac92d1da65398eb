#nullable enable

using System;
using System.IO;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Plays a recording to the sensor: resampled to the sensor's own rate by <see cref="Resampler"/>, one unbroken piece per capture.
/// </summary>
/// <remarks>
/// Successive captures move on through the recording; where less than a capture is left, the next one starts at its beginning. So no capture
/// contains a splice. A capture that turns out longer than promised gets no more samples at the end of the recording.
/// Levels: recordings in g are played as they are. Where the unit is not g, the peak is set to 4 g, a quarter of the sensor's largest
/// range; a recording in g that goes beyond 16 g is scaled down to 95 % of it. In both cases <see cref="AmplitudeKnown"/> is false.
/// No temperature was recorded: the housing is at 35 °C.
/// </remarks>
public sealed class RecordingMachine : IMachine
{
    /// <summary>Longest capture by default, in seconds: 32 768 samples of a sensor 3 % slow.</summary>
    public const double DefaultLongestCaptureSeconds = 1.27;

    private const double FullScaleG = 16;
    private const double UnknownPeakG = FullScaleG / 4;
    private const double LoudPeakG = FullScaleG * 0.95;
    private const double HousingCelsius = 35;

    // No real sensor is this slow; the filter that resamples to it is the longest.
    private const double SlowestRateHertz = 24000;

    private readonly RecordingItem _item;
    private readonly float[] _samples;
    private readonly double _longestCaptureSeconds;
    private float[] _resampled = [];
    private double _resampledRate;
    private int _position;
    private bool _started;

    /// <param name="item">The recording.</param>
    /// <param name="longestCaptureSeconds">Longest capture that the node is going to take.</param>
    /// <exception cref="RecordingException">The file is missing or wrong, or shorter than a capture.</exception>
    public RecordingMachine(RecordingItem item, double longestCaptureSeconds = DefaultLongestCaptureSeconds)
    {
        double usable = item.Seconds - Resampler.LostSeconds(item.RateHertz, SlowestRateHertz);
        if (usable < longestCaptureSeconds)
        {
            throw TooShort(item, usable, longestCaptureSeconds);
        }

        _item = item;
        _longestCaptureSeconds = longestCaptureSeconds;
        _samples = item.Load();
        AmplitudeKnown = Scale(_samples, item.UnitIsG);
    }

    /// <inheritdoc/>
    public string Name => Path.GetFileNameWithoutExtension(_item.File);

    /// <inheritdoc/>
    public string Label => _item.Fault;

    /// <inheritdoc/>
    public int ShaftSpeedMilliHertz => _item.ShaftSpeedMilliHertz;

    /// <inheritdoc/>
    public BearingOrders Orders => _item.Orders;

    /// <inheritdoc/>
    public bool AmplitudeKnown { get; }

    /// <summary>The index's entry of this recording.</summary>
    public RecordingItem Item => _item;

    /// <summary>Where in the resampled recording the current capture started, in samples.</summary>
    public int CaptureStart { get; private set; }

    /// <inheritdoc/>
    public void BeginCapture(double atSeconds, double rateHertz)
    {
        if (rateHertz != _resampledRate)
        {
            _resampled = Resampler.Resample(_samples, _item.RateHertz, rateHertz);
            _resampledRate = rateHertz;
            _started = false;
        }

        int capture = (int)Math.Ceiling(_longestCaptureSeconds * rateHertz);
        if (!_started || _resampled.Length - _position < capture)
        {
            _position = 0;
            _started = true;
        }

        CaptureStart = _position;
    }

    /// <inheritdoc/>
    public int Read(Span<float> accelerationG)
    {
        int count = Math.Min(accelerationG.Length, _resampled.Length - _position);
        _resampled.AsSpan(_position, count).CopyTo(accelerationG);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public double TemperatureCelsius(double atSeconds) => HousingCelsius;

    private static bool Scale(float[] samples, bool unitIsG)
    {
        float peak = 0;
        foreach (float sample in samples)
        {
            peak = Math.Max(peak, Math.Abs(sample));
        }

        if (unitIsG && peak <= FullScaleG)
        {
            return true;
        }

        float gain = peak == 0 ? 1 : (float)((unitIsG ? LoudPeakG : UnknownPeakG) / peak);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] *= gain;
        }

        return false;
    }

    private static RecordingException TooShort(RecordingItem item, double seconds, double needed) => new(
        RecordingException.TooShort,
        FormattableString.Invariant($"'{item.File}' in {item.Folder} has {seconds:F3} s to play; a capture takes {needed:F3} s. A recording is never spliced within a capture."));
}
