namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Squared magnitudes of the complex discrete Fourier transform of 128 to 1024 points (a power of two): |X[k]|², X[k] = Σ x[n]·e^(−2πikn/N), not
/// scaled, both sides in natural order. Handing over the imaginary part as the real one and the other way round gives those of N times the
/// inverse. The buffers are the caller's; nothing is allocated after construction, and the only table is that of cosines, which may be shared.
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
    private readonly float[] _cosine;
    private readonly int _step;

    /// <param name="length">Number of points: 128, 256, 512 or 1024.</param>
    public ComplexFft(int length)
        : this(length, CosineTable.Quarter(length))
    {
    }

    /// <param name="length">Number of points: 128, 256, 512 or 1024.</param>
    /// <param name="cosine">A table by <see cref="CosineTable.Quarter"/> of this length or a longer one.</param>
    public ComplexFft(int length, float[] cosine)
    {
        _cosine = cosine;
        _step = CosineTable.Over((cosine.Length - 1) << 2, length);
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

    /// <summary>
    /// Transforms the points and gives re² + im² of each result. With the parts swapped it is the inverse transform: of the bins of a band
    /// the squared envelope.
    /// </summary>
    /// <param name="re">Real parts, at least Length of them; destroyed.</param>
    /// <param name="im">Imaginary parts, at least Length of them; destroyed.</param>
    /// <param name="power">Receives the squared magnitudes; another array than the input's.</param>
    public void Power(float[] re, float[] im, float[] power)
    {
        Columns(re, im);
        float[] cosine = _cosine;
        int columns = _columnPoints;
        int half = columns >> 1;
        int last = Length - 1;
        int step = _step;
        if (_rowPoints == 16)
        {
            ComplexRows.Power16(re, im, power, cosine, half + 1, 0, 1, 0, columns, 1, 0, step);
            ComplexRows.Power16(im, re, power, cosine, half - 1, columns - 1, -1, last, -columns, -1, step, step);
        }
        else
        {
            ComplexRows.Power32(re, im, power, cosine, half + 1, 0, 1, 0, columns, 1, 0, step);
            ComplexRows.Power32(im, re, power, cosine, half - 1, columns - 1, -1, last, -columns, -1, step, step);
        }
    }

    private void Columns(float[] re, float[] im)
    {
        int row = _rowPoints;
        int last = (_columnPoints - 1) * row;
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
}
