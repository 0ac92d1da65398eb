namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Complex discrete Fourier transform of 64 to 4096 points (a power of two), in place, radix 4 with one radix 2 stage where needed:
/// X[k] = Σ x[n]·e^(−2πikn/N), not scaled. Handing over the imaginary part as the real one and the other way round gives N times the inverse.
/// </summary>
public sealed class LongComplexFft
{
    /// <summary>Number of points.</summary>
    public readonly int Length;

    /// <summary>
    /// Where each input point has to be stored: sample n goes to position <c>Order[n]</c> (bit reversal; it is its own inverse). Callers fill
    /// their buffers through it, which costs nothing where they copy anyway.
    /// </summary>
    public readonly short[] Order;

    private readonly bool _startsWithRadix2;

    /// <param name="length">Number of points: a power of two, 64 to 4096.</param>
    public LongComplexFft(int length)
    {
        Length = length;
        int bits = 0;
        while ((1 << (bits & 31)) < length)
        {
            bits++;
        }

        _startsWithRadix2 = (bits & 1) != 0;
        Order = new short[length];
        int reversed = 0;
        for (int i = 0; i < length; i++)
        {
            Order[i] = (short)reversed;
            int bit = length >> 1;
            while (bit > 0 && (reversed & bit) != 0)
            {
                reversed ^= bit;
                bit >>= 1;
            }

            reversed |= bit;
        }
    }

    /// <summary>Transforms the points in place; input in the order of <see cref="Order"/>, output in natural order.</summary>
    public void Transform(float[] re, float[] im)
    {
        int length = Length;
        int quarter = 1;
        if (_startsWithRadix2)
        {
            for (int i = 0; i < length; i += 2)
            {
                float r0 = re[i];
                float i0 = im[i];
                float r1 = re[i + 1];
                float i1 = im[i + 1];
                re[i] = r0 + r1;
                im[i] = i0 + i1;
                re[i + 1] = r0 - r1;
                im[i + 1] = i0 - i1;
            }

            quarter = 2;
        }

        float[] cosine = CosineTable.Quarter;
        int step = CosineTable.Period >> 2;
        if (quarter == 2)
        {
            step >>= 1;
        }

        while (quarter < length)
        {
            int span = quarter << 2;

            // The butterflies whose factors are 1.
            for (int i = 0; i < length; i += span)
            {
                int j = i + quarter;
                int k = j + quarter;
                int l = k + quarter;
                float ar = re[i];
                float ai = im[i];
                float cr = re[j];
                float ci = im[j];
                float sr = ar + cr;
                float si = ai + ci;
                ar = ar - cr;
                ai = ai - ci;
                float br = re[k];
                float bi = im[k];
                float dr = re[l];
                float di = im[l];
                cr = br + dr;
                ci = bi + di;
                br = br - dr;
                bi = bi - di;
                re[i] = sr + cr;
                im[i] = si + ci;
                re[k] = sr - cr;
                im[k] = si - ci;
                re[j] = ar + bi;
                im[j] = ai - br;
                re[l] = ar - bi;
                im[l] = ai + br;
            }

            for (int n = 1; n < quarter; n++)
            {
                // Factors e^(-i·angle), 2·angle and 3·angle; the table holds one quarter of the cosine.
                int index = n * step;
                float c1 = cosine[index];
                float s1 = cosine[CosineTable.QuarterLength - index];
                float c2;
                float s2;
                float c3;
                float s3;
                int twice = index + index;
                if (twice <= CosineTable.QuarterLength)
                {
                    c2 = cosine[twice];
                    s2 = cosine[CosineTable.QuarterLength - twice];
                }
                else
                {
                    c2 = -cosine[(CosineTable.QuarterLength << 1) - twice];
                    s2 = cosine[twice - CosineTable.QuarterLength];
                }

                int thrice = twice + index;
                if (thrice <= CosineTable.QuarterLength)
                {
                    c3 = cosine[thrice];
                    s3 = cosine[CosineTable.QuarterLength - thrice];
                }
                else if (thrice <= CosineTable.QuarterLength << 1)
                {
                    c3 = -cosine[(CosineTable.QuarterLength << 1) - thrice];
                    s3 = cosine[thrice - CosineTable.QuarterLength];
                }
                else
                {
                    c3 = -cosine[thrice - (CosineTable.QuarterLength << 1)];
                    s3 = -cosine[(CosineTable.QuarterLength * 3) - thrice];
                }

                for (int i = n; i < length; i += span)
                {
                    // In bit-reversed order the second block holds the points 2 mod 4 and the third the points 1 mod 4.
                    int j = i + quarter;
                    int k = j + quarter;
                    int l = k + quarter;
                    float tr = re[j];
                    float ti = im[j];
                    float cr = (tr * c2) + (ti * s2);
                    float ci = (ti * c2) - (tr * s2);
                    tr = re[k];
                    ti = im[k];
                    float br = (tr * c1) + (ti * s1);
                    float bi = (ti * c1) - (tr * s1);
                    tr = re[l];
                    ti = im[l];
                    float dr = (tr * c3) + (ti * s3);
                    float di = (ti * c3) - (tr * s3);
                    float ar = re[i];
                    float ai = im[i];
                    float sr = ar + cr;
                    float si = ai + ci;
                    ar = ar - cr;
                    ai = ai - ci;
                    cr = br + dr;
                    ci = bi + di;
                    br = br - dr;
                    bi = bi - di;
                    re[i] = sr + cr;
                    im[i] = si + ci;
                    re[k] = sr - cr;
                    im[k] = si - ci;
                    re[j] = ar + bi;
                    im[j] = ai - br;
                    re[l] = ar - bi;
                    im[l] = ai + br;
                }
            }

            quarter = span;
            step >>= 2;
        }
    }
}
