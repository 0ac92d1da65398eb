using System;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>Hands settings from the talk loop to the measure loop; only the newest count. Both loops may call at once.</summary>
public sealed class SettingsMailbox
{
    private readonly object _gate = new object();
    private readonly int[] _values = new int[TwinModel.Count];
    private int _version;
    private bool _isNew;

    /// <summary>Puts settings in, replacing those not yet taken.</summary>
    public void Put(int[] values, int version)
    {
        lock (_gate)
        {
            Array.Copy(values, 0, _values, 0, TwinModel.Count);
            _version = version;
            _isNew = true;
        }
    }

    /// <summary>Takes the settings out where there are new ones.</summary>
    /// <param name="values">Filled with the settings.</param>
    /// <returns>Their version, or <see cref="int.MinValue"/> where there are none.</returns>
    public int Take(int[] values)
    {
        lock (_gate)
        {
            if (!_isNew)
            {
                return int.MinValue;
            }

            _isNew = false;
            Array.Copy(_values, 0, values, 0, TwinModel.Count);
            return _version;
        }
    }
}
