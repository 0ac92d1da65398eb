using System.Globalization;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Features;

/// <summary>Every field of a detector's result: unit, formula, source, measured error and what refuses it.</summary>
public static class FeatureTable
{
    /// <summary>Least reference, in the feature's own unit, that an error is taken of: below it the rounding to integers is the error.</summary>
    private const double LeastReference = 200;

    private const int Window = 8192;

    /// <summary>Refusals of the capture as a whole.</summary>
    private const int Capture = Refusal.ScaleUnknown | Refusal.Overrun | Refusal.Saturated | Refusal.Clipped | Refusal.NoSignal;

    private const int Velocity = Capture | Refusal.UnitUnknown | Refusal.CaptureTooShort;

    private const int Bearing = Capture | Refusal.ShaftSpeedUnknown | Refusal.ShaftTooSlow | Refusal.CaptureTooShort | Refusal.BandNotCovered;

    private const int Family = Bearing | Refusal.OrderNotCovered | Refusal.OrderCoincidesWithShaft;

    private const string Integers = "integers";
    private const string Scores = "golden vectors";
    private const string Iso2954 = "ISO 2954 (band), Welch 1967";
    private const string Envelope = "ISO 13373-2, Antoni 2006; see Bearings below";

    private static readonly Lazy<Dictionary<string, (double Error, int Values)>> Measured = new(MeasureAll);

    private static readonly FeatureRow[] Rows =
    [
        new(nameof(DetectorResult.CaptureSequence), "", "the capture's number since boot", "", 0) { NoError = Integers },
        new(nameof(DetectorResult.AccelerationMilliG), "mg", "√(Σ(x − x̄)² / n)", "ISO 2041", Refusal.UnitUnknown)
        {
            Pairs = (_, result, reference) => One(result.AccelerationMilliG, reference.AccelerationMilliG),
        },
        new(nameof(DetectorResult.PeakMilliG), "mg", "max abs(x − x̄)", "ISO 2041", Refusal.UnitUnknown)
        {
            Pairs = (_, result, reference) => One(result.PeakMilliG, reference.PeakMilliG),
        },
        new(nameof(DetectorResult.CrestMilli), "1/1000", "peak / RMS", "ISO 2041", Refusal.NoSignal)
        {
            Pairs = (_, result, reference) => One(result.CrestMilli, reference.CrestMilli),
        },
        new(nameof(DetectorResult.KurtosisMilli), "1/1000", "m₄ / m₂², moments about the mean; 3000 = Gaussian", "Dyer & Stewart 1978", Refusal.NoSignal)
        {
            Pairs = (_, result, reference) => One(result.KurtosisMilli, reference.KurtosisMilli),
        },
        new(nameof(DetectorResult.SkewnessMilli), "1/1000", "m₃ / m₂^1.5, moments about the mean", "Dyer & Stewart 1978", Refusal.NoSignal)
        {
            Pairs = (_, result, reference) => One(result.SkewnessMilli, reference.SkewnessMilli),
        },
        new(
            nameof(DetectorResult.VelocityUmPerSecond), "um/s RMS",
            "√Σ 2·S(k) / (L · 3L/8) / (2πf)² over 10–1000 Hz ± 1.5 lines; S: mean power of Hann blocks (4096 or N samples at 2.4–4.8 kHz), overlap 50 %",
            Iso2954, Velocity)
        {
            Pairs = (one, result, reference) => At(result.VelocityUmPerSecond, reference.VelocityUmPerSecond),
        },
        new(
            nameof(DetectorResult.SlowVelocityUmPerSecond), "um/s RMS",
            "as above over 2–1000 Hz; below 10 Hz from one Hann block of up to 512 samples at 1/16 of that rate; captures of 2 s and more",
            "ISO 10816-3 (below 600 r/min)", Velocity)
        {
            Pairs = (one, result, reference) => At(result.SlowVelocityUmPerSecond, reference.SlowVelocityUmPerSecond),
        },
        new(
            nameof(DetectorResult.DisplacementNanometres), "nm peak to peak",
            "max − min of the inverse transform of −A(k) / (2πf)², 10–1000 Hz, in the middle half of each Hann block, divided by the window",
            "ISO 20816-1 (quantity)", Velocity)
        {
            Pairs = (one, result, reference) => At(result.DisplacementNanometres, reference.DisplacementNanometres),
        },
        new(
            nameof(DetectorResult.BandMicroG), "µg RMS",
            "√Σ over the band's lines, edge lines by their share: to 1000 Hz from the velocity spectrum, above from up to 32 Hann blocks of 512 samples at the capture's rate",
            "Welch 1967", Capture | Refusal.UnitUnknown | Refusal.BandNotCovered)
        {
            Pairs = (one, result, reference) => Bands(result, reference),
        },
        new(nameof(DetectorResult.PeakCount), "", "lines 16 times (as power) above their surroundings, at most 8", "", Velocity) { NoError = Integers },
        new(
            nameof(DetectorResult.PeakMilliHertz), "mHz", "(k ± (2a − 1) / (a + 1)) · bin, a: ratio of the two largest lines",
            "Grandke 1983", Velocity)
        {
            Pairs = (one, result, _) => Tones(one, result, frequency: true),
        },
        new(
            nameof(DetectorResult.PeakUmPerSecond), "um/s RMS", "the line's level, made good for the window's loss (1 − d²)·πd / sin πd",
            "Grandke 1983", Velocity)
        {
            Pairs = (one, result, _) => Tones(one, result, frequency: false),
        },
        new(
            nameof(DetectorResult.ShaftEstimateMilliHertz), "mHz",
            "comb of eight lines with the largest mean of ln(1 + min(q, 60)), q: line over its surroundings; where no speed is given",
            "harmonic sum, Schroeder 1968", Capture)
        {
            Pairs = (one, result, _) => one.ShaftHertz > 0 ? One(result.ShaftEstimateMilliHertz, one.ShaftHertz * 1000) : [],
        },
        new(
            nameof(DetectorResult.ShaftEstimateConfidencePermille), "1/1000",
            "distance to the best other comb and to those an octave away, scaled to the share of right ones on recordings", "", Capture)
        {
            NoError = "84 % right from 800 on",
        },
        new(
            nameof(DetectorResult.ShaftPattern), "verdict",
            "unbalance: 1× ≥ 80 % of the velocity; misalignment: 2× or 3× ≥ 50 % of 1×; looseness: ½×, 1½× or 2½×, or three orders of 4–10, ≥ 20 % of the largest of 1–3×; a speed must be given",
            "ISO 13373-3, VDI 3839 (patterns; the numbers are ours)", Capture)
        {
            NoError = "rules",
        },
        new(
            nameof(DetectorResult.Zone), "0–3 = A–D", "velocity (below 600 r/min: the slow one) against twelve limits by group and support",
            SeverityZone.Edition + " (superseded by ISO 20816-3:2022)",
            Velocity | Refusal.VelocityBandNotCovered | Refusal.MachineGroupUnknown | Refusal.MachineTooSmall | Refusal.MachineSizeContradicts
                | Refusal.MountingUnsuitable | Refusal.BelowNoiseFloor | Refusal.ShaftSpeedUnknown)
        {
            NoError = "table",
        },
        new(nameof(DetectorResult.ZoneRefusals), "flags", "why there is no zone", "") { NoError = Integers },
        new(nameof(DetectorResult.NoiseVelocityUmPerSecond), "um/s RMS", "n · g / 2π · √(1/10 − 1/1000), n: the sensor's noise density", "integral of n² / (2πf)²")
        {
            Pairs = (one, result, _) =>
                One(result.NoiseVelocityUmPerSecond, one.Capture.NoiseNanoGPerRootHertz * 9.80665e-3 / (2 * Math.PI) * Math.Sqrt(0.099)),
        },
        new(
            nameof(DetectorResult.AliasingPermille), "1/1000", "energy above 0.45 of the rate over all, from 6 Hann blocks of 512 samples; white noise: 100",
            "", Capture)
        {
            Pairs = (_, result, reference) => At(result.AliasingPermille * 10, () => reference.AliasingPermille() * 10),
        },
        new(
            nameof(DetectorResult.ClippedPermille), "1/1000",
            "samples in runs of three and more at an extreme inside the converter's range that holds more than twice the next 1/64 of the range", "")
        {
            NoError = Integers,
        },
        new(nameof(DetectorResult.SaturatedPermille), "1/1000", "samples at the sensor's full scale over all, rounded up", "") { NoError = Integers },
        new(nameof(DetectorResult.CoveragePermille), "1/1000", "samples received without a gap over those planned", "") { NoError = Integers },
        new(nameof(DetectorResult.Overrun), "", "samples are missing inside the capture", "") { NoError = Integers },
        new(nameof(DetectorResult.Running), "", "acceleration RMS against the declared limit", "", Refusal.UnitUnknown) { NoError = Integers },
        new(nameof(DetectorResult.OuterScoreMilli), "1/1000", "mean ln(1 + q) of the comb of BPFO in the pooled envelope spectrum", Envelope, Family) { NoError = Scores },
        new(nameof(DetectorResult.InnerScoreMilli), "1/1000", "the same of BPFI and its sidebands", Envelope, Family) { NoError = Scores },
        new(nameof(DetectorResult.BallScoreMilli), "1/1000", "the same of 2·BSF and its sidebands", Envelope, Family) { NoError = Scores },
        new(nameof(DetectorResult.OuterHarmonics), "", "harmonics, 0 to 3, that the outer score rests on", "", Family) { NoError = Integers },
        new(nameof(DetectorResult.InnerHarmonics), "", "harmonics, 0 to 3, that the inner score rests on", "", Family) { NoError = Integers },
        new(nameof(DetectorResult.BallHarmonics), "", "harmonics, 0 to 3, that the ball score rests on", "", Family) { NoError = Integers },
        new(nameof(DetectorResult.HighRatioMilli), "1/1000", "energy from 2 to 4 kHz over that from 10 to 1000 Hz", "", Bearing) { NoError = Scores },
        new(nameof(DetectorResult.HighMicroG), "µg RMS", "acceleration from 2 to 4 kHz", "", Bearing | Refusal.UnitUnknown) { NoError = Scores },
        new(nameof(DetectorResult.CageScoreMilli), "1/1000", "the same of FTF", Envelope, Family) { NoError = Scores },
        new(nameof(DetectorResult.ShaftScoreMilli), "1/1000", "the same of the shaft's orders", Envelope, Bearing) { NoError = Scores },
        new(nameof(DetectorResult.ImpulsivenessMilli), "1/1000", "ln(mean e² / (mean e)²) of the squared envelope e, median over the capture", "Antoni & Borghesani 2019", Bearing) { NoError = Scores },
        new(nameof(DetectorResult.Windows), "", "bearing windows averaged", "", Bearing) { NoError = Integers },
        new(nameof(DetectorResult.Bearing), "verdict", "what the scores and the impulsiveness say together", "see Bearings below", Family) { NoError = Scores },
        new(nameof(DetectorResult.ConfidencePermille), "1/1000", "how sure the bearing verdict is", "see Bearings below", Family) { NoError = Scores },
        new(nameof(DetectorResult.VelocitySpectrum), "um/s RMS", "velocity of a tone at each line, the largest of merged lines", Iso2954, Velocity) { NoError = "as the velocity" },
        new(nameof(DetectorResult.VelocitySpectrumCount), "", "values in it", "", Velocity) { NoError = Integers },
        new(nameof(DetectorResult.VelocityBinMilliHertz), "mHz", "distance of two values", "", Velocity) { NoError = Integers },
        new(nameof(DetectorResult.EnvelopeSpectrum), "floor/1000", "pooled envelope power over its floor", Envelope, Bearing) { NoError = Scores },
        new(nameof(DetectorResult.EnvelopeSpectrumCount), "", "values in it", "", Bearing) { NoError = Integers },
        new(nameof(DetectorResult.EnvelopeBinMilliHertz), "mHz", "distance of two values", "", Bearing) { NoError = Integers },
        new(nameof(DetectorResult.VelocityRefused), "", "a velocity limit is set and there is no velocity", "") { NoError = Integers },
        new(nameof(DetectorResult.BearingRefused), "", "bearing orders are set and no family could be judged", "") { NoError = Integers },
        new(nameof(DetectorResult.Refusals), "flags", "why something that was asked was not judged", "") { NoError = Integers },
    ];

    /// <summary>The fields that have a row.</summary>
    public static IEnumerable<string> Fields => Rows.Select(row => row.Field);

    /// <summary>Largest relative error of each measured field over all cases, and how many values were compared.</summary>
    public static IReadOnlyDictionary<string, (double Error, int Values)> Measure() => Measured.Value;

    private static Dictionary<string, (double Error, int Values)> MeasureAll()
    {
        var detector = new Detector(Window);
        var result = new DetectorResult();
        var errors = Rows.Where(row => row.Pairs is not null).ToDictionary(row => row.Field, _ => (Error: 0.0, Values: 0));
        foreach (FeatureCase one in FeatureCase.All())
        {
            detector.Analyze(one.Capture, Settings(), result);
            var reference = new FeatureReference(one.Capture, Window);
            foreach (FeatureRow row in Rows.Where(row => row.Pairs is not null))
            {
                foreach ((double value, double expected) in row.Pairs!(one, result, reference).Where(pair => Math.Abs(pair.Reference) >= LeastReference))
                {
                    (double error, int values) = errors[row.Field];
                    errors[row.Field] = (Math.Max(error, Math.Abs(value - expected) / Math.Abs(expected)), values + 1);
                }
            }
        }

        return errors;
    }

    /// <summary>The table as Markdown.</summary>
    public static string Write()
    {
        IReadOnlyDictionary<string, (double Error, int Values)> errors = Measure();
        IEnumerable<string> rows = Rows.Select(row =>
            $"| {row.Field} | {row.Unit} | {row.Formula} | {row.Source} | {row.NoError ?? Text(errors[row.Field])} | {Words(row.Refusals)} |");
        return string.Join('\n', rows.Prepend("|---|---|---|---|---|---|")
            .Prepend("| Field | Unit | Formula | Source | Largest error | Refused for |"));
    }

    /// <summary>An error rounded up to 1, 2 or 5 of its digit, so that the page does not follow the last bits.</summary>
    internal static string Text((double Error, int Values) measured)
    {
        double percent = measured.Error * 100;
        double digit = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(percent, 1e-4))));
        double up = new[] { 1.0, 2, 5, 10 }.First(step => percent <= step * digit * 1.0000001) * digit;
        return string.Create(CultureInfo.InvariantCulture, $"{up:0.####} % ({measured.Values})");
    }

    internal static DetectorSettings Settings() => new()
    {
        Band1LowHertz = 10,
        Band1HighHertz = 200,
        Band2LowHertz = 100,
        Band2HighHertz = 995,
        Band3LowHertz = 800,
        Band3HighHertz = 3000,
    };

    private static string Words(int refusals) => string.Join(", ", Enumerable.Range(0, Refusal.Count).Where(i => (refusals & (1 << i)) != 0).Select(Refusal.Word));

    private static IEnumerable<(double Value, double Reference)> One(double value, double reference) => [(value, reference)];

    private static IEnumerable<(double Value, double Reference)> At(int value, Func<double> reference) =>
        value == DetectorResult.NotAvailable ? [] : [(value, reference())];

    private static IEnumerable<(double Value, double Reference)> Bands(DetectorResult result, FeatureReference reference)
    {
        DetectorSettings settings = Settings();
        (int Low, int High)[] bands =
        [
            (settings.Band1LowHertz, settings.Band1HighHertz), (settings.Band2LowHertz, settings.Band2HighHertz),
            (settings.Band3LowHertz, settings.Band3HighHertz),
        ];
        return bands.Select((band, i) => (band, value: result.BandMicroG[i])).Where(pair => pair.value != DetectorResult.NotAvailable)
            .Select(pair => ((double)pair.value, reference.BandMicroG(pair.band.Low, pair.band.High)));
    }

    private static IEnumerable<(double Value, double Reference)> Tones(FeatureCase one, DetectorResult result, bool frequency)
    {
        for (int i = 0; i < one.Tones.Count && one.Tones.Count > 1; i++)
        {
            (double hertz, double umPerSecond) = one.Tones[i];
            yield return frequency ? (result.PeakMilliHertz[i], hertz * 1000) : (result.PeakUmPerSecond[i], umPerSecond);
        }
    }
}
