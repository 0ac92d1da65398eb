using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>Shows the measure loop's newest verdict to the talk loop and to whoever looks from outside. All may call at once.</summary>
public sealed class VerdictBoard
{
    private const int None = -1;

    private readonly object _gate = new object();
    private int _verdict = None;
    private int _zone = DetectorResult.NotAvailable;
    private int _alarms;
    private int _unacknowledged;
    private int _captures;
    private int _sameVerdictRun;
    private int _velocity = DetectorResult.NotAvailable;
    private int _temperature = Monitor.NoTemperature;
    private int _settingsVersion = -1;
    private string _settingsHash;
    private string _fingerprint;
    private int _trialVerdict = None;
    private int _trialAlarms;
    private string _trialHash;
    private bool _isNews;

    /// <summary>Posts what the measure loop knows.</summary>
    public void Post(Monitor monitor, int captures, int sameVerdictRun, int velocity, int temperature)
    {
        lock (_gate)
        {
            _verdict = monitor.Verdict;
            _zone = monitor.Zone;
            _alarms = monitor.Alarms;
            _unacknowledged = monitor.Unacknowledged;
            _captures = captures;
            _sameVerdictRun = sameVerdictRun;
            _velocity = velocity;
            _temperature = temperature;
            _isNews = true;
        }
    }

    /// <summary>Posts what the settings on trial would have said.</summary>
    public void PostTrial(Trial trial)
    {
        lock (_gate)
        {
            _trialVerdict = trial.IsJudged ? trial.Verdict : None;
            _trialAlarms = trial.IsJudged ? trial.Alarms : 0;
            _trialHash = trial.SettingsHash;
            _isNews = true;
        }
    }

    /// <summary>Posts which settings the detector works with from now on.</summary>
    /// <param name="version">The desired version they come from, -1 where they come from none.</param>
    /// <param name="sameVerdictRun">How many captures in a row gave the same verdict by these settings.</param>
    public void PostSettings(int version, string settingsHash, string fingerprint, int sameVerdictRun)
    {
        lock (_gate)
        {
            _settingsVersion = version;
            _sameVerdictRun = sameVerdictRun;
            _settingsHash = settingsHash;
            _fingerprint = fingerprint;
            _isNews = true;
        }
    }

    /// <summary>Copies verdict, alarms, captures and values to a status.</summary>
    /// <param name="appliedVersion">The desired version the twin applied last. The run counts as none until the detector works with it.</param>
    public void CopyTo(NodeStatus status, int appliedVersion)
    {
        lock (_gate)
        {
            status.Verdict = _verdict == None ? null : Verdict.Word(_verdict);
            status.Zone = TelemetryComposer.ZoneWord(_zone);
            status.Alarms = Words(_alarms);
            status.Acknowledged = Words(_alarms & ~_unacknowledged);
            status.TrialVerdict = _trialVerdict == None ? null : Verdict.Word(_trialVerdict);
            status.TrialAlarms = Words(_trialAlarms);
            status.Captures = _captures;
            status.SameVerdictRun = _settingsVersion == appliedVersion ? _sameVerdictRun : 0;
            status.VelocityUmPerSecond = _velocity;
            status.TemperatureCentiCelsius = _temperature;
        }
    }

    /// <summary>Copies what is reported to the twin's facts; nothing where there is no verdict yet, or nothing was posted since the last time.</summary>
    /// <param name="facts">The same ones each time.</param>
    public void CopyTo(TwinFacts facts)
    {
        lock (_gate)
        {
            if (!_isNews)
            {
                return;
            }

            _isNews = false;
            if (_settingsHash != null)
            {
                facts.Set(TwinFacts.SettingsHash, _settingsHash);
                facts.Set(TwinFacts.DetectorFingerprint, _fingerprint);
            }

            if (_verdict != None)
            {
                facts.Set(TwinFacts.Verdict, Verdict.Word(_verdict));
                facts.Set(TwinFacts.Zone, TelemetryComposer.ZoneWord(_zone));
                facts.SetAlarms(TwinFacts.Alarms, _alarms);
                facts.SetAlarms(TwinFacts.AcknowledgedAlarms, _alarms & ~_unacknowledged);
                facts.Set(TwinFacts.ShadowVerdict, _trialVerdict == None ? null : Verdict.Word(_trialVerdict));
                facts.SetAlarms(TwinFacts.ShadowAlarms, _trialAlarms);
                facts.Set(TwinFacts.ShadowSettingsHash, _trialHash);
            }
        }
    }

    private static string[] Words(int alarms)
    {
        int count = 0;
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            count += (alarms & Verdict.Flag(verdict)) != 0 ? 1 : 0;
        }

        string[] words = new string[count];
        count = 0;
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            if ((alarms & Verdict.Flag(verdict)) != 0)
            {
                words[count++] = Verdict.Word(verdict);
            }
        }

        return words;
    }
}
