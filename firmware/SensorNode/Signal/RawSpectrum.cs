namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Power spectrum of a capture at its own rate, from short blocks (512 samples, Hann) spread over it: what lies near the end of the band and
/// may have folded, and the acceleration in bands that the velocity spectrum does not reach. A few blocks tell the share of the energy near
/// the end; bands take up to 32 and the lines at their edges by the share that lies inside.
/// </summary>
public sealed class RawSpectrum
{
    /// <summary>Samples of a block.</summary>
    public const int BlockLength = 512;

    /// <summary>Blocks for the facts alone.</summary>
    public const int FewBlocks = 6;

    /// <summary>Most blocks, where bands are asked for.</summary>
    public const int MostBlocks = 32;

    /// <summary>First line above 0.45 of the rate.</summary>
    private const int FirstFolding = 231;

    private const int Half = BlockLength >> 1;

    /// <summary>Where the power of line 0 stands in the workspace's samples, of which a block takes the first.</summary>
    private const int PowerAt = BlockLength;

    private readonly Workspace _workspace;
    private readonly RealFft _transform;
    private readonly float[] _power;
    private float _end;
    private float _scale;
    private float _inverseBin;

    /// <param name="workspace">Scratch.</param>
    public RawSpectrum(Workspace workspace)
    {
        _workspace = workspace;
        _transform = workspace.Short;

        // Behind the samples of a block.
        _power = workspace.Samples;
    }

    /// <summary>Measures blocks spread evenly over the capture.</summary>
    /// <returns>False where the capture is shorter than a block.</returns>
    public bool Measure(short[] counts, int count, int mean, float rateHertz, bool forBands)
    {
        if (count < BlockLength)
        {
            return false;
        }

        float[] power = _power;
        float[] buffer = _workspace.Samples;
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        for (int k = PowerAt; k < PowerAt + Half; k++)
        {
            power[k] = 0f;
        }

        float ends = 0f;

        int fit = count >> 9;
        int blocks = forBands ? MostBlocks : FewBlocks;
        if (blocks > fit)
        {
            blocks = fit;
        }

        int stride = blocks > 1 ? Division.Integer(count - BlockLength, blocks - 1) : 0;
        int start = 0;
        for (int block = 0; block < blocks; block++)
        {
            int at = start;
            for (int i = 0; i < BlockLength; i += 4)
            {
                buffer[i] = counts[at] - mean;
                buffer[i + 1] = counts[at + 1] - mean;
                buffer[i + 2] = counts[at + 2] - mean;
                buffer[i + 3] = counts[at + 3] - mean;
                at += 4;
            }

            _transform.Forward(buffer, re, im);

            // Hann in the spectrum: (2·X(k) − X(k−1) − X(k+1)) / 4.
            float beforeRe = re[0];
            float beforeIm = 0f;
            float hereRe = re[1];
            float hereIm = im[1];
            for (int k = 1; k < Half; k++)
            {
                float nextRe = re[k + 1];
                float nextIm = im[k + 1];
                float a = hereRe + hereRe - beforeRe - nextRe;
                float b = hereIm + hereIm - beforeIm - nextIm;
                power[PowerAt + k] = power[PowerAt + k] + ((a * a) + (b * b));
                beforeRe = hereRe;
                beforeIm = hereIm;
                hereRe = nextRe;
                hereIm = nextIm;
            }

            // The last line stands for itself, all others for their mirror image too.
            float last = hereRe - beforeRe;
            ends = ends + (2f * last * last);
            start += stride;
        }

        // 2 / (N · 3N/8) / 16
        _end = ends;
        _scale = Division.Float(1f, 3f * BlockLength * BlockLength * blocks);
        _inverseBin = Division.Float(BlockLength, rateHertz);
        return true;
    }

    /// <summary>Share of the energy above 0.45 of the rate, in thousandths; white noise has 100.</summary>
    public int FoldingPermille()
    {
        float[] power = _power;
        float all = 0f;
        for (int k = PowerAt + 1; k < PowerAt + FirstFolding; k++)
        {
            all = all + power[k];
        }

        float folding = _end;
        for (int k = PowerAt + FirstFolding; k < PowerAt + Half; k++)
        {
            folding = folding + power[k];
        }

        return Rounding.Nearest(Division.Float(folding * 1000f, all + folding));
    }

    /// <summary>Whether a band can be told: inside 0 to half the rate and at least two lines wide.</summary>
    public bool Covers(int lowHertz, int highHertz)
    {
        float low = lowHertz * _inverseBin;
        float high = highHertz * _inverseBin;
        return lowHertz >= 0 && high <= Half && high - low >= 2f;
    }

    /// <summary>RMS of a band in counts.</summary>
    public float BandRms(int lowHertz, int highHertz)
    {
        float high = highHertz * _inverseBin;
        float sum = Sum(_power, PowerAt, Half - 1, lowHertz * _inverseBin, high < Half - 0.5f ? high : Half - 0.5f);
        return SquareRoot.Of((high < Half - 0.5f ? sum : sum + ((high - Half + 0.5f) * 2f * _end)) * _scale);
    }

    /// <summary>Sum of the lines 1 to <paramref name="last"/> from a position to another; a line reaches half a line to either side.</summary>
    /// <param name="at">Where line 0 stands.</param>
    public static float Sum(float[] power, int at, int last, float from, float to)
    {
        int first = Rounding.Nearest(from, 1, last);
        int final = Rounding.Nearest(to, 1, last);
        if (first == final)
        {
            return power[at + first] * (to - from);
        }

        float sum = power[at + first] * (first + 0.5f - from < 1f ? first + 0.5f - from : 1f);
        for (int k = first + 1; k < final; k++)
        {
            sum = sum + power[at + k];
        }

        float share = to - final + 0.5f;
        return sum + (power[at + final] * (share < 1f ? share : 1f));
    }
}
