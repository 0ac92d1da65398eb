namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Fourier transform of 256 to 8192 real samples (a power of two): X[k] = Σ x[n]·e^(−2πikn/N) for k = 0..N/2, not scaled. Even and odd samples
/// go through one complex transform of half the length and are separated afterwards. Buffers are the caller's; nothing is allocated after
/// construction.
/// </summary>
public sealed class RealFft
{
    /// <summary>Number of real samples.</summary>
    public readonly int Length;

    /// <summary>The complex transform of half the length that does the work.</summary>
    public readonly ComplexFft Half;

    /// <param name="length">Number of real samples: a power of two, 256 to 8192.</param>
    public RealFft(int length)
    {
        Length = length;
        Half = new ComplexFft(length >> 1);
    }

    /// <summary>Transforms <see cref="Length"/> samples of <paramref name="input"/> from <paramref name="offset"/> on.</summary>
    /// <param name="input">Samples; not changed.</param>
    /// <param name="offset">First sample.</param>
    /// <param name="re">Receives the real parts; at least Length/2 + 1 long.</param>
    /// <param name="im">Receives the imaginary parts; at least Length/2 + 1 long.</param>
    public void Forward(float[] input, int offset, float[] re, float[] im)
    {
        int half = Length >> 1;
        short[] order = Half.Order;
        int source = offset;
        for (int n = 0; n < half; n++)
        {
            int target = order[n];
            re[target] = input[source];
            im[target] = input[source + 1];
            source += 2;
        }

        Half.Transform(re, im);

        float first = re[0];
        float second = im[0];
        re[0] = first + second;
        im[0] = 0f;
        re[half] = first - second;
        im[half] = 0f;

        float[] cosine = CosineTable.Quarter;
        int step = CosineTable.PeriodOver(Length);
        int low = 1;
        int high = half - 1;
        int index = step;
        while (low < high)
        {
            // Even part E and odd part O of the pair (k, N/2 - k): X[k] = E - i·e^(-i·angle)·O and the mirrored one.
            float lowRe = re[low];
            float lowIm = im[low];
            float highRe = re[high];
            float highIm = im[high];
            float evenRe = 0.5f * (lowRe + highRe);
            float evenIm = 0.5f * (lowIm - highIm);
            float oddRe = 0.5f * (lowIm + highIm);
            float oddIm = 0.5f * (highRe - lowRe);
            float c = cosine[index];
            float s = cosine[CosineTable.QuarterLength - index];
            float turnedRe = (c * oddRe) + (s * oddIm);
            float turnedIm = (c * oddIm) - (s * oddRe);
            re[low] = evenRe + turnedRe;
            im[low] = evenIm + turnedIm;
            re[high] = evenRe - turnedRe;
            im[high] = turnedIm - evenIm;
            low++;
            high--;
            index += step;
        }

        im[low] = -im[low];
    }
}
