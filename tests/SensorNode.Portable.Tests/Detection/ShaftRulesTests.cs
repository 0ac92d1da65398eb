using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What made-up machines' velocities at the orders of their shafts look like.</summary>
public sealed class ShaftRulesTests
{
    private static readonly Detector Detector = new(8192);

    [TestCase("unbalance", 1.0, 5.0, Description = "1x alone")]
    [TestCase("unbalance", 1.0, 5.0, 2.0, 1.0, 3.0, 0.6)]
    [TestCase("misalignment", 1.0, 3.0, 2.0, 2.0)]
    [TestCase("misalignment", 1.0, 1.0, 2.0, 4.0, 3.0, 0.5)]
    [TestCase("misalignment", 1.0, 3.0, 2.0, 0.9, 3.0, 1.8)]
    [TestCase("misalignment", 2.0, 3.0, Description = "2x alone")]
    [TestCase("looseness", 1.0, 3.0, 2.0, 2.0, 3.0, 1.5, 4.0, 1.2, 5.0, 1.0, 6.0, 0.8, Description = "many multiples")]
    [TestCase("looseness", 0.5, 1.0, 1.0, 3.0, 2.0, 1.0, Description = "a half")]
    [TestCase("looseness", 1.5, 0.9, 1.0, 3.0, 2.5, 0.7)]
    [TestCase("normal", 1.0, 2.0, 3.7, 2.0, Description = "something beside the shaft")]
    [TestCase("normal", 5.0, 3.0)]
    public void A_pattern_is_named(string expected, params double[] ordersAndVelocities)
    {
        foreach (double shaft in new[] { 12.4, 24.87, 29.95, 49.6 })
        {
            foreach (double level in new[] { 0.3, 3 })
            {
                DetectorResult result = Analyze(26667, shaft, level, ordersAndVelocities);
                Assert.That(Verdict.Word(result.ShaftPattern), Is.EqualTo(expected), $"{shaft} Hz at {level}");
            }
        }
    }

    [TestCase(6667)]
    [TestCase(12000)]
    [TestCase(48000)]
    public void Every_rate_sees_the_same_pattern(double rate)
    {
        Assert.That(Analyze(rate, 24.87, 1, [1, 3, 2, 2]).ShaftPattern, Is.EqualTo(Verdict.Misalignment));
    }

    [Test]
    public void A_pattern_needs_no_unit()
    {
        DetectorResult result = Analyze(26667, 24.87, 1, [1, 5], capture => capture.NanoGPerCount = 0);

        Assert.That(result.ShaftPattern, Is.EqualTo(Verdict.Unbalance));
        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(DetectorResult.NotAvailable));
    }

    [Test]
    public void A_pattern_needs_a_speed()
    {
        Capture capture = Waves.Capture(32768, Waves.Velocity(25, 5));
        var result = new DetectorResult();

        Detector.Analyze(capture, new DetectorSettings(), result);

        Assert.That(result.ShaftPattern, Is.EqualTo(DetectorResult.NotAvailable));
    }

    [Test]
    public void Noise_has_no_pattern()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            Capture capture = Waves.Capture(32768, Waves.Noise(0.05, seed));
            var result = new DetectorResult();
            Detector.Analyze(capture, new DetectorSettings { ShaftSpeedMilliHertz = 24870 }, result);
            Assert.That(result.ShaftPattern, Is.EqualTo(Verdict.Normal), $"seed {seed}");
        }
    }

    private static DetectorResult Analyze(double rate, double shaft, double level, double[] ordersAndVelocities, Action<Capture>? change = null)
    {
        var parts = new List<Func<double, double>> { Waves.Noise(0.002, 1) };
        for (int i = 0; i < ordersAndVelocities.Length; i += 2)
        {
            parts.Add(Waves.Velocity(ordersAndVelocities[i] * shaft, ordersAndVelocities[i + 1] * level, phase: i));
        }

        var settings = new DetectorSettings { ShaftSpeedMilliHertz = (int)Math.Round(shaft * 1005) };
        Capture capture = Waves.CaptureAt(rate, CapturePlan.SamplesFor(settings, (int)(rate * 1000)), [.. parts]);
        change?.Invoke(capture);
        var result = new DetectorResult();
        Detector.Analyze(capture, settings, result);
        return result;
    }
}
