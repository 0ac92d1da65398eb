using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The estimate of a shaft's speed that nobody gave.</summary>
public sealed class ShaftSpeedTests
{
    [Test]
    public void The_comb_of_a_shaft_gives_its_speed_within_a_thousandth()
    {
        for (double shaft = 9; shaft < 110; shaft *= 1.17)
        {
            var parts = new List<Func<double, double>> { Waves.Noise(0.005, 1) };
            for (int order = 1; order <= 6; order++)
            {
                parts.Add(Waves.Velocity(shaft * order, 3.0 / order, phase: order));
            }

            DetectorResult result = Analyze(Waves.Capture(32768, [.. parts]), new DetectorSettings());

            Assert.That(result.ShaftEstimateMilliHertz / 1000.0, Is.EqualTo(shaft).Within(0.1).Percent);
        }
    }

    [Test]
    public void Noise_gives_no_confidence()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.That(Analyze(Waves.Capture(32768, Waves.Noise(0.1, seed)), new DetectorSettings()).ShaftEstimateConfidencePermille, Is.Zero, $"seed {seed}");
        }
    }

    [Test]
    public void Where_the_speed_is_given_nothing_is_estimated()
    {
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(25, 5)), new DetectorSettings { ShaftSpeedMilliHertz = 30000 });

        Assert.That(result.ShaftEstimateMilliHertz, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.ShaftEstimateConfidencePermille, Is.Zero);
    }

    [Test]
    public void On_recordings_the_confidence_says_how_often_the_estimate_is_right()
    {
        // Windows of 1.37 s of every waveform; right is within 2 % of the speed that was written down with it.
        string folder = TestFiles.RequireRecordings();
        (int Confidence, bool Right)[] windows = [.. RecordingIndex.Read(folder).Where(item => item.ShaftSpeedMilliHertz > 0).AsParallel().AsOrdered().SelectMany(Windows)];
        (int Confidence, bool Right)[] sure = [.. windows.Where(window => window.Confidence >= 800)];
        TestContext.Out.WriteLine($"{windows.Count(window => window.Right)} of {windows.Length}, {sure.Count(window => window.Right)} of {sure.Length} from 800 on");

        Assert.That(sure, Is.Not.Empty);
        Assert.That(sure.Count(window => window.Right), Is.GreaterThanOrEqualTo(0.8 * sure.Length));
        Assert.That(windows.Count(window => window.Right), Is.GreaterThanOrEqualTo(0.7 * windows.Length));
    }

    private static IEnumerable<(int Confidence, bool Right)> Windows(RecordingItem recording)
    {
        short[] samples = recording.Load().Samples;
        int length = Math.Min(samples.Length, Math.Min(CapturePlan.MaximumSamples, (int)(recording.RateHertz * 1.3656) + 1));
        DetectorSettings settings = recording.Settings();
        settings.ShaftSpeedMilliHertz = 0;
        var capture = new Capture(length) { Count = length, SampleRateMilliHertz = (int)(recording.RateHertz * 1000) };
        for (int window = 0; window < 3 && (window + 1) * length <= samples.Length; window++)
        {
            Array.Copy(samples, window * length, capture.Samples, 0, length);
            DetectorResult result = Analyze(capture, settings);
            yield return (result.ShaftEstimateConfidencePermille, Math.Abs((result.ShaftEstimateMilliHertz / 1000.0 / (recording.ShaftSpeedMilliHertz / 1000.0)) - 1) < 0.02);
        }
    }

    private static DetectorResult Analyze(Capture capture, DetectorSettings settings)
    {
        var result = new DetectorResult();
        new Detector(8192).Analyze(capture, settings, result);
        return result;
    }
}
