using System.Reflection;
using DeviceTwin.Bench.Features;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Bench.Features;

/// <summary>The table of features says something about every field of a result, and its errors are small. That the page has it is held with all sections.</summary>
public sealed class FeatureTableTests
{
    /// <summary>Largest error, in thousandths, that a feature may have against double precision.</summary>
    private static readonly Dictionary<string, double> Tolerated = new()
    {
        [nameof(DetectorResult.AccelerationMilliG)] = 3,
        [nameof(DetectorResult.PeakMilliG)] = 3,
        [nameof(DetectorResult.CrestMilli)] = 1,
        [nameof(DetectorResult.KurtosisMilli)] = 1,
        [nameof(DetectorResult.SkewnessMilli)] = 2,
        [nameof(DetectorResult.VelocityUmPerSecond)] = 3,
        [nameof(DetectorResult.SlowVelocityUmPerSecond)] = 3,
        [nameof(DetectorResult.DisplacementNanometres)] = 10,
        [nameof(DetectorResult.BandMicroG)] = 10,
        [nameof(DetectorResult.PeakMilliHertz)] = 1,
        [nameof(DetectorResult.PeakUmPerSecond)] = 15,
        [nameof(DetectorResult.ShaftEstimateMilliHertz)] = 1,
        [nameof(DetectorResult.NoiseVelocityUmPerSecond)] = 1,
        [nameof(DetectorResult.AliasingPermille)] = 6,
    };

    private static IEnumerable<string> ResultFields() =>
        typeof(DetectorResult).GetFields(BindingFlags.Public | BindingFlags.Instance).Select(field => field.Name);

    [Test]
    public void EveryFieldOfAResultHasOneRow()
    {
        Assert.That(FeatureTable.Fields, Is.Unique);
        Assert.That(FeatureTable.Fields, Is.EquivalentTo(ResultFields()));
    }

    [Test]
    public void TheErrorsAgainstDoublePrecisionAreSmall()
    {
        IReadOnlyDictionary<string, (double Error, int Values)> measured = FeatureTable.Measure();

        Assert.That(measured.Keys, Is.EquivalentTo(Tolerated.Keys));
        Assert.Multiple(() =>
        {
            foreach ((string field, (double error, int values)) in measured)
            {
                Assert.That(values, Is.GreaterThanOrEqualTo(4), field);
                Assert.That(error * 1000, Is.LessThanOrEqualTo(Tolerated[field]), field);
            }
        });
    }
}
