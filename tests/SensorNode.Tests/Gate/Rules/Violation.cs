using DeviceTwin.Tests.SensorNode.Gate.Firmware;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>One breach of a rule.</summary>
/// <param name="Rule">Which rule.</param>
/// <param name="Place">Where in the sources.</param>
/// <param name="Subject">What was found there.</param>
internal sealed record Violation(GateRule Rule, SourcePlace Place, string Subject)
{
    /// <summary>A hint for this very case; the rule's own where there is none.</summary>
    public string? SpecialHint { get; init; }

    /// <summary>As compilers print it, so that editors find the place.</summary>
    public override string ToString() =>
        $"firmware/{Place}: {Rule.Code} {Rule.Title}: {Subject}. {SpecialHint ?? Rule.Hint}";
}
