using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Features;

/// <summary>One feature of a result, as the table of features says it.</summary>
/// <param name="Field">Field of <see cref="DetectorResult"/>.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Formula">How it is computed.</param>
/// <param name="Source">Standard or paper.</param>
/// <param name="Refusals">Flags of <see cref="Refusal"/> that leave it out.</param>
internal sealed record FeatureRow(string Field, string Unit, string Formula, string Source, int Refusals = 0)
{
    /// <summary>What follows from integers or from other rows and has no rounding of its own to measure.</summary>
    public string? NoError { get; init; }

    /// <summary>The detector's value and the reference's for a case; none where the case does not have the feature.</summary>
    public Func<FeatureCase, DetectorResult, FeatureReference, IEnumerable<(double Value, double Reference)>>? Pairs { get; init; }
}
