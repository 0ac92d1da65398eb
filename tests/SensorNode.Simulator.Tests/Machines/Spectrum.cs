using System.Numerics;
using DeviceTwin.SensorNode.Simulator.Machines;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

/// <summary>Spectra by MathNet.Numerics: an opinion on the machines that is independent of the node's detector.</summary>
internal sealed class Spectrum
{
    private readonly double[] _amplitude;
    private readonly double _bin;

    private Spectrum(double[] amplitude, double bin)
    {
        _amplitude = amplitude;
        _bin = bin;
    }

    /// <summary>Takes a capture off a machine.</summary>
    public static double[] Capture(IMachine machine, int samples, double atSeconds = 0, double rateHertz = Rate)
    {
        float[] buffer = new float[samples];
        machine.BeginCapture(atSeconds, rateHertz);
        // In uneven blocks, as the FIFO asks.
        for (int at = 0; at < samples;)
        {
            int wanted = Math.Min(213, samples - at);
            Assert.That(machine.Read(buffer.AsSpan(at, wanted)), Is.EqualTo(wanted));
            at += wanted;
        }

        return Array.ConvertAll(buffer, value => (double)value);
    }

    public const double Rate = 80000.0 / 3;

    /// <summary>Peak amplitude of lines, Hann window, mean removed.</summary>
    public static Spectrum Of(double[] signal, double rateHertz = Rate)
    {
        double mean = signal.Average();
        double[] window = Window.HannPeriodic(signal.Length);
        Complex[] data = signal.Select((value, i) => new Complex((value - mean) * window[i], 0)).ToArray();
        Fourier.Forward(data, FourierOptions.NoScaling);
        double scale = 2 / (signal.Length * 0.5);
        return new Spectrum(data.Take(signal.Length / 2).Select(value => value.Magnitude * scale).ToArray(), rateHertz / signal.Length);
    }

    /// <summary>Spectrum of the envelope of a band: brick-wall band-pass, analytic signal, magnitude.</summary>
    public static Spectrum OfEnvelope(double[] signal, double lowHertz, double highHertz, double rateHertz = Rate)
    {
        Complex[] data = signal.Select(value => new Complex(value, 0)).ToArray();
        Fourier.Forward(data, FourierOptions.AsymmetricScaling);
        for (int i = 0; i < data.Length; i++)
        {
            double hertz = i * rateHertz / data.Length;
            data[i] = hertz >= lowHertz && hertz <= highHertz ? 2 * data[i] : Complex.Zero;
        }

        Fourier.Inverse(data, FourierOptions.AsymmetricScaling);
        return Of(Array.ConvertAll(data, value => value.Magnitude), rateHertz);
    }

    /// <summary>Largest amplitude within some bins of a frequency.</summary>
    public double At(double hertz, int bins = 3)
    {
        int center = (int)Math.Round(hertz / _bin);
        return Enumerable.Range(center - bins, (2 * bins) + 1).Max(i => _amplitude[i]);
    }

    /// <summary>RMS of one line, wherever it lies between two bins: the power of its five bins over the window's noise bandwidth.</summary>
    public double RmsOfLine(double hertz)
    {
        int center = (int)Math.Round(hertz / _bin);
        return Math.Sqrt(Enumerable.Range(center - 2, 5).Sum(i => _amplitude[i] * _amplitude[i] / 2) / 1.5);
    }

    /// <summary>Frequency of the largest line in a range.</summary>
    public double Strongest(double lowHertz, double highHertz)
    {
        int from = (int)Math.Ceiling(lowHertz / _bin);
        int to = (int)(highHertz / _bin);
        int best = Enumerable.Range(from, to - from + 1).MaxBy(i => _amplitude[i]);
        // Parabola through the peak: a Hann line is three bins wide.
        double a = _amplitude[best - 1];
        double b = _amplitude[best];
        double c = _amplitude[best + 1];
        return (best + ((a - c) / 2 / (a - (2 * b) + c))) * _bin;
    }

    /// <summary>Median amplitude in a range: the floor between lines.</summary>
    public double Floor(double lowHertz, double highHertz)
    {
        double[] range = _amplitude[(int)(lowHertz / _bin)..(int)(highHertz / _bin)];
        Array.Sort(range);
        return range[range.Length / 2];
    }

    /// <summary>RMS velocity in mm/s of an acceleration spectrum in g, 10 to 1000 Hz.</summary>
    public double VelocityMmPerSecond()
    {
        double sum = 0;
        for (int i = (int)Math.Ceiling(10 / _bin); i <= 1000 / _bin; i++)
        {
            double velocity = _amplitude[i] * 9806.65 / (2 * Math.PI * i * _bin);
            // Amplitude squared over 2; a Hann window spreads a line's power by its noise bandwidth of 1.5 bins.
            sum += velocity * velocity / 2 / 1.5;
        }

        return Math.Sqrt(sum);
    }
}
