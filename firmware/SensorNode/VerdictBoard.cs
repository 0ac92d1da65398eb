namespace DeviceTwin.SensorNode;

/// <summary>Shows the measure loop's newest verdict to the talk loop and to whoever looks from outside. All may call at once.</summary>
public sealed class VerdictBoard
{
    private readonly object _gate = new object();
    private string _verdict;
    private int _alarms;
    private int _captures;
    private int _sameVerdictRun;
    private int _velocity = -1;
    private int _temperature = int.MinValue;
    private int _settingsVersion = -1;
    private string _settingsHash;
    private string _fingerprint;

    /// <summary>Posts what the measure loop knows.</summary>
    public void Post(string verdict, int alarms, int captures, int sameVerdictRun, int velocity, int temperature)
    {
        lock (_gate)
        {
            _verdict = verdict;
            _alarms = alarms;
            _captures = captures;
            _sameVerdictRun = sameVerdictRun;
            _velocity = velocity;
            _temperature = temperature;
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
        }
    }

    /// <summary>Copies verdict, captures and values to a status.</summary>
    /// <param name="appliedVersion">The desired version the twin applied last. The run counts as none until the detector works with it.</param>
    /// <returns>The active alarms as flags.</returns>
    public int CopyTo(NodeStatus status, int appliedVersion)
    {
        lock (_gate)
        {
            status.Verdict = _verdict;
            status.Captures = _captures;
            status.SameVerdictRun = _settingsVersion == appliedVersion ? _sameVerdictRun : 0;
            status.VelocityUmPerSecond = _velocity;
            status.TemperatureCentiCelsius = _temperature;
            return _alarms;
        }
    }

    /// <summary>Copies what is reported to the twin's facts; nothing where there is no verdict yet.</summary>
    public void CopyTo(Twin.TwinFacts facts)
    {
        lock (_gate)
        {
            if (_settingsHash != null)
            {
                facts.Set(Twin.TwinFacts.SettingsHash, _settingsHash);
                facts.Set(Twin.TwinFacts.DetectorFingerprint, _fingerprint);
            }

            if (_verdict != null)
            {
                facts.Set(Twin.TwinFacts.Verdict, _verdict);
                facts.SetAlarms(Twin.TwinFacts.Alarms, _alarms);
            }
        }
    }
}
