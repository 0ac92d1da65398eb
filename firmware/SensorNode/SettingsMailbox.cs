using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>Hands settings from the talk loop to the measure loop; only the newest count. Both loops may call at once.</summary>
public sealed class SettingsMailbox
{
    private readonly object _gate = new object();
    private readonly SettingsValues _values = new SettingsValues();
    private int _version;
    private bool _isNew;

    /// <summary>Puts settings in, replacing those not yet taken.</summary>
    public void Put(SettingsValues values, int version)
    {
        lock (_gate)
        {
            _values.CopyFrom(values);
            _version = version;
            _isNew = true;
        }
    }

    /// <summary>Takes the settings out where there are new ones.</summary>
    /// <param name="values">Filled with the settings.</param>
    /// <returns>Their version, or <see cref="int.MinValue"/> where there are none.</returns>
    public int Take(SettingsValues values)
    {
        lock (_gate)
        {
            if (!_isNew)
            {
                return int.MinValue;
            }

            _isNew = false;
            values.CopyFrom(_values);
            return _version;
        }
    }
}
