namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Fourier transform of 256 to 8192 real samples (a power of two): X[k] = Σ x[n]·e^(−2πikn/N) for k = 0..N/2, not scaled. Buffers are the
/// caller's; nothing is allocated after construction, and the only table is the shared one of cosines.
/// </summary>
/// <remarks>
/// N = columns × points. The samples are looked at as rows of as many samples as a row has points. Pass 1 transforms each column, in place; what
/// comes out is Hermitian, so half of it is kept and fits. Pass 2 turns each row by its factors, transforms it as a complex one, and stores
/// the bins (beyond the middle: their conjugates) where they belong. Columns right of the middle are taken one turn earlier: their factors
/// are then the conjugates of those of a column left of it, and no angle leaves the first quarter. The two rows of bins 0 and columns/2 stay
/// real; together they are one more real transform of twice the row's length.
/// </remarks>
public sealed class RealFft
{
    /// <summary>Number of real samples.</summary>
    public readonly int Length;

    private readonly int _columnPoints;
    private readonly int _rowPoints;

    /// <param name="length">Number of real samples: 256, 512, 1024, 2048, 4096 or 8192.</param>
    public RealFft(int length)
    {
        switch (length)
        {
            case 256:
                _columnPoints = 16;
                break;
            case 512:
            case 1024:
                _columnPoints = 32;
                break;
            case 2048:
                _columnPoints = 64;
                break;
            case 4096:
            case 8192:
                _columnPoints = 128;
                break;
            default:
                throw new System.ArgumentException("length");
        }

        Length = length;
        _rowPoints = Division.Integer(length, _columnPoints);
    }

    /// <summary>Transforms <see cref="Length"/> samples.</summary>
    /// <param name="samples">The samples; destroyed.</param>
    /// <param name="re">Receives the real parts; at least Length/2 + 1 long.</param>
    /// <param name="im">Receives the imaginary parts; at least Length/2 + 1 long.</param>
    public void Forward(float[] samples, float[] re, float[] im)
    {
        int row = _rowPoints;
        int last = Length - row;
        switch (_columnPoints)
        {
            case 16:
                RealColumns.Full16(samples, row, last);
                break;
            case 32:
                RealColumns.Full32(samples, row, last);
                break;
            case 64:
                RealColumns.Full64(samples, row, last);
                break;
            default:
                RealColumns.Full128(samples, row, last);
                break;
        }

        Rows(samples, re, im);
    }

    /// <summary>Transforms <see cref="Length"/> samples of which the second half is zero.</summary>
    /// <param name="samples">The samples, at least Length long; destroyed. What its second half holds does not matter.</param>
    /// <param name="re">Receives the real parts; at least Length/2 + 1 long.</param>
    /// <param name="im">Receives the imaginary parts; at least Length/2 + 1 long.</param>
    public void ForwardHalfFilled(float[] samples, float[] re, float[] im)
    {
        int row = _rowPoints;
        int half = Length >> 1;

        // The codelets read a sample beyond the half: of columns left of the middle the one that follows it, of the others (which are taken
        // one turn earlier) the one before the first.
        int end = half + (row >> 1) + 1;
        for (int i = half; i < end; i++)
        {
            samples[i] = 0f;
        }

        int zero = half - (row >> 1);
        switch (_columnPoints)
        {
            case 16:
                RealColumns.Half16(samples, row, zero);
                break;
            case 32:
                RealColumns.Half32(samples, row, zero);
                break;
            case 64:
                RealColumns.Half64(samples, row, zero);
                break;
            default:
                for (int i = end; i < Length; i++)
                {
                    samples[i] = 0f;
                }

                RealColumns.Full128(samples, row, Length - row);
                break;
        }

        Rows(samples, re, im);
    }

    private void Rows(float[] samples, float[] re, float[] im)
    {
        float[] cosine = CosineTable.Quarter;
        int columns = _columnPoints;
        int step = CosineTable.PeriodOver(Length);
        switch (_rowPoints)
        {
            case 16:
                RealRows.Folded16(samples, re, im, cosine, columns, step);
                RealRows.Middle32(samples, re, im, columns >> 1);
                break;
            case 32:
                RealRows.Folded32(samples, re, im, cosine, columns, step);
                RealRows.Middle64(samples, re, im, columns >> 1);
                break;
            default:
                RealRows.Folded64(samples, re, im, cosine, columns, step);
                RealColumns.Full128(samples, 1, 0);
                Spread(samples, re, im);
                break;
        }
    }

    /// <summary>Results of the two real rows from where the codelet for columns leaves them to where they belong.</summary>
    private void Spread(float[] samples, float[] re, float[] im)
    {
        float even = samples[0];
        float odd = samples[1];
        re[0] = even + odd;
        im[0] = 0f;
        int spacing = _columnPoints >> 1;
        int source = 2;
        int half = Length >> 1;
        for (int k = spacing; k < half; k += spacing)
        {
            re[k] = samples[source];
            im[k] = samples[source + 1];
            source += 2;
        }

        re[half] = even - odd;
        im[half] = 0f;
    }
}
