using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>Hands settings from the talk loop to the measure loop; only the newest count. Both loops may call at once.</summary>
public sealed class SettingsMailbox
{
    private readonly object _gate = new object();
    private SettingsValues _values;
    private int _version;

    /// <summary>Puts settings in, replacing those not yet taken.</summary>
    public void Put(SettingsValues values, int version)
    {
        lock (_gate)
        {
            if (_values == null)
            {
                _values = new SettingsValues();
            }

            _values.CopyFrom(values);
            _version = version;
        }
    }

    /// <summary>Takes the settings out where there are new ones; they belong to the taker.</summary>
    /// <param name="version">Their version; <see cref="int.MinValue"/> where there are none.</param>
    /// <returns>The settings, or null.</returns>
    public SettingsValues Take(out int version)
    {
        lock (_gate)
        {
            SettingsValues values = _values;
            version = values == null ? int.MinValue : _version;
            _values = null;
            return values;
        }
    }
}
