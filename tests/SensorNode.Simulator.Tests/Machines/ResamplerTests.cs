using DeviceTwin.SensorNode.Simulator.Machines;
using MathNet.Numerics.Statistics;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

public class ResamplerTests
{
    private const double SensorRate = 80000.0 / 3;

    [TestCase(12000, 29.9)]
    [TestCase(12000, 3000)]
    [TestCase(12000, 5000)]
    [TestCase(48000, 162.2)]
    [TestCase(48000, 5400)]
    [TestCase(48000, 11000)]
    [TestCase(51200, 5400)]
    [TestCase(20000, 8000)]
    public void A_line_in_the_pass_band_keeps_frequency_and_level(double rate, double hertz)
    {
        double[] output = Resample(rate, hertz);
        Spectrum spectrum = Spectrum.Of(output, SensorRate);
        Assert.That(output.RootMeanSquare(), Is.EqualTo(Math.Sqrt(0.5)).Within(0.3).Percent);
        Assert.That(spectrum.Strongest(10, 13000), Is.EqualTo(hertz).Within(0.1));
    }

    [TestCase(48000, 13400)]
    [TestCase(48000, 17000)]
    [TestCase(48000, 23900)]
    [TestCase(51200, 20000)]
    public void What_the_sensor_rate_cannot_carry_does_not_fold_back(double rate, double hertz) =>
        Assert.That(Resample(rate, hertz).RootMeanSquare(), Is.LessThan(1e-4 * Math.Sqrt(0.5)), "80 dB down");

    [TestCase(12000, 2000)]
    [TestCase(12000, 5000)]
    public void Going_up_makes_no_images(double rate, double hertz)
    {
        Spectrum spectrum = Spectrum.Of(Resample(rate, hertz), SensorRate);
        Assert.That(spectrum.At(rate - hertz), Is.LessThan(1e-4), "the mirror image about half the old rate");
    }

    [Test]
    public void A_constant_stays_the_same_constant()
    {
        float[] output = Resampler.Resample(Enumerable.Repeat(0.125f, 5000).ToArray(), 12000, SensorRate);
        Assert.That(output, Has.All.EqualTo(0.125f).Within(1e-6f));
    }

    [Test]
    public void The_result_is_shorter_by_the_filter()
    {
        int input = 48000;
        float[] output = Resampler.Resample(new float[input], 48000, SensorRate);
        Assert.That(output.Length / SensorRate, Is.EqualTo(1 - Resampler.LostSeconds(48000, SensorRate)).Within(1e-4));
        Assert.That(Resampler.LostSeconds(48000, SensorRate), Is.InRange(0, 0.006));
        Assert.That(Resampler.Resample(new float[50], 48000, SensorRate), Is.Empty);
    }

    [Test]
    public void Time_runs_evenly_at_any_ratio()
    {
        // A ramp stays a ramp with the slope of the rates' ratio.
        float[] ramp = Enumerable.Range(0, 4000).Select(i => (float)i).ToArray();
        float[] output = Resampler.Resample(ramp, 48000, 26123.4);
        for (int i = 1; i < output.Length; i++)
        {
            Assert.That(output[i] - output[i - 1], Is.EqualTo(48000 / 26123.4).Within(0.01));
        }
    }

    private static double[] Resample(double rate, double hertz)
    {
        float[] input = Enumerable.Range(0, (int)rate).Select(i => (float)Math.Sin(2 * Math.PI * hertz * i / rate)).ToArray();
        return Array.ConvertAll(Resampler.Resample(input, rate, SensorRate), value => (double)value);
    }
}
