using System.Reflection;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>A detector forgets one capture before the next; a monitor stays defined whatever comes.</summary>
public sealed class ReuseTests
{
    private static readonly int[] Bearings =
        [DetectorResult.NotAvailable, Verdict.Normal, Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage];

    private static readonly int[] Rates = [5000000, 8192000, 12000000, 16700001, 26667000, 48000000, 51200000, 97656000, 110000000];

    [Test]
    public void A_used_detector_says_what_a_new_one_says([Values(1024, 2048, 4096, 8192)] int window)
    {
        var random = new Random(window);
        var used = new Detector(window);
        var result = new DetectorResult();
        for (int run = 0; run < 30; run++)
        {
            Capture capture = Any(random);
            DetectorSettings settings = Machine(random);
            used.Analyze(capture, settings, result);
            var expected = new DetectorResult();
            new Detector(window).Analyze(capture, settings, expected);
            Assert.That(Text(result), Is.EqualTo(Text(expected)), $"run {run}: {capture.Count} samples at {capture.SampleRateMilliHertz} mHz");
        }
    }

    [Test]
    public void A_detector_for_short_captures_says_the_same_of_them([Values(1024, 2048, 8192)] int window, [Values(2048, 5999, 9999)] int longest)
    {
        var random = new Random(window + longest);
        var fitted = new Detector(window, longest);
        DetectorResult result = Detector.ResultFor(window, longest);
        var whole = new Detector(window);
        var expected = new DetectorResult();
        for (int run = 0; run < 12; run++)
        {
            Capture capture = Any(random);
            capture.Count = random.Next(3) == 0 ? longest : random.Next(longest);
            DetectorSettings settings = Machine(random);
            fitted.Analyze(capture, settings, result);
            whole.Analyze(capture, settings, expected);
            Assert.That(Text(result), Is.EqualTo(Text(expected)), $"run {run}: {capture.Count} samples at {capture.SampleRateMilliHertz} mHz");
        }
    }

    [Test]
    public void Captures_of_every_small_length_are_analysed_or_refused([Values(1024, 8192)] int window)
    {
        var detector = new Detector(window);
        var result = new DetectorResult();
        var random = new Random(1);
        var capture = new Capture(3000) { NanoGPerCount = 488000, CoveragePermille = 1000 };
        for (int i = 0; i < capture.Samples.Length; i++)
        {
            capture.Samples[i] = (short)random.Next(-3000, 3001);
        }

        for (int count = 0; count < 3000; count += count < 80 ? 1 : 61)
        {
            capture.Count = count;
            capture.SampleRateMilliHertz = Rates[count % Rates.Length];
            DetectorSettings settings = Machine(random);
            settings.VelocityLimitUmPerSecond = 7100;
            detector.Analyze(capture, settings, result);
            Assert.That(result.VelocityRefused, Is.True, $"{count} samples");
            Assert.That(result.VelocityUmPerSecond, Is.EqualTo(DetectorResult.NotAvailable), $"{count} samples");
        }
    }

    [Test]
    public void A_monitor_stays_defined_with_any_settings_any_results_and_any_clock()
    {
        var random = new Random(77);
        int normal = 0;
        for (int run = 0; run < 40; run++)
        {
            var monitor = new Monitor();
            var settings = new DetectorSettings();
            long now = 0;
            for (int step = 0; step < 100; step++)
            {
                if (random.Next(10) == 0)
                {
                    settings = new DetectorSettings();
                    Scramble(settings, random, every: 4);
                }

                DetectorResult? result = random.Next(4) == 0 ? null : new DetectorResult();
                result?.Clear();
                Scramble(result, random, every: 2);
                now = random.Next(20) == 0 ? Extreme(random) * 1000L : now + random.Next(600000);
                monitor.Step(result!, random.Next(30) == 0 ? Extreme(random) : random.Next(-4000, 15000), now, settings);
                normal += monitor.Verdict == Verdict.Normal ? 1 : 0;
                Assert.That(Verdict.Word(monitor.Verdict), Is.Not.Empty);
                Assert.That(monitor.Unacknowledged & ~monitor.Alarms, Is.Zero);
                if (step % 50 == 49)
                {
                    var copy = new Baseline();
                    Assert.That(copy.Decode(monitor.Baseline.Encode()), Is.True);
                    Assert.That(copy.Encode(), Is.EqualTo(monitor.Baseline.Encode()));
                }
            }
        }

        Assert.That(normal, Is.GreaterThan(20), "not all of it is refused");
    }

    private static Capture Any(Random random)
    {
        int rate = Rates[random.Next(Rates.Length)];
        int count = random.Next(5) == 0 ? random.Next(70000) : random.Next(2) == 0 ? 32768 : 65536;
        double tone = random.NextDouble() * 0.4;
        int peak = 1 << random.Next(1, 14);
        int period = random.Next(60, 900);
        var capture = new Capture(count)
        {
            Count = count,
            SampleRateMilliHertz = rate,
            NanoGPerCount = random.Next(4) == 0 ? 0 : 488000,
            CoveragePermille = 1000,
            Overrun = random.Next(10) == 0,
        };
        for (int i = 0; i < count; i++)
        {
            capture.Samples[i] = (short)((peak * Math.Sin(2 * Math.PI * tone * i)) + random.Next(-peak, peak + 1)
                + (i % period < 20 ? peak * Math.Sin(0.9 * i) : 0) + 100);
        }

        return capture;
    }

    private static DetectorSettings Machine(Random random)
    {
        var settings = new DetectorSettings
        {
            ShaftSpeedMilliHertz = random.Next(4) == 0 ? 0 : random.Next(5000, 120000),
            BpfoMilliOrders = random.Next(4) == 0 ? 0 : 3585,
            BpfiMilliOrders = random.Next(4) == 0 ? 0 : 5415,
            BsfMilliOrders = random.Next(4) == 0 ? 0 : 2357,
            FtfMilliOrders = random.Next(4) == 0 ? 0 : 398,
            IsoGroup = random.Next(3),
            IsoSupport = random.Next(3),
            Mounting = random.Next(5),
            RatedPowerWatts = random.Next(2) * 75000,
        };
        if (random.Next(2) == 0)
        {
            settings.Band1LowHertz = random.Next(2000);
            settings.Band1HighHertz = random.Next(6000);
            settings.Band2LowHertz = 10;
            settings.Band2HighHertz = random.Next(1200);
            settings.Band2LimitMilliG = random.Next(2);
        }

        return settings;
    }

    private static int Extreme(Random random) => random.Next(8) switch
    {
        0 => int.MinValue,
        1 => -1,
        2 => 0,
        3 => 1,
        4 => int.MaxValue,
        5 => random.Next(-100000, 100000),
        _ => random.Next(),
    };

    private static void Scramble(object? target, Random random, int every)
    {
        foreach (FieldInfo field in target?.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public) ?? [])
        {
            if (random.Next(every) != 0)
            {
                continue;
            }

            if (field.FieldType == typeof(int))
            {
                field.SetValue(target, field.Name == "Bearing" ? Bearings[random.Next(Bearings.Length)] : Extreme(random));
            }
            else if (field.FieldType == typeof(bool))
            {
                field.SetValue(target, random.Next(2) == 0);
            }
            else if (field.GetValue(target) is int[] values && field.Name.StartsWith("Band", StringComparison.Ordinal))
            {
                values[random.Next(values.Length)] = Extreme(random);
            }
        }
    }

    private static string Text(DetectorResult result) => string.Join('\n', typeof(DetectorResult).GetFields(BindingFlags.Instance | BindingFlags.Public)
        .Select(field => $"{field.Name} {(field.GetValue(result) is int[] values ? string.Join(' ', values.Take(Valid(result, field.Name))) : field.GetValue(result))}"));

    private static int Valid(DetectorResult result, string name) => name switch
    {
        "VelocitySpectrum" => result.VelocitySpectrumCount,
        "EnvelopeSpectrum" => result.EnvelopeSpectrumCount,
        "PeakMilliHertz" or "PeakUmPerSecond" => result.PeakCount,
        _ => int.MaxValue,
    };
}
