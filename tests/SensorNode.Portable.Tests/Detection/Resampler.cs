namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>
/// Changes the sampling rate of a recording by a Kaiser-windowed sinc (β = 9, about 90 dB; 32 zero crossings each side): the impulse response
/// is tabled at 512 phases per sample and interpolated between them. Pass band up to 92 % of the lower of the two Nyquist frequencies.
/// Written for the tests only, so that the detector is judged through a filter that is not the simulator's.
/// </summary>
internal static class Resampler
{
    private const int Crossings = 32;
    private const int Phases = 512;
    private const double Beta = 9;

    /// <summary>Resamples <paramref name="input"/>; samples beyond its ends count as its end samples.</summary>
    public static float[] Resample(float[] input, double fromHertz, double toHertz, int maximumOutput)
    {
        double cutoff = 0.96 * Math.Min(1, toHertz / fromHertz);
        int reach = (int)Math.Ceiling(Crossings / cutoff);
        float[] kernel = Kernel(cutoff, reach);
        double step = fromHertz / toHertz;
        int count = (int)Math.Min(maximumOutput, Math.Floor((input.Length - 1) / step));
        var output = new float[count];
        for (int i = 0; i < count; i++)
        {
            double position = i * step;
            int whole = (int)position;
            double phase = (position - whole) * Phases;
            int table = (int)phase;
            float share = (float)(phase - table);
            float sum = 0;
            for (int tap = -reach + 1; tap <= reach; tap++)
            {
                // Distance from the output's position to the tap, in phases: tap * Phases - phase.
                int at = ((tap + reach) * Phases) - table;
                float weight = kernel[at] + (share * (kernel[at - 1] - kernel[at]));
                sum += weight * input[Math.Clamp(whole + tap, 0, input.Length - 1)];
            }

            output[i] = sum;
        }

        return output;
    }

    private static float[] Kernel(double cutoff, int reach)
    {
        var kernel = new float[(2 * reach * Phases) + 1];
        double top = Bessel(Beta);
        for (int i = 0; i < kernel.Length; i++)
        {
            double distance = ((double)i / Phases) - reach;
            double ratio = distance / reach;
            double window = Bessel(Beta * Math.Sqrt(Math.Max(0, 1 - (ratio * ratio)))) / top;
            double angle = Math.PI * cutoff * distance;
            kernel[i] = (float)(window * cutoff * (Math.Abs(angle) < 1e-12 ? 1 : Math.Sin(angle) / angle));
        }

        return kernel;
    }

    /// <summary>Modified Bessel function of the first kind, order zero.</summary>
    private static double Bessel(double x)
    {
        double sum = 1;
        double term = 1;
        for (int k = 1; k < 60; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
