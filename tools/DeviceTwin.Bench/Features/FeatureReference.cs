using System.Numerics;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Features;

/// <summary>
/// The features of a capture in double precision, straight from their definitions: the same blocks and lines, but at the capture's own rate,
/// without the detector's decimation filters, tables or order of summing. Displacement is looked at between the detector's samples, too.
/// </summary>
internal sealed class FeatureReference
{
    private const double Gravity = 9.80665;

    private readonly double[] _centred;
    private readonly double _rate;
    private readonly double _unit;
    private readonly int _window;

    /// <param name="capture">The capture.</param>
    /// <param name="window">Window length of the detector.</param>
    public FeatureReference(Capture capture, int window)
    {
        double[] counts = [.. capture.Samples.Take(capture.Count).Select(count => (double)count)];
        double mean = counts.Length == 0 ? 0 : counts.Average();
        _centred = Array.ConvertAll(counts, count => count - mean);
        _rate = capture.SampleRateMilliHertz / 1000.0;
        _unit = capture.NanoGPerCount * 1e-9;
        _window = Math.Min(window, VelocityMeter.LongestBlock);
        Rms = Math.Sqrt(Moment(2));
        Peak = _centred.Max(Math.Abs);
    }

    private double Rms { get; }

    private double Peak { get; }

    public double AccelerationMilliG => Rms * _unit * 1e3;

    public double PeakMilliG => Peak * _unit * 1e3;

    public double CrestMilli => 1e3 * Peak / Rms;

    public double KurtosisMilli => 1e3 * Moment(4) / Math.Pow(Moment(2), 2);

    public double SkewnessMilli => 1e3 * Moment(3) / Math.Pow(Moment(2), 1.5);

    private int Halvings => VelocityDecimator.Halvings((int)(_rate * 1000));

    /// <summary>Distance of two lines of the velocity spectrum in hertz.</summary>
    private double Bin => _rate / (_window << Halvings);

    private int First => (int)Math.Round((10 / Bin) - 1);

    private int Last => (int)Math.Round((1000 / Bin) + 1);

    /// <summary>Velocity RMS, 10 to 1000 Hz, in um/s.</summary>
    public double VelocityUmPerSecond() => Math.Sqrt(VelocityMeanSquare()) * 1e6;

    /// <summary>Velocity RMS, 2 to 1000 Hz, in um/s.</summary>
    public double SlowVelocityUmPerSecond()
    {
        // 512 samples at a sixteenth of the velocity rate; the first is centred 30 samples of that rate into the capture.
        int decimation = 16 << Halvings;
        int first = 30 << Halvings;
        int available = (((_centred.Length >> Halvings) - 61) / 16) + 1;
        int samples = Math.Min(512, available) * decimation;
        var block = new Complex[512 * decimation];
        double mean = _centred.Skip(first).Take(samples).Average();
        for (int i = 0; i < samples; i++)
        {
            int at = Math.Min(first + i, _centred.Length - 1);
            block[i] = (_centred[at] - mean) * Hann(i, samples);
        }

        DoubleFft.Forward(block);
        double bin = _rate / block.Length;
        double widening = (double)block.Length / samples;
        int from = (int)Math.Round((2 / bin) - widening);
        double edge = (First - 0.5) * Bin;
        double sum = 0;
        for (int k = from; k * bin < edge + (1.1 * Bin); k++)
        {
            // What the lines above the seam do not have.
            double past = Math.Max(-1, ((k * bin) - edge) / (1.1 * Bin));
            sum += (0.5 - (0.75 * past) + (0.25 * Math.Pow(past, 3))) * Power(block[k]) / Math.Pow(2 * Math.PI * k * bin, 2);
        }

        double slow = sum * 2 / (block.Length * 0.375 * samples) * Math.Pow(_unit * Gravity, 2);
        return Math.Sqrt(slow + VelocityMeanSquare()) * 1e6;
    }

    /// <summary>Displacement peak to peak in nanometres.</summary>
    public double DisplacementNanometres()
    {
        double least = 0;
        double largest = 0;
        foreach (Complex[] spectrum in Blocks())
        {
            int length = spectrum.Length;
            var displacement = new Complex[length];
            for (int k = First; k <= Last; k++)
            {
                displacement[k] = -2 * spectrum[k] / Math.Pow(2 * Math.PI * k * Bin, 2);
            }

            DoubleFft.Inverse(displacement);
            for (int i = length / 4; i <= length * 3 / 4; i++)
            {
                double value = displacement[i].Real / length / Hann(i, length);
                least = Math.Min(least, value);
                largest = Math.Max(largest, value);
            }
        }

        return (largest - least) * _unit * Gravity * 1e9;
    }

    /// <summary>Acceleration RMS of a band in millionths of g; within the velocity band from its lines, beyond from short blocks.</summary>
    public double BandMicroG(double low, double high)
    {
        if (high <= 1000)
        {
            double[] power = MeanPower([.. Blocks()]);
            return Math.Sqrt(Band(power, Bin, low, high) * 2 / (power.Length * 2 * 0.375 * power.Length * 2)) * _unit * 1e6;
        }

        double[] raw = RawPower(RawSpectrum.MostBlocks);
        return Math.Sqrt(Band(raw, _rate / 512, low, high) * 2 / (512 * 0.375 * 512)) * _unit * 1e6;
    }

    /// <summary>Share of the energy above 0.45 of the rate, in thousandths, from as many blocks as bands take.</summary>
    public double AliasingPermille()
    {
        double[] power = RawPower(RawSpectrum.MostBlocks);
        return 1e3 * power.Skip(231).Sum() / power.Skip(1).Sum();
    }

    private double VelocityMeanSquare()
    {
        double[] power = MeanPower([.. Blocks()]);
        double sum = 0;
        for (int k = First; k <= Last; k++)
        {
            sum += power[k] / Math.Pow(2 * Math.PI * k * Bin, 2);
        }

        double length = power.Length * 2;
        return sum * 2 / (length * 0.375 * length) * Math.Pow(_unit * Gravity, 2);
    }

    private double Moment(int order) => _centred.Average(value => Math.Pow(value, order));

    /// <summary>Windowed spectra of the velocity blocks, at the capture's own rate.</summary>
    private IEnumerable<Complex[]> Blocks()
    {
        int length = _window << Halvings;
        for (int start = 0; start + length <= _centred.Length; start += length / 2)
        {
            yield return Spectrum(start, length);
        }
    }

    private Complex[] Spectrum(int start, int length)
    {
        var block = new Complex[length];
        for (int i = 0; i < length; i++)
        {
            block[i] = _centred[start + i] * Hann(i, length);
        }

        DoubleFft.Forward(block);
        return block;
    }

    private double[] RawPower(int most)
    {
        int blocks = Math.Min(most, _centred.Length / 512);
        int stride = blocks > 1 ? (_centred.Length - 512) / (blocks - 1) : 0;
        double[] power = MeanPower([.. Enumerable.Range(0, blocks).Select(block => Spectrum(block * stride, 512))]);

        // The last line has no mirror image.
        return [.. power, Enumerable.Range(0, blocks).Average(block => Power(Spectrum(block * stride, 512)[256])) / 2];
    }

    private static double Band(double[] power, double bin, double low, double high)
    {
        double sum = 0;
        for (int k = 1; k < power.Length; k++)
        {
            double inside = Math.Min(high, (k + 0.5) * bin) - Math.Max(low, (k - 0.5) * bin);
            sum += power[k] * Math.Max(0, inside) / bin;
        }

        return sum;
    }

    private static double[] MeanPower(Complex[][] spectra) =>
        [.. Enumerable.Range(0, spectra[0].Length / 2).Select(k => spectra.Average(spectrum => Power(spectrum[k])))];

    private static double Power(Complex value) => (value.Real * value.Real) + (value.Imaginary * value.Imaginary);

    private static double Hann(int index, int length) => 0.5 - (0.5 * Math.Cos(2 * Math.PI * index / length));
}
