using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode;

/// <summary>Writes telemetry messages. Every message has the boot's name and a number that counts from 1, so that a hub can tell repetitions and gaps.</summary>
public sealed class TelemetryComposer
{
    /// <summary>Kind of a features message.</summary>
    public const string Features = "features";

    /// <summary>Kind of a spectrum message.</summary>
    public const string Spectrum = "spectrum";

    private const int MaximumLength = 16384;

    private readonly JsonWriter _writer = new JsonWriter(1024, MaximumLength);
    private readonly string _bootId;
    private int _sequence;

    public TelemetryComposer(string bootId)
    {
        _bootId = bootId;
    }

    /// <summary>A features message.</summary>
    /// <param name="utcMs">UTC of the capture's start in milliseconds, 0 where not known.</param>
    /// <param name="temperature">Hundredths of a degree Celsius, or <see cref="AlarmLogic.NoTemperature"/>.</param>
    /// <param name="fault">Number of an <see cref="AcquisitionFault"/>; it joins the refusals.</param>
    public byte[] ComposeFeatures(
        DetectorResult result,
        AlarmLogic alarms,
        long utcMs,
        int temperature,
        int fault,
        int settingsVersion,
        string settingsHash,
        string fingerprint)
    {
        Begin(utcMs, result.CaptureSequence);
        _writer.Member("verdict", Verdict.Word(alarms.Verdict));
        _writer.Member("zone", "refused");
        _writer.Name("alarms");
        _writer.StartArray();
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            if ((alarms.Alarms & Verdict.Flag(verdict)) != 0)
            {
                _writer.Value(Verdict.Word(verdict));
            }
        }

        _writer.EndArray();
        NumberOrNull("velocityUmPerSecond", result.VelocityUmPerSecond, DetectorResult.NotAvailable);
        _writer.Member("accelerationMilliG", result.AccelerationMilliG);
        NumberOrNull("temperatureCentiCelsius", temperature, AlarmLogic.NoTemperature);
        Scores(result);
        _writer.Member("coveragePermille", result.CoveragePermille);
        _writer.Member("saturatedPermille", result.SaturatedPermille);
        _writer.Member("overrun", result.Overrun);
        Refusals(temperature == AlarmLogic.NoTemperature ? result.Refusals | Refusal.TemperatureUnknown : result.Refusals, fault);
        _writer.Member("settingsVersion", settingsVersion);
        _writer.Member("settingsHash", settingsHash);
        _writer.Member("fingerprint", fingerprint);
        _writer.EndObject();
        return _writer.ToArray();
    }

    /// <summary>A spectrum message.</summary>
    public byte[] ComposeSpectrum(DetectorResult result, DetectorSettings settings, long utcMs)
    {
        Begin(utcMs, result.CaptureSequence);
        OneSpectrum("velocity", result.VelocityBinMilliHertz, "um/s", result.VelocitySpectrum, result.VelocitySpectrumCount);
        OneSpectrum("envelope", result.EnvelopeBinMilliHertz, "milliFloor", result.EnvelopeSpectrum, result.EnvelopeSpectrumCount);
        _writer.Member("shaftSpeedMilliHertz", settings.ShaftSpeedMilliHertz);
        _writer.Name("orders");
        _writer.StartObject();
        _writer.Member("bpfo", settings.BpfoMilliOrders);
        _writer.Member("bpfi", settings.BpfiMilliOrders);
        _writer.Member("bsf", settings.BsfMilliOrders);
        _writer.Member("ftf", settings.FtfMilliOrders);
        _writer.EndObject();
        _writer.EndObject();
        return _writer.ToArray();
    }

    private void Begin(long utcMs, int capture)
    {
        _sequence++;
        _writer.Clear();
        _writer.StartObject();
        _writer.Member("bootId", _bootId);
        _writer.Member("seq", _sequence);
        _writer.Member("t", utcMs);
        _writer.Member("capture", capture);
    }

    private void NumberOrNull(string name, int value, int missing)
    {
        _writer.Name(name);
        if (value == missing)
        {
            _writer.Null();
        }
        else
        {
            _writer.Value(value);
        }
    }

    private void Scores(DetectorResult result)
    {
        _writer.Name("scores");
        if (result.OuterScoreMilli < 0 && result.InnerScoreMilli < 0 && result.BallScoreMilli < 0)
        {
            _writer.Null();
            return;
        }

        _writer.StartObject();
        NumberOrNull("outer", result.OuterScoreMilli, DetectorResult.NotAvailable);
        NumberOrNull("inner", result.InnerScoreMilli, DetectorResult.NotAvailable);
        NumberOrNull("ball", result.BallScoreMilli, DetectorResult.NotAvailable);
        _writer.EndObject();
    }

    private void Refusals(int flags, int fault)
    {
        _writer.Name("refusals");
        _writer.StartArray();
        for (int reason = 0; reason < Refusal.Count; reason++)
        {
            if ((flags & (1 << reason)) != 0)
            {
                _writer.Value(Refusal.Word(reason));
            }
        }

        if (fault != AcquisitionFault.None)
        {
            _writer.Value(AcquisitionFault.Word(fault));
        }

        _writer.EndArray();
    }

    private void OneSpectrum(string name, int binMilliHertz, string unit, int[] values, int count)
    {
        _writer.Name(name);
        _writer.StartObject();
        _writer.Member("binMilliHertz", binMilliHertz);
        _writer.Member("unit", unit);
        _writer.Member("values", values, count);
        _writer.EndObject();
    }
}
