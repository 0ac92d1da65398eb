using System.Globalization;
using DeviceTwin.Dashboard.View;

namespace DeviceTwin.Dashboard.Fleet;

/// <summary>The measures of a capture as people read them: name and value with its unit. What was not measured is left out. Pure.</summary>
public static class MeasureList
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(CaptureMeasures measures)
    {
        List<KeyValuePair<string, string>> list = [];
        Add("Velocity RMS, 2 to 1000 Hz", measures.SlowVelocityUmPerSecond / 1000.0, "0.00", "mm/s");
        Add("Displacement, peak to peak", measures.DisplacementNanometres / 1000.0, "0.0", "µm");
        Add("Acceleration peak", measures.PeakMilliG / 1000.0, "0.00", "g");
        Add("Crest factor", measures.CrestMilli / 1000.0, "0.00", "");
        Add("Kurtosis", measures.KurtosisMilli / 1000.0, "0.00", "");
        Add("Skewness", measures.SkewnessMilli / 1000.0, "0.00", "");
        for (var band = 0; band < measures.BandMicroG.Count; band++)
        {
            Add($"Band {band + 1}", measures.BandMicroG[band] / 1000.0, "0.00", "mg");
        }

        if (measures.Peaks.Count > 0)
        {
            list.Add(new("Largest lines", string.Join(", ", measures.Peaks.Select(peak =>
                $"{Words.Hertz(peak.MilliHertz / 1000.0)} Hz ({Words.Velocity(peak.UmPerSecond)} mm/s)"))));
        }

        Add("Shaft speed estimated", measures.ShaftEstimateMilliHertz / 1000.0, "0.00", $"Hz, confidence {Percent(measures.ShaftEstimateConfidencePermille)}");
        if (measures.ShaftPattern is { } pattern)
        {
            list.Add(new("Lines at the shaft speed look", pattern));
        }

        Add("Shaft score", measures.ShaftScoreMilli / 1000.0, "0.00", "");
        Add("Impulsiveness", measures.ImpulsivenessMilli / 1000.0, "0.00", "");
        if (measures.Windows > 0)
        {
            list.Add(new("Bearing verdict", $"confidence {Percent(measures.ConfidencePermille)}, {measures.Windows} window{(measures.Windows == 1 ? "" : "s")}"));
        }

        Add("Above the baseline", measures.BaselineExcessMilliSigma / 1000.0, "0.0", "σ");
        Add("Drift (CUSUM)", measures.DriftMilliSigma / 1000.0, "0.0", "σ");
        Add("Clipped", measures.ClippedPermille / 10.0, "0.#", "%");
        Add("Energy that may have folded", measures.AliasingPermille / 10.0, "0.#", "%");
        Add("Velocity of the sensor's noise", measures.NoiseVelocityUmPerSecond / 1000.0, "0.00", "mm/s");
        if (measures.Running is { } running)
        {
            list.Add(new("Machine", running ? "runs" : "stands still"));
        }

        return list;

        void Add(string name, double? value, string format, string unit)
        {
            if (value is { } number)
            {
                list.Add(new(name, $"{number.ToString(format, CultureInfo.InvariantCulture)} {unit}".TrimEnd()));
            }
        }
    }

    private static string Percent(int? permille) => permille is { } value ? (value / 10.0).ToString("0.#", CultureInfo.InvariantCulture) + " %" : Words.Absent;
}
