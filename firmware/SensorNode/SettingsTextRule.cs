using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The forms of the texts among the settings: at present forests only.</summary>
public sealed class SettingsTextRule : TextRule
{
    /// <inheritdoc/>
    public override bool IsWellFormed(int index, string text)
    {
        return Forest.Parse(text).Reason == null;
    }
}
