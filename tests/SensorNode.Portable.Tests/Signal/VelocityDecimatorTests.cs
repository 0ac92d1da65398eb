using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>The way from any rate to the velocity rate.</summary>
public sealed class VelocityDecimatorTests
{
    private static readonly double[] Rates = [5000, 6667, 9600, 9700, 12000, 20000, 26667, 38000, 48000, 51200, 76000, 97700, 110000];

    [Test]
    public void Every_rate_ends_between_2400_and_4800_hertz([ValueSource(nameof(Rates))] double rate)
    {
        Assert.That(rate / (1 << VelocityDecimator.Halvings((int)(rate * 1000))), Is.InRange(2400, 4800));
    }

    [Test]
    public void Up_to_1000_hertz_a_tone_comes_through_as_it_is_once_the_gain_is_made_good([ValueSource(nameof(Rates))] double rate)
    {
        foreach (double hertz in new[] { 10.0, 100, 333, 700, 900, 1000 })
        {
            Assert.That(Level(rate, hertz, at: hertz), Is.EqualTo(1).Within(0.001), $"{hertz} Hz");
        }
    }

    [Test]
    public void What_would_fold_into_the_band_is_held_down([ValueSource(nameof(Rates))] double rate)
    {
        double output = rate / (1 << VelocityDecimator.Halvings((int)(rate * 1000)));
        foreach (double hertz in new[] { 100.0, 600, 1000 })
        {
            for (double image = output; image - hertz < rate / 2; image += output)
            {
                foreach (double folding in new[] { image - hertz, image + hertz }.Where(folding => folding < rate / 2))
                {
                    // 70 dB; 54 dB at 1000 Hz for the rates just above 19.2 kHz.
                    double limit = rate / (1 << (VelocityDecimator.Halvings((int)(rate * 1000)) - 3)) is >= 19200 and < 24000 ? 3e-3 : 4e-4;
                    Assert.That(Level(rate, folding, at: hertz), Is.LessThan(limit), $"{folding} Hz folds to {hertz} Hz");
                }
            }
        }
    }

    [TestCase(5000)]
    [TestCase(12000)]
    [TestCase(26667)]
    [TestCase(51200)]
    [TestCase(97700)]
    public void Read_in_pieces_or_at_once_the_samples_are_the_same_bits(double rate)
    {
        short[] counts = Waves.Capture(20000, Waves.Noise(1, seed: 9)).Samples;
        var decimator = new VelocityDecimator(new Workspace(1024));
        int outputs = decimator.Open(counts, counts.Length, 3.5f, (int)(rate * 1000)) & -4;
        var whole = new float[outputs];
        var pieces = new float[outputs];
        decimator.Read(whole, 0, outputs);
        decimator.Open(counts, counts.Length, 3.5f, (int)(rate * 1000));
        for (int done = 0, step = 4; done < outputs; done += step, step = Math.Min(step + 60, outputs - done))
        {
            decimator.Read(pieces, done, step);
        }

        Assert.That(pieces, Is.EqualTo(whole));
    }

    [TestCase(5000)]
    [TestCase(12000)]
    [TestCase(26667)]
    [TestCase(51200)]
    [TestCase(97700)]
    public void A_constant_stays_one_beyond_either_end(double rate)
    {
        var counts = new short[6400];
        Array.Fill(counts, (short)1234);
        var decimator = new VelocityDecimator(new Workspace(1024));
        int outputs = decimator.Open(counts, counts.Length, 1000f, (int)(rate * 1000)) & -4;
        var output = new float[outputs];

        decimator.Read(output, 0, outputs);

        Assert.That(output, Is.All.EqualTo(234f).Within(0.01f));
    }

    /// <summary>Amplitude, over that of the input, that a tone has at a frequency of the output, after the gain.</summary>
    private static double Level(double rate, double hertz, double at)
    {
        const double Amplitude = 16000;
        const int Length = 1024;
        var decimator = new VelocityDecimator(new Workspace(1024));
        int decimation = 1 << VelocityDecimator.Halvings((int)(rate * 1000));
        int count = (Length + 64) * decimation;
        short[] counts = [.. Enumerable.Range(0, count).Select(i => (short)Math.Round(Amplitude * Math.Cos(2 * Math.PI * hertz * i / rate)))];
        decimator.Open(counts, count, 0, (int)(rate * 1000));
        var output = new float[Length + 64];
        decimator.Read(output, 0, output.Length);

        // The component at the frequency, by a Hann window away from the ends.
        double re = 0;
        double im = 0;
        double line = at / rate * decimation;
        for (int i = 0; i < Length; i++)
        {
            double weight = output[i + 32] * (1 - Math.Cos(2 * Math.PI * i / Length)) * 2 / Length;
            re += weight * Math.Cos(2 * Math.PI * line * i);
            im += weight * Math.Sin(2 * Math.PI * line * i);
        }

        var gain = new float[VelocityDecimator.GainValues];
        decimator.FillGain(gain, gain.Length - 1);
        double place = line * VelocityDecimator.GainParts;
        int below = (int)place;
        return Math.Sqrt((re * re) + (im * im)) / Amplitude * (gain[below] + ((place - below) * (gain[below + 1] - gain[below])));
    }
}
