namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Complex discrete Fourier transform of 128, 256, 512 or 1024 points: X[k] = Σ x[n]·e^(−2πikn/N), not scaled, both sides in natural order.
/// Handing over the imaginary part as the real one and the other way round, in and out, gives N times the inverse. The buffers are the
/// caller's; nothing is allocated after construction, and the only table is the shared one of cosines.
/// </summary>
/// <remarks>
/// Two passes as in <see cref="RealFft"/>. A row k above the middle is looked at as row k − columns: with both parts swapped it is a row
/// whose factors and results run the other way.
/// </remarks>
public sealed class ComplexFft
{
    /// <summary>Number of points.</summary>
    public readonly int Length;

    private readonly int _columnPoints;
    private readonly int _rowPoints;

    /// <param name="length">Number of points: 128, 256, 512 or 1024.</param>
    public ComplexFft(int length)
    {
        switch (length)
        {
            case 128:
                _columnPoints = 8;
                break;
            case 256:
                _columnPoints = 16;
                break;
            case 512:
            case 1024:
                _columnPoints = 32;
                break;
            default:
                throw new System.ArgumentException("length");
        }

        Length = length;
        _rowPoints = Division.Integer(length, _columnPoints);
    }

    /// <summary>Transforms the points.</summary>
    /// <param name="re">Real parts, Length of them; destroyed.</param>
    /// <param name="im">Imaginary parts, Length of them; destroyed.</param>
    /// <param name="outputRe">Receives the real parts; another array than the input's.</param>
    /// <param name="outputIm">Receives the imaginary parts; another array than the input's.</param>
    public void Transform(float[] re, float[] im, float[] outputRe, float[] outputIm)
    {
        FullColumns(re, im);
        Rows(re, im, outputRe, outputIm);
    }

    /// <summary>Transforms points that are zero from 5/8·Length on. What the arrays hold there does not matter.</summary>
    /// <param name="re">Real parts, at least Length long; destroyed.</param>
    /// <param name="im">Imaginary parts, at least Length long; destroyed.</param>
    /// <param name="outputRe">Receives the real parts; another array than the input's.</param>
    /// <param name="outputIm">Receives the imaginary parts; another array than the input's.</param>
    public void TransformLow(float[] re, float[] im, float[] outputRe, float[] outputIm)
    {
        LowColumns(re, im);
        Rows(re, im, outputRe, outputIm);
    }

    /// <summary>As <see cref="TransformLow"/>, but gives re² + im² of each result (the squared envelope of a band, when the parts are swapped).</summary>
    /// <param name="re">Real parts, at least Length long; destroyed.</param>
    /// <param name="im">Imaginary parts, at least Length long; destroyed.</param>
    /// <param name="power">Receives the squared magnitudes; another array than the input's.</param>
    public void PowerLow(float[] re, float[] im, float[] power)
    {
        LowColumns(re, im);
        float[] cosine = CosineTable.Quarter;
        int columns = _columnPoints;
        int half = columns >> 1;
        int step = CosineTable.PeriodOver(Length);
        if (_rowPoints == 16)
        {
            ComplexRows.Power16(re, im, power, cosine, half + 1, 0, 0, columns, 1, 0, step);
            ComplexRows.Power16(im, re, power, cosine, half - 1, columns - 1, Length - 1, -columns, -1, step, step);
        }
        else
        {
            ComplexRows.Power32(re, im, power, cosine, half + 1, 0, 0, columns, 1, 0, step);
            ComplexRows.Power32(im, re, power, cosine, half - 1, columns - 1, Length - 1, -columns, -1, step, step);
        }
    }

    private void FullColumns(float[] re, float[] im)
    {
        int row = _rowPoints;
        int last = Length - row;
        switch (_columnPoints)
        {
            case 8:
                ComplexColumns.Full8(re, im, row, last);
                break;
            case 16:
                ComplexColumns.Full16(re, im, row, last);
                break;
            default:
                ComplexColumns.Full32(re, im, row, last);
                break;
        }
    }

    private void LowColumns(float[] re, float[] im)
    {
        // The codelets read a point beyond the filled ones: of columns left of the middle the one that follows them, of the others (which
        // are taken one turn earlier) the one before the first.
        int row = _rowPoints;
        int filled = (Length >> 1) + (Length >> 3);
        int end = filled + (row >> 1) + 1;
        for (int i = filled; i < end; i++)
        {
            re[i] = 0f;
            im[i] = 0f;
        }

        int zero = filled - (row >> 1);
        switch (_columnPoints)
        {
            case 8:
                ComplexColumns.Low8(re, im, row, zero);
                break;
            case 16:
                ComplexColumns.Low16(re, im, row, zero);
                break;
            default:
                ComplexColumns.Low32(re, im, row, zero);
                break;
        }
    }

    private void Rows(float[] re, float[] im, float[] outputRe, float[] outputIm)
    {
        float[] cosine = CosineTable.Quarter;
        int columns = _columnPoints;
        int half = columns >> 1;
        int step = CosineTable.PeriodOver(Length);
        if (_rowPoints == 16)
        {
            ComplexRows.Plain16(re, im, outputRe, outputIm, cosine, half + 1, 0, 0, columns, 1, 0, step);
            ComplexRows.Plain16(im, re, outputIm, outputRe, cosine, half - 1, columns - 1, Length - 1, -columns, -1, step, step);
        }
        else
        {
            ComplexRows.Plain32(re, im, outputRe, outputIm, cosine, half + 1, 0, 0, columns, 1, 0, step);
            ComplexRows.Plain32(im, re, outputIm, outputRe, cosine, half - 1, columns - 1, Length - 1, -columns, -1, step, step);
        }
    }
}
