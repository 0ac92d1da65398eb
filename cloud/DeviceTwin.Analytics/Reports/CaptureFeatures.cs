using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Reports;

/// <summary>The numbers of a result by name, without spectra.</summary>
internal static class CaptureFeatures
{
    public static IReadOnlyDictionary<string, int> Of(DetectorResult result)
    {
        var features = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Add("accelerationMilliG", result.AccelerationMilliG);
        Add("aliasingPermille", result.AliasingPermille);
        Add("ballScoreMilli", result.BallScoreMilli);
        Add("cageScoreMilli", result.CageScoreMilli);
        Add("clippedPermille", result.ClippedPermille);
        Add("crestMilli", result.CrestMilli);
        Add("displacementNanometres", result.DisplacementNanometres);
        Add("highMicroG", result.HighMicroG);
        Add("highRatioMilli", result.HighRatioMilli);
        Add("impulsivenessMilli", result.ImpulsivenessMilli);
        Add("innerScoreMilli", result.InnerScoreMilli);
        Add("kurtosisMilli", result.KurtosisMilli);
        Add("noiseVelocityUmPerSecond", result.NoiseVelocityUmPerSecond);
        Add("outerScoreMilli", result.OuterScoreMilli);
        Add("peakMilliG", result.PeakMilliG);
        Add("saturatedPermille", result.SaturatedPermille);
        Add("shaftEstimateMilliHertz", result.ShaftEstimateMilliHertz);
        Add("shaftScoreMilli", result.ShaftScoreMilli);
        Add("slowVelocityUmPerSecond", result.SlowVelocityUmPerSecond);
        Add("velocityUmPerSecond", result.VelocityUmPerSecond);
        Add("windows", result.Windows);
        Add("zone", result.Zone);
        for (var band = 0; band < DetectorResult.BandCount; band++)
        {
            Add($"band{band + 1}MicroG", result.BandMicroG[band]);
        }

        if (result.SkewnessMilli != DetectorResult.SkewnessUnknown)
        {
            features["skewnessMilli"] = result.SkewnessMilli;
        }

        return features;

        void Add(string name, int value)
        {
            if (value != DetectorResult.NotAvailable)
            {
                features[name] = value;
            }
        }
    }
}
