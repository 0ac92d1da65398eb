using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>A text for a field of the node's configuration.</summary>
/// <param name="Field">A number of <see cref="StagedField"/>.</param>
/// <param name="Text">What it shall hold; null takes it away. Of a number its digits.</param>
public sealed record StagedText(int Field, string? Text)
{
    /// <summary>Name and text; of a secret the name alone.</summary>
    public override string ToString() =>
        $"{StagedField.Name(Field)}={(Text is null ? "null" : StagedField.IsSecret(Field) ? "(secret)" : Text.Length > 64 ? $"({Text.Length} characters)" : Text)}";
}
