namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Complex discrete Fourier transform of 128 to 2048 points (a power of two): X[k] = Σ x[n]·e^(−2πikn/N), not scaled, both sides in natural
/// order. Handing over the imaginary parts as the real ones and the other way round, in and out, gives N times the inverse. The buffers are
/// the caller's; nothing is allocated after construction, and the only table is the shared one of cosines.
/// </summary>
/// <remarks>
/// Two passes as in <see cref="RealFft"/>. A row k above the middle is looked at as row k − columns: with both parts swapped it is a row
/// whose factors and results run the other way. 2048 points are folded to 1024 twice: once for the even bins, once, turned, for the odd.
/// </remarks>
public sealed class ComplexFft
{
    /// <summary>Number of points.</summary>
    public readonly int Length;

    private readonly int _columnPoints;
    private readonly int _rowPoints;
    private readonly bool _halves;

    /// <param name="length">Number of points: 128, 256, 512, 1024 or 2048.</param>
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
            case 2048:
                _halves = true;
                _columnPoints = 32;
                break;
            default:
                throw new System.ArgumentException("length");
        }

        Length = length;
        _rowPoints = Division.Integer(_halves ? length >> 1 : length, _columnPoints);
    }

    /// <summary>Transforms the points.</summary>
    /// <param name="re">Real parts, at least Length of them; destroyed.</param>
    /// <param name="im">Imaginary parts, at least Length of them; destroyed.</param>
    /// <param name="outputRe">Receives the real parts; neither of the input's arrays.</param>
    /// <param name="atRe">Where the first of them goes.</param>
    /// <param name="outputIm">Receives the imaginary parts; may be the array of the real ones, but neither of the input's.</param>
    /// <param name="atIm">Where the first of them goes.</param>
    public void Transform(float[] re, float[] im, float[] outputRe, int atRe, float[] outputIm, int atIm)
    {
        if (!_halves)
        {
            Columns(re, im);
            Rows(re, im, outputRe, atRe, outputIm, atIm, 1);
            return;
        }

        int half = Length >> 1;
        Fold(re, im);
        Columns(re, im);
        Rows(re, im, outputRe, atRe, outputIm, atIm, 2);
        for (int i = 0; i < half; i++)
        {
            re[i] = re[half + i];
            im[i] = im[half + i];
        }

        Columns(re, im);
        Rows(re, im, outputRe, atRe + 1, outputIm, atIm + 1, 2);
    }

    /// <summary>The lower half becomes what the even bins are made of, the upper half what the odd ones are.</summary>
    private void Fold(float[] re, float[] im)
    {
        float[] cosine = CosineTable.Quarter;
        int half = Length >> 1;
        int quarter = half >> 1;
        int step = CosineTable.PeriodOver(Length);
        int other = half;
        int index = 0;
        for (int i = 0; i < quarter; i++)
        {
            float c = cosine[index];
            float s = cosine[CosineTable.QuarterLength - index];
            float a = re[i];
            float b = re[other];
            float x = a - b;
            re[i] = a + b;
            a = im[i];
            b = im[other];
            float y = a - b;
            im[i] = a + b;
            re[other] = (x * c) + (y * s);
            im[other] = (y * c) - (x * s);

            // A quarter further on the factor is -i times this one.
            int next = i + quarter;
            int end = other + quarter;
            a = re[next];
            b = re[end];
            x = a - b;
            re[next] = a + b;
            a = im[next];
            b = im[end];
            y = a - b;
            im[next] = a + b;
            re[end] = (y * c) - (x * s);
            im[end] = -((x * c) + (y * s));
            other++;
            index += step;
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

    /// <summary>Bin k goes to <paramref name="atRe"/> and <paramref name="atIm"/> + k × <paramref name="spacing"/>.</summary>
    private void Rows(float[] re, float[] im, float[] outputRe, int atRe, float[] outputIm, int atIm, int spacing)
    {
        float[] cosine = CosineTable.Quarter;
        int columns = _columnPoints;
        int points = columns * _rowPoints;
        int half = columns >> 1;
        int step = CosineTable.PeriodOver(points);
        int apart = columns * spacing;
        int last = (points - 1) * spacing;
        if (_rowPoints == 16)
        {
            ComplexRows.Plain16(re, im, outputRe, outputIm, cosine, half + 1, 0, 1, atRe, atIm, apart, spacing, 0, step);
            ComplexRows.Plain16(im, re, outputIm, outputRe, cosine, half - 1, columns - 1, -1, atIm + last, atRe + last, -apart, -spacing, step, step);
        }
        else
        {
            ComplexRows.Plain32(re, im, outputRe, outputIm, cosine, half + 1, 0, 1, atRe, atIm, apart, spacing, 0, step);
            ComplexRows.Plain32(im, re, outputIm, outputRe, cosine, half - 1, columns - 1, -1, atIm + last, atRe + last, -apart, -spacing, step, step);
        }
    }
}
