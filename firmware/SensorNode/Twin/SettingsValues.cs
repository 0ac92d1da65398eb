using System;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>Values of the writable properties: numbers by index of <see cref="TwinModel"/>, and beside them the few texts.</summary>
public sealed class SettingsValues
{
    /// <summary>
    /// One per property: an integer as it is, a boolean as 0 or 1, a text by its length, <see cref="TwinModel.NotSet"/> for a property
    /// that is absent.
    /// </summary>
    public readonly int[] Numbers = new int[TwinModel.Count];

    /// <summary>The texts by <see cref="TwinModel.TextOf"/>; empty where a text is absent. Never null.</summary>
    public readonly string[] Texts = new string[TwinModel.TextCount];

    /// <summary>The settings where nothing is desired.</summary>
    public SettingsValues()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            Numbers[index] = TwinModel.Default(index);
        }

        for (int text = 0; text < TwinModel.TextCount; text++)
        {
            Texts[text] = "";
        }
    }

    /// <summary>Takes over all values of another.</summary>
    public void CopyFrom(SettingsValues other)
    {
        Array.Copy(other.Numbers, 0, Numbers, 0, TwinModel.Count);
        Array.Copy(other.Texts, 0, Texts, 0, TwinModel.TextCount);
    }

    /// <summary>Whether a property has a value.</summary>
    public bool IsSet(int index)
    {
        return Numbers[index] != TwinModel.NotSet;
    }

    /// <summary>
    /// Puts every value that a derived component (<see cref="TwinModel.Like"/>) holds in the place of the property it was derived from:
    /// what was settings with overrides becomes one set.
    /// </summary>
    public void ApplyOverrides()
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            int like = TwinModel.Like(index);
            if (like >= 0 && IsSet(index))
            {
                Numbers[like] = Numbers[index];
                if (TwinModel.TextOf(index) >= 0)
                {
                    Texts[TwinModel.TextOf(like)] = Texts[TwinModel.TextOf(index)];
                }
            }
        }
    }
}
