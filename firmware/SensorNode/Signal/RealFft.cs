namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Fourier transform of 256 to 8192 real samples (a power of two): X[k] = Σ x[n]·e^(−2πikn/N) for k = 0..N/2, not scaled. Buffers are the
/// caller's; nothing is allocated after construction, and the only table is that of cosines, which may be shared.
/// </summary>
/// <remarks>
/// N = column points × row points: the samples are looked at as rows. Pass 1 transforms each column; what comes out is Hermitian, so half of it
/// is kept and fits where it came from. Pass 2 turns each row by its factors, transforms it as a complex one, and stores the bins (beyond
/// the middle: their conjugates) where they belong. Columns right of the middle are taken one turn earlier: their factors are then the
/// conjugates of those of a column left of it, and no angle leaves the first quarter. The rows of bins 0 and columns/2 stay real; of these
/// pass 1 leaves out the last butterfly, so that together they are one more real transform of twice a row's length.
/// </remarks>
public sealed class RealFft
{
    /// <summary>Number of real samples.</summary>
    public readonly int Length;

    private readonly int _columnPoints;
    private readonly int _rowPoints;
    private readonly float[][] _rows;
    private readonly float[] _cosine;
    private readonly int _step;

    /// <param name="length">Number of real samples: 256, 512, 1024, 2048, 4096 or 8192.</param>
    public RealFft(int length)
        : this(length, CosineTable.Quarter(length))
    {
    }

    /// <param name="length">Number of real samples: 256, 512, 1024, 2048, 4096 or 8192.</param>
    /// <param name="cosine">A table by <see cref="CosineTable.Quarter"/> of this length or a longer one.</param>
    public RealFft(int length, float[] cosine)
        : this(length, cosine, false)
    {
    }

    /// <param name="length">Number of real samples: 256, 512, 1024, 2048, 4096 or 8192.</param>
    /// <param name="cosine">A table by <see cref="CosineTable.Quarter"/> of this length or a longer one.</param>
    /// <param name="isInPlace">Whether the transform of 256 does without rows of its own: 1.6 KB less for some more instructions, and the same bits.</param>
    public RealFft(int length, float[] cosine, bool isInPlace)
    {
        _cosine = cosine;
        _step = CosineTable.Over((cosine.Length - 1) << 2, length);
        switch (length)
        {
            case 256:
                _columnPoints = 16;
                _rows = isInPlace ? null : new float[16][];
                for (int i = 0; i < 16 && !isInPlace; i++)
                {
                    _rows[i] = new float[16];
                }

                break;
            case 512:
                _columnPoints = 16;
                break;
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
        float[] cosine = _cosine;
        int columns = _columnPoints;
        int row = _rowPoints;
        int last = Length - row;
        int step = _step;
        switch (Length)
        {
            case 256:
                float[][] rows = _rows;
                if (rows == null)
                {
                    RealColumns.Full16(samples, row, last);
                    RealRows.Folded16(samples, re, im, cosine, columns, step);
                    RealRows.Middle32(samples, re, im, columns >> 1);
                    return;
                }

                RealColumns.Apart16(samples, rows, row, last);
                RealRows.FoldedApart16(rows, rows[2], rows[3], re, im, cosine, columns, step);
                RealRows.MiddleApart32(rows[0], rows[1], re, im, columns >> 1);
                return;
            case 512:
                RealColumns.Full16(samples, row, last);
                break;
            case 1024:
                RealColumns.Full32(samples, row, last);
                break;
            case 2048:
                RealColumns.Full64(samples, row, last);
                break;
            default:
                RealColumns.Full128(samples, row, last);
                break;
        }

        if (row == 32)
        {
            RealRows.Folded32(samples, re, im, cosine, columns, step);
            RealRows.Middle64(samples, re, im, columns >> 1);
        }
        else
        {
            // The codelet for columns does here what one for both real rows would do a little faster: 8 KB of code for 2000 of 705 000 instructions.
            RealRows.Folded64(samples, re, im, cosine, columns, step);
            RealColumns.Full128(samples, 1, 0);
            Spread(samples, re, im);
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
