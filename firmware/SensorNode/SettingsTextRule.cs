using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The forms of the texts among the settings: at present forests only.</summary>
public sealed class SettingsTextRule : TextRule
{
    /// <inheritdoc/>
    public override bool IsWellFormed(int index, string text)
    {
        for (int position = 0; position < text.Length; position++)
        {
            char character = text[position];
            bool isGood = (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z')
                || (character >= '0' && character <= '9') || character == '+' || character == '/' || character == '=';
            if (!isGood)
            {
                return false;
            }
        }

        return true;
    }
}
