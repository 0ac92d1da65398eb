using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Letters and digits are well formed, nothing else is.</summary>
internal sealed class PlainTextRule : TextRule
{
    public override string? Fault(int index, string text) => text.All(char.IsAsciiLetterOrDigit) ? null : "it is not plain";
}
