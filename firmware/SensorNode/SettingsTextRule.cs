using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The forms of the texts among the settings: both are forests.</summary>
public sealed class SettingsTextRule : TextRule
{
    /// <inheritdoc/>
    public override string Fault(int index, string text)
    {
        return Forest.Parse(text).Reason;
    }
}
