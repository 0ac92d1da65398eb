using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode;

/// <summary>Writes telemetry messages. Every message has the boot's name and a number that counts from 1, so that a hub can tell repetitions and gaps.</summary>
public sealed class TelemetryComposer
{
    /// <summary>Kind of a features message.</summary>
    public const string Features = "features";

    /// <summary>Kind of a spectrum message.</summary>
    public const string Spectrum = "spectrum";

    /// <summary>Kind of an alarm message.</summary>
    public const string Alarm = "alarm";

    private const int MaximumLength = 16384;

    private readonly JsonWriter _writer;
    private readonly string _bootId;
    private int _sequence;

    /// <param name="bootId">The boot's name.</param>
    /// <param name="scratch">Bytes that are free whenever a message is composed; null where there are none.</param>
    public TelemetryComposer(string bootId, byte[] scratch)
    {
        _writer = scratch == null ? new JsonWriter(1024, MaximumLength) : new JsonWriter(scratch, MaximumLength);
        _bootId = bootId;
    }

    /// <summary>The boot's name, as it stands in every message.</summary>
    public string BootId => _bootId;

    /// <summary>The number of the message composed last.</summary>
    public int Sequence => _sequence;

    /// <summary>The word of an ISO zone.</summary>
    /// <param name="zone">0 = A to 3 = D; anything else is refused.</param>
    public static string ZoneWord(int zone)
    {
        switch (zone)
        {
            case 0:
                return "A";
            case 1:
                return "B";
            case 2:
                return "C";
            case 3:
                return "D";
            default:
                return Verdict.Word(Verdict.Refused);
        }
    }

    /// <summary>A features message.</summary>
    /// <param name="utcMs">UTC of the capture's start in milliseconds, 0 where not known.</param>
    /// <param name="temperature">Hundredths of a degree Celsius, or <see cref="Monitor.NoTemperature"/>.</param>
    /// <param name="fault">Number of an <see cref="AcquisitionFault"/>; it joins the refusals.</param>
    /// <param name="reason">Number of a <see cref="CaptureReason"/>; said where the capture was not a scheduled one.</param>
    public byte[] ComposeFeatures(
        DetectorResult result,
        Monitor monitor,
        Trial trial,
        long utcMs,
        int temperature,
        int fault,
        int reason,
        int settingsVersion,
        string settingsHash,
        string fingerprint)
    {
        Begin(utcMs, result.CaptureSequence);
        _writer.Member("verdict", Verdict.Word(monitor.Verdict));
        Zone(monitor.Zone);
        Reasons("zoneRefusals", monitor.ZoneRefusals, AcquisitionFault.None);
        Alarms("alarms", monitor.Alarms);
        Alarms("acknowledged", monitor.Alarms & ~monitor.Unacknowledged);
        Causes(monitor.Causes);
        Number("velocityUmPerSecond", result.VelocityUmPerSecond);
        Number("slowVelocityUmPerSecond", result.SlowVelocityUmPerSecond);
        Number("displacementNanometres", result.DisplacementNanometres);
        Number("accelerationMilliG", result.AccelerationMilliG);
        Number("peakMilliG", result.PeakMilliG);
        Number("crestMilli", result.CrestMilli);
        Number("kurtosisMilli", result.KurtosisMilli);
        NumberOrNull("skewnessMilli", result.SkewnessMilli, DetectorResult.SkewnessUnknown);
        Bands(result);
        Peaks(result);
        Number("shaftEstimateMilliHertz", result.ShaftEstimateMilliHertz);
        _writer.Member("shaftEstimateConfidencePermille", result.ShaftEstimateConfidencePermille);
        _writer.Member("shaftPattern", result.ShaftPattern == DetectorResult.NotAvailable ? null : Verdict.Word(result.ShaftPattern));
        NumberOrNull("temperatureCentiCelsius", temperature, Monitor.NoTemperature);
        Scores(result);
        Number("impulsivenessMilli", result.ImpulsivenessMilli);
        _writer.Member("confidencePermille", result.ConfidencePermille);
        _writer.Member("windows", result.Windows);
        Running(result.Running);
        Number("baselineExcessMilliSigma", monitor.BaselineExcessMilliSigma);
        Number("driftMilliSigma", monitor.DriftMilliSigma);
        _writer.Member("coveragePermille", result.CoveragePermille);
        _writer.Member("saturatedPermille", result.SaturatedPermille);
        _writer.Member("clippedPermille", result.ClippedPermille);
        _writer.Member("aliasingPermille", result.AliasingPermille);
        Number("noiseVelocityUmPerSecond", result.NoiseVelocityUmPerSecond);
        _writer.Member("overrun", result.Overrun);
        if (reason != CaptureReason.Scheduled)
        {
            _writer.Member("captureReason", CaptureReason.Word(reason));
        }

        Reasons("refusals", monitor.Refusals, fault);
        _writer.Member("settingsVersion", settingsVersion);
        _writer.Member("settingsHash", settingsHash);
        _writer.Member("fingerprint", fingerprint);
        Trial(trial);
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

    /// <summary>An alarm message. What repeats it has the same <c>id</c> and <c>state</c>, whatever else.</summary>
    /// <param name="alarm">The alarm (<see cref="Verdict"/>).</param>
    /// <param name="raises">The number of its raise within this start.</param>
    /// <param name="state">The <see cref="AlarmState"/> it came to; <see cref="AlarmState.Normal"/> = cleared.</param>
    /// <param name="utcMs">UTC of the capture's start in milliseconds, 0 where not known.</param>
    /// <param name="nowUtcMs">UTC of this moment in milliseconds, 0 where not known.</param>
    public byte[] ComposeAlarm(
        int alarm,
        int raises,
        int state,
        Monitor monitor,
        int capture,
        long utcMs,
        long nowUtcMs,
        string settingsHash,
        string fingerprint)
    {
        Begin(utcMs, capture);
        string word = Verdict.Word(alarm);
        _writer.Member("id", _bootId + "-" + word + "-" + Digits.Text(raises));
        _writer.Member("alarm", word);
        _writer.Member("state", state == AlarmState.Normal ? "cleared" : AlarmState.Word(state));
        _writer.Member("verdict", Verdict.Word(monitor.Verdict));
        _writer.Member("zone", ZoneWord(monitor.Zone));
        _writer.Member("settingsHash", settingsHash);
        _writer.Member("fingerprint", fingerprint);
        if (nowUtcMs > 0)
        {
            _writer.Member("at", nowUtcMs / 1000);
        }

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

    private void Number(string name, int value)
    {
        NumberOrNull(name, value, DetectorResult.NotAvailable);
    }

    private void Zone(int zone)
    {
        _writer.Member("zone", ZoneWord(zone));
        if (zone != DetectorResult.NotAvailable)
        {
            _writer.Member("zoneEdition", DetectorResult.ZoneEdition);
        }
    }

    private void Alarms(string name, int alarms)
    {
        _writer.Name(name);
        _writer.StartArray();
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            if ((alarms & Verdict.Flag(verdict)) != 0)
            {
                _writer.Value(Verdict.Word(verdict));
            }
        }

        _writer.EndArray();
    }

    private void Causes(int causes)
    {
        _writer.Name("causes");
        _writer.StartArray();
        for (int cause = 0; cause < AlarmCause.Count; cause++)
        {
            if ((causes & (1 << (cause & 31))) != 0)
            {
                _writer.Value(AlarmCause.Word(cause));
            }
        }

        _writer.EndArray();
    }

    private void Bands(DetectorResult result)
    {
        _writer.Name("bandMicroG");
        _writer.StartArray();
        for (int band = 0; band < DetectorResult.BandCount; band++)
        {
            if (result.BandMicroG[band] == DetectorResult.NotAvailable)
            {
                _writer.Null();
            }
            else
            {
                _writer.Value(result.BandMicroG[band]);
            }
        }

        _writer.EndArray();
    }

    private void Peaks(DetectorResult result)
    {
        _writer.Name("peaks");
        _writer.StartObject();
        _writer.Member("milliHertz", result.PeakMilliHertz, result.PeakCount);
        _writer.Member("umPerSecond", result.PeakUmPerSecond, result.PeakCount);
        _writer.EndObject();
    }

    private void Running(int running)
    {
        _writer.Name("running");
        if (running == DetectorResult.NotAvailable)
        {
            _writer.Null();
        }
        else
        {
            _writer.Value(running != 0);
        }
    }

    private void Trial(Trial trial)
    {
        _writer.Name("trial");
        if (!trial.IsJudged)
        {
            _writer.Null();
            return;
        }

        _writer.StartObject();
        _writer.Member("verdict", Verdict.Word(trial.Verdict));
        _writer.Member("zone", ZoneWord(trial.Zone));
        Alarms("alarms", trial.Alarms);
        _writer.Member("settingsHash", trial.SettingsHash);
        _writer.EndObject();
    }

    private void Scores(DetectorResult result)
    {
        _writer.Name("scores");
        if (result.OuterScoreMilli < 0 && result.InnerScoreMilli < 0 && result.BallScoreMilli < 0 && result.CageScoreMilli < 0)
        {
            _writer.Null();
            return;
        }

        _writer.StartObject();
        Number("outer", result.OuterScoreMilli);
        Number("inner", result.InnerScoreMilli);
        Number("ball", result.BallScoreMilli);
        Number("cage", result.CageScoreMilli);
        Number("shaft", result.ShaftScoreMilli);
        _writer.EndObject();
    }

    private void Reasons(string name, int flags, int fault)
    {
        _writer.Name(name);
        _writer.StartArray();
        for (int reason = 0; reason < Refusal.Count; reason++)
        {
            if ((flags & (1 << (reason & 31))) != 0)
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
