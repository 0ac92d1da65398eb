#nullable enable

using System;
using System.Globalization;
using System.IO;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Plays a recording to the sensor: resampled to the sensor's own rate by <see cref="Resampler"/>, one unbroken piece per capture.
/// </summary>
/// <remarks>
/// Successive captures move on through the recording; where less than a capture is left, the next one starts at its beginning. So no capture
/// contains a splice. A capture that turns out longer than promised gets no more samples at the end of the recording.
/// The mean is taken out: it is the zero of an amplifier, no vibration, and would use up the sensor's range.
/// Levels: recordings in g are played as they are. Where the unit is not g, the peak is set to 4 g, a quarter of the sensor's largest
/// range; a recording in g that goes beyond 16 g is scaled down to 95 % of it. In both cases <see cref="AmplitudeKnown"/> is false.
/// No temperature was recorded: the housing is at 35 °C.
/// </remarks>
public sealed class RecordingMachine : IMachine
{
    internal const double HousingCelsius = 35;

    // The node's captures: 32 768 samples for the velocity, 16 turns of the shaft for the bearing, a 64th more, never more than 65 536 samples;
    // sensors up to 3 % slow.
    private const double VelocityCaptureSeconds = 1.29;
    private const double BearingCaptureTurns = 16.5;
    private const double LongestCaptureEver = 2.54;
    private const double FullScaleG = 16;
    private const double UnknownPeakG = FullScaleG / 4;
    private const double LoudPeakG = FullScaleG * 0.95;

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
    /// <param name="longestCaptureSeconds">Longest capture the node is going to take; null = what its plan needs for this shaft speed.</param>
    /// <exception cref="RecordingException">The file is missing or wrong, or shorter than a capture.</exception>
    public RecordingMachine(RecordingItem item, double? longestCaptureSeconds = null)
    {
        _longestCaptureSeconds = longestCaptureSeconds ?? PlannedCaptureSeconds(item);
        if (UsableSeconds(item) < _longestCaptureSeconds)
        {
            throw TooShort(item, _longestCaptureSeconds);
        }

        _item = item;
        _samples = Array.ConvertAll(item.Load().Samples, count => (float)count);
        AmplitudeKnown = Scale(_samples, item);
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

    // In double: a scale may be smaller or larger than a float.
    private static bool Scale(float[] counts, RecordingItem item)
    {
        double mean = 0;
        foreach (float count in counts)
        {
            mean += count;
        }

        mean /= counts.Length;
        double peak = 0;
        foreach (float count in counts)
        {
            peak = Math.Max(peak, Math.Abs(count - mean));
        }

        bool known = item.UnitIsG && peak * item.Scale <= FullScaleG;
        double gain = known ? item.Scale : peak == 0 ? 1 : (item.UnitIsG ? LoudPeakG : UnknownPeakG) / peak;
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = (float)((counts[i] - mean) * gain);
        }

        return known;
    }

    /// <summary>Whether the recording is long enough for the node's captures at its shaft speed.</summary>
    public static bool IsLongEnough(RecordingItem item) => UsableSeconds(item) >= PlannedCaptureSeconds(item);

    internal static RecordingException TooShort(RecordingItem item, double? needed = null) => new(
        RecordingException.TooShort,
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{item.File}' in {item.Folder} has {UsableSeconds(item):F3} s to play; a capture takes {needed ?? PlannedCaptureSeconds(item):F3} s. ")
        + "A recording is never spliced within a capture.");

    private static double UsableSeconds(RecordingItem item) => item.Seconds - Resampler.LostSeconds(item.RateHertz, SlowestRateHertz);

    private static double PlannedCaptureSeconds(RecordingItem item) => item.ShaftSpeedMilliHertz == 0
        ? VelocityCaptureSeconds
        : Math.Min(LongestCaptureEver, Math.Max(VelocityCaptureSeconds, BearingCaptureTurns * 1000 / item.ShaftSpeedMilliHertz));
}
