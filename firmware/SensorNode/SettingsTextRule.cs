using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The forms of the texts among the settings: both are forests. And what boards without much memory do without: forests, and settings on trial.</summary>
public sealed class SettingsTextRule : TextRule
{
    private readonly bool _hasTrial;
    private readonly bool _hasForest;

    /// <summary>The rule of a node that has everything.</summary>
    public SettingsTextRule()
        : this(true, true)
    {
    }

    /// <param name="hasTrial">Whether the board has memory for settings on trial.</param>
    /// <param name="hasForest">Whether it has memory for a forest.</param>
    public SettingsTextRule(bool hasTrial, bool hasForest)
    {
        _hasTrial = hasTrial;
        _hasForest = hasForest;
    }

    /// <inheritdoc/>
    public override string Fault(int index, string text)
    {
        return Forest.Parse(text).Reason;
    }

    /// <inheritdoc/>
    public override bool IsFitted(int index, int number)
    {
        // Without a trial its other values are harmless; an empty text asks for nothing, and neither does an absent one.
        return index == TwinModel.ShadowEnabled ? _hasTrial || number == 0 : _hasForest || number <= 0 || TwinModel.TextOf(index) < 0;
    }

    /// <summary>Puts the default in the place of what the node is not fitted for: settings that another build kept.</summary>
    public void Fit(SettingsValues values)
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            if (!IsFitted(index, values.Numbers[index]))
            {
                values.Numbers[index] = TwinModel.Default(index);
                int text = TwinModel.TextOf(index);
                if (text >= 0)
                {
                    values.Texts[text] = "";
                }
            }
        }
    }
}
