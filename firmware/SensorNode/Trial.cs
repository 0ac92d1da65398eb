using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>
/// Settings on trial: the component <c>shadow</c> laid over the settings that hold, judged on the same captures. It says what it would have
/// said and raises nothing. Takes memory only while it is on.
/// </summary>
public sealed class Trial
{
    private DetectorSettings _settings;
    private Shadow _shadow;
    private DetectorResult _result;
    private bool _isJudged;

    /// <summary>Whether there is a trial.</summary>
    public bool IsOn
    {
        get { return _shadow != null; }
    }

    /// <summary>Whether it is on and has judged a capture.</summary>
    public bool IsJudged
    {
        get { return _shadow != null && _isJudged; }
    }

    /// <summary>What it would have said (<see cref="Detection.Verdict"/>).</summary>
    public int Verdict
    {
        get { return _shadow.Verdict; }
    }

    /// <summary>Alarms it would have raised, as flags.</summary>
    public int Alarms
    {
        get { return _shadow.Alarms; }
    }

    /// <summary>The zone by its settings.</summary>
    public int Zone
    {
        get { return _shadow.Zone; }
    }

    /// <summary>Hash of its settings, null where it is off.</summary>
    public string SettingsHash { get; private set; }

    /// <summary>Takes over new settings; starts or ends the trial.</summary>
    /// <param name="live">The settings that hold.</param>
    /// <param name="learned">What is learned by them: a trial that measures the same starts with it.</param>
    public void Apply(SettingsValues values, DetectorSettings live, Baseline learned)
    {
        if (values.Numbers[TwinModel.ShadowEnabled] == 0)
        {
            _shadow = null;
            _settings = null;
            _result = null;
            SettingsHash = null;
            return;
        }

        if (_settings == null)
        {
            _settings = new DetectorSettings();
        }

        // Settings change seldom: what is needed for it is garbage afterwards.
        SettingsMap.ApplyShadow(values, new SettingsValues(), _settings);
        SettingsHash = Fingerprint.SettingsHash(_settings);
        if (_shadow == null)
        {
            _shadow = new Shadow();
            _isJudged = false;
            if (Shadow.SharesResult(live, _settings))
            {
                _shadow.Monitor.Baseline.Decode(learned.Encode());
            }
        }
    }

    /// <summary>Judges a capture.</summary>
    /// <param name="result">What the settings that hold made of it.</param>
    public void Judge(Capture capture, Detector detector, DetectorSettings live, DetectorResult result, int temperature, long nowMs)
    {
        if (_shadow == null)
        {
            return;
        }

        if (!Shadow.SharesResult(live, _settings))
        {
            if (_result == null)
            {
                _result = new DetectorResult(result.VelocitySpectrum.Length, result.EnvelopeSpectrum.Length);
            }

            detector.Analyze(capture, _settings, _result);
            result = _result;
        }

        _isJudged = true;
        _shadow.Step(result, temperature, nowMs, _settings);
    }

    /// <summary>Lets delays run out between captures.</summary>
    public void Step(int temperature, long nowMs)
    {
        if (_shadow != null)
        {
            _shadow.Step(null, temperature, nowMs, _settings);
        }
    }
}
