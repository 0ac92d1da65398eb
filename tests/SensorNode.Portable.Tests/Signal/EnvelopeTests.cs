using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>The pooled envelope spectrum of signals whose envelope is known.</summary>
public sealed class EnvelopeTests
{
    private const double Rate = 13333.5;
    private static readonly Workspace Space = new();
    private static readonly EnvelopeAnalyzer Analyzer = new(Space);

    [TestCase(16384, 37.0)]
    [TestCase(16384, 107.3)]
    [TestCase(16384, 590.0)]
    [TestCase(20480, 20.5)]
    [TestCase(32768, 250.4)]
    [TestCase(8192, 107.3)]
    [TestCase(4096, 107.3)]
    public void Modulated_noise_shows_one_line_at_the_modulation(int count, double hertz)
    {
        float[] samples = ModulatedNoise(count, hertz, depth: 0.7, seed: 1);

        bool some = Analyze(samples, 500, 5400);

        float[] spectrum = Analyzer.Spectrum[..Analyzer.Count];
        int line = Array.IndexOf(spectrum, spectrum.Max());
        Assert.That(some, Is.True);
        Assert.That(line * Analyzer.StepHertz, Is.EqualTo(hertz).Within(Analyzer.ResolutionHertz));
        Assert.That(spectrum[line], Is.GreaterThan(10));
    }

    [Test]
    public void The_level_does_not_matter()
    {
        float[] quiet = ModulatedNoise(16384, 90, 0.5, seed: 2);
        float[] loud = Array.ConvertAll(quiet, value => value * 1024);
        Analyze(quiet, 500, 5400);
        float[] expected = Analyzer.Spectrum[..Analyzer.Count];

        Analyze(loud, 500, 5400);

        Assert.That(Analyzer.Spectrum[..Analyzer.Count], Is.EqualTo(expected).Within(0.1).Percent);
    }

    [Test]
    public void Noise_lies_at_the_floor_and_has_the_impulsiveness_of_a_gaussian()
    {
        float[] samples = ModulatedNoise(32768, 1, depth: 0, seed: 3);

        Analyze(samples, 500, 5400);

        // The floor is the median over ln 2. An average of bands scatters less than one band, so its mean lies near its median.
        Assert.That(Analyzer.Spectrum[5..Analyzer.Count].Average(), Is.EqualTo(0.72).Within(0.08));
        Assert.That(Analyzer.Impulsiveness, Is.EqualTo(Math.Log(2)).Within(0.08));
    }

    [Test]
    public void A_tone_in_the_band_is_not_impulsive()
    {
        float[] samples = Enumerable.Range(0, 16384).Select(i => (float)Math.Sin(2 * Math.PI * 2000 / Rate * i)).ToArray();

        Analyze(samples, 500, 5400);

        Assert.That(Analyzer.Impulsiveness, Is.EqualTo(0).Within(0.05));
    }

    [Test]
    public void One_knock_does_not_make_a_signal_impulsive_but_a_train_of_blows_does()
    {
        float[] knock = ModulatedNoise(16384, 1, depth: 0, seed: 4);
        float[] train = (float[])knock.Clone();
        AddBlow(knock, 7000);
        for (int at = 100; at < train.Length - 100; at += 125)
        {
            AddBlow(train, at);
        }

        Analyze(knock, 500, 5400);
        float single = Analyzer.Impulsiveness;
        Analyze(train, 500, 5400);

        Assert.That(single, Is.EqualTo(Math.Log(2)).Within(0.15));
        Assert.That(Analyzer.Impulsiveness, Is.GreaterThan(1.5));
    }

    [Test]
    public void What_lies_outside_the_range_does_not_count()
    {
        // A strongly modulated tone at 300 Hz, plain noise above.
        float[] samples = ModulatedNoise(16384, 1, depth: 0, seed: 5);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] += (float)(50 * (1 + Math.Cos(2 * Math.PI * 40 / Rate * i)) * Math.Sin(2 * Math.PI * 300 / Rate * i));
        }

        Analyze(samples, 1000, 5400);

        int line = (int)Math.Round(40 / Analyzer.StepHertz);
        Assert.That(Analyzer.Spectrum[(line - 1)..(line + 2)].Max(), Is.LessThan(6));
    }

    [Test]
    public void Silence_has_no_spectrum()
    {
        Assert.That(Analyze(new float[16384], 500, 5400), Is.False);
        Assert.That(Analyzer.Count, Is.Zero);
    }

    [TestCase(500, 800)]
    [TestCase(500, 1370)]
    [TestCase(500, 5400)]
    [TestCase(100, 5600)]
    public void Any_range_from_the_narrowest_to_the_widest_works(int low, int high)
    {
        float[] samples = ModulatedNoise(16384, 45, depth: 0.9, seed: 6);

        Analyze(samples, low, high);

        int line = (int)Math.Round(45 / Analyzer.StepHertz);
        Assert.That(Analyzer.Spectrum[(line - 1)..(line + 2)].Max(), Is.GreaterThan(6));
    }

    /// <summary>All windows of a signal; of what is left over half a window or more, or the whole of a signal shorter than that.</summary>
    private static bool Analyze(float[] samples, float low, float high, int halvings = 0)
    {
        Analyzer.Open((float)Rate, low, high, 120, 600, halvings);
        for (int start = 0; start < samples.Length; start += Analyzer.WindowLength)
        {
            int valid = Math.Min(Analyzer.WindowLength, samples.Length - start);
            Array.Copy(samples, start, Space.Samples, 0, valid);
            Analyzer.Add(valid);
        }

        return Analyzer.Close();
    }

    private static void AddBlow(float[] samples, int at)
    {
        for (int i = 0; i < 60; i++)
        {
            samples[at + i] += (float)(20 * Math.Exp(-i / 10.0) * Math.Sin(2 * Math.PI * 0.24 * i));
        }
    }

    private static float[] ModulatedNoise(int count, double hertz, double depth, int seed)
    {
        Func<double, double> noise = Waves.Noise(1, seed);
        return Enumerable.Range(0, count).Select(i => (float)(noise(0) * (1 + (depth * Math.Cos(2 * Math.PI * hertz / Rate * i))))).ToArray();
    }
}
