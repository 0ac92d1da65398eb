using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Letters and digits are well formed, nothing else is. A board without a shadow does not take one.</summary>
internal sealed class PlainTextRule : TextRule
{
    public bool IsShadowFitted { get; init; } = true;

    public override bool IsFitted(int index, int number) => IsShadowFitted || number <= 0 || index is not (TwinModel.ShadowEnabled or TwinModel.ShadowForest);

    public override string? Fault(int index, string text) => text.All(char.IsAsciiLetterOrDigit) ? null : "it is not plain";
}
