namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Velocity and displacement by integration in the frequency domain (ISO 2954's band in the frequency domain instead of by filters).
/// The capture is brought to 2.4 to 4.8 kHz and cut into blocks that overlap by half (Welch); each is windowed (Hann, by folding with
/// ½, −¼, −¼ in the spectrum) and transformed, powers are averaged, and each line is divided by its angular frequency. The mean square of a
/// band is Σ 2·|X|² / (L · 3M/8) / (2πf)², M samples padded to L. The band is widened by 1.5 lines on either side, so that a tone at its very
/// edge counts fully (ISO 2954 asks for 0.8 to 1.1 there). Where the capture ends with less than half a block, that rest is not looked at.
/// </summary>
public sealed class VelocityMeter
{
    /// <summary>Samples of the longest block.</summary>
    public const int LongestBlock = 4096;

    /// <summary>Fewest samples, at the velocity rate, that give a spectrum at all; fewer than 1.2 s give no velocity.</summary>
    public const int LeastSamples = 512;

    /// <summary>Edges of the velocity band in hertz.</summary>
    public const float LowestHertz = 10f;

    /// <summary>See <see cref="LowestHertz"/>.</summary>
    public const float HighestHertz = 1000f;

    /// <summary>Lower edge of the slow machines' band in hertz.</summary>
    public const float SlowLowestHertz = 2f;

    /// <summary>Samples of the slow part's block; its rate is a sixteenth of the velocity rate: 1.7 to 3.4 s.</summary>
    private const int SlowBlock = 512;

    private const int SlowHalvings = 4;

    /// <summary>Reach of the slow part's filter: four running means of 16.</summary>
    private const int SlowTaps = 61;

    /// <summary>1 micro-g in um/s².</summary>
    private const float MicroG = 9.80665f;

    private const float TwoPi = 6.2831855f;

    private readonly Workspace _workspace;
    private readonly VelocityDecimator _decimator;
    private readonly RealFft _transform;
    private readonly RealFft _slowTransform;
    private readonly int _block;
    private readonly float[] _gain;
    private readonly float[] _slow;
    private readonly float[] _slowWeights;
    private readonly float[] _cosine;
    private int _slowCount;
    private int _blocks;
    private float _farthest;
    private float _nearest;

    /// <summary>
    /// Sums over the blocks of the squared lines of the windowed acceleration, in counts², times 16; line k stands at k ×
    /// <see cref="BinHertz"/>. Valid from 0 to <see cref="Last"/> + 2 after <see cref="Measure"/>.
    /// </summary>
    public readonly float[] Power;

    /// <summary>Distance of two lines in hertz.</summary>
    public float BinHertz;

    /// <summary>Lines that one bin of the window takes: 1, or more where a short capture was padded.</summary>
    public int Padding;

    /// <summary>First line of the velocity band.</summary>
    public int First;

    /// <summary>Last line of the velocity band.</summary>
    public int Last;

    /// <summary>
    /// Mean square of a line in (counts / Hz)² × this = its velocity's mean square in counts² s²: the sum over a band of Power / k², times this,
    /// is the square of its velocity in counts (times the weight of a count in um/s²: um/s).
    /// </summary>
    public float BandScale;

    /// <summary>The square of a tone's velocity RMS in counts·s is Power / k² at its line times this.</summary>
    public float ToneScale;

    /// <param name="workspace">Scratch.</param>
    /// <param name="windowLength">Longest transform the detector may use; blocks are this long, at most <see cref="LongestBlock"/>.</param>
    public VelocityMeter(Workspace workspace, int windowLength)
        : this(workspace, windowLength, true)
    {
    }

    /// <param name="workspace">Scratch.</param>
    /// <param name="windowLength">Longest transform the detector may use; blocks are this long, at most <see cref="LongestBlock"/>.</param>
    /// <param name="hasSlowPart">Whether there is memory for the band of slow machines; else it must never be asked for.</param>
    public VelocityMeter(Workspace workspace, int windowLength, bool hasSlowPart)
        : this(workspace, windowLength, hasSlowPart, true)
    {
    }

    /// <param name="workspace">Scratch.</param>
    /// <param name="windowLength">Longest transform the detector may use; blocks are this long, at most <see cref="LongestBlock"/>.</param>
    /// <param name="hasSlowPart">Whether there is memory for the band of slow machines; else it must never be asked for.</param>
    /// <param name="hasDisplacement">Whether there is memory for the displacement; else it is not told.</param>
    public VelocityMeter(Workspace workspace, int windowLength, bool hasSlowPart, bool hasDisplacement)
    {
        _gain = hasDisplacement ? new float[VelocityDecimator.GainValues] : null;
        _workspace = workspace;
        _cosine = workspace.Cosine;
        _block = windowLength < LongestBlock ? windowLength : LongestBlock;
        _decimator = new VelocityDecimator(workspace);
        _transform = workspace.Transform(_block);
        _slowTransform = workspace.Short;
        _slow = hasSlowPart ? new float[SlowBlock] : null;
        _slowWeights = hasSlowPart ? SlowWeights() : null;

        // 1000 Hz at 2.4 kHz and some lines.
        Power = new float[Division.Integer(_block * 5, 12) + 8];
    }

    /// <summary>Weight of a count as velocity: um/s per count·s.</summary>
    public static float Unit(int nanoGPerCount)
    {
        return nanoGPerCount * 0.001f * MicroG;
    }

    /// <summary>Computes the power spectrum of a capture.</summary>
    /// <param name="counts">Raw counts.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="rateMilliHertz">Sampling rate, 5 to 110 kHz.</param>
    /// <param name="withSlowPart">Whether the band of slow machines is wanted as well.</param>
    /// <param name="withDisplacement">Whether <see cref="DisplacementNanometres"/> is wanted as well.</param>
    /// <returns>False where the capture is too short for a spectrum.</returns>
    public bool Measure(short[] counts, int count, float mean, int rateMilliHertz, bool withSlowPart, bool withDisplacement)
    {
        int halvings = VelocityDecimator.Halvings(rateMilliHertz);
        int available = count >> (halvings & 31);
        int length = _block;
        int valid = length;
        Padding = 1;
        while (valid > available)
        {
            valid >>= 1;
            Padding <<= 1;
        }

        if (valid < LeastSamples)
        {
            return false;
        }

        float rateHertz = Division.Float(rateMilliHertz * 0.001f, 1 << (halvings & 31));
        BinHertz = Division.Float(rateHertz, length);
        float inverseBin = Division.Float(1f, BinHertz);
        First = Rounding.Nearest((LowestHertz * inverseBin) - Padding, 1, length >> 1);
        Last = Rounding.Nearest((HighestHertz * inverseBin) + Padding, First, Power.Length - 3);
        float[] power = Power;
        for (int k = 0; k < power.Length; k++)
        {
            power[k] = 0f;
        }

        _blocks = 0;
        _slowCount = 0;
        _nearest = 0f;
        _farthest = 0f;
        _decimator.Open(counts, count, mean, rateMilliHertz);
        float[] gain = _gain;
        if (gain != null)
        {
            _decimator.FillGain(gain, VelocityDecimator.GainValues - 1);
        }

        Blocks(valid, available, withSlowPart, withDisplacement && gain != null);
        if (gain == null)
        {
            // The displacement needs it for each block; for the power alone there is room where the blocks were.
            gain = _workspace.Samples;
            _decimator.FillGain(gain, VelocityDecimator.GainValues - 1);
        }

        MakeGood(gain);

        // 2 / (L · 3M/8 · blocks) / 16, and 8 / (M² · blocks) / 16; the velocity's 1 / (2π·bin)² goes with both.
        float inverseOmega = Division.Float(1f, TwoPi * BinHertz);
        float perBlock = Division.Float(inverseOmega * inverseOmega, _blocks);
        float inverseValid = Division.Float(1f, valid);
        BandScale = Division.Float(perBlock * inverseValid, length * 3f);
        ToneScale = perBlock * inverseValid * inverseValid * 0.5f;
        return true;
    }

    /// <summary>Mean square of the velocity, in (counts·s)², of the lines from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public float MeanSquare(int first, int last)
    {
        float[] power = Power;
        float sum = 0f;
        for (int k = first; k <= last; k++)
        {
            float inverse = Division.Float(1f, k);
            sum = sum + (power[k] * inverse * inverse);
        }

        return sum * BandScale;
    }

    /// <summary>
    /// Mean square of the velocity, in (counts·s)², from 2 Hz to where the velocity band begins, from the first 512 samples at a sixteenth of
    /// the velocity rate. A capture of 2 s holds four periods of 2 Hz. The filter's droop (2 % at 10 Hz) is made good.
    /// </summary>
    public float SlowMeanSquare()
    {
        int valid = _slowCount;
        float slowRate = BinHertz * _block * (1f / (1 << SlowHalvings));
        float[] buffer = _workspace.Samples;
        float[] slow = _slow;
        float mean = 0f;
        for (int i = 0; i < valid; i++)
        {
            mean = mean + slow[i];
        }

        mean = Division.Float(mean, valid);
        float[] half = _workspace.Re;
        HannWindow.FillHalf(half, valid, _cosine);
        int middle = valid >> 1;
        for (int i = 0; i <= middle; i++)
        {
            buffer[i] = (slow[i] - mean) * half[i];
        }

        for (int i = middle + 1; i < valid; i++)
        {
            buffer[i] = (slow[i] - mean) * half[valid - i];
        }

        for (int i = valid; i < SlowBlock; i++)
        {
            buffer[i] = 0f;
        }

        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        _slowTransform.Forward(buffer, re, im);
        float bin = slowRate * (1f / SlowBlock);
        float inverseBin = Division.Float(1f, bin);
        float widening = Division.Float(SlowBlock, valid);

        // A tone near the seam has a share in the lines of either band: Hann's lobe, within 2 %, is a cubic over 2.2 bins.
        float edge = (First - 0.5f) * BinHertz;
        float width = 1.1f * Padding * BinHertz;
        float toSeam = Division.Float(bin, width);
        float seam = Division.Float(edge, width);
        int first = Rounding.Nearest((SlowLowestHertz * inverseBin) - widening, 1, SlowBlock >> 1);
        int last = Rounding.Nearest((edge + width) * inverseBin, first, SlowBlock >> 1);
        float droop = Division.Float(3.1415927f * bin, slowRate);
        droop = droop * droop;
        float sum = 0f;
        for (int k = first; k <= last; k++)
        {
            float inverse = Division.Float(1f, k);
            float a = re[k];
            float b = im[k];

            // Each of the four running means falls by x²/6 (its square by x²/3), x = pi f / rate.
            float x = droop * k * k;
            float boost = 1f + (x * (1.3333334f + (x * 0.93333334f)));
            float past = (k * toSeam) - seam;
            if (past > -1f)
            {
                boost = past < 1f ? boost * (0.5f - (past * (0.75f - (0.25f * past * past)))) : 0f;
            }

            sum = sum + (((a * a) + (b * b)) * inverse * inverse * boost);
        }

        float inverseOmega = Division.Float(1f, TwoPi * bin);
        return Division.Float(sum * inverseOmega * inverseOmega * 5.3333335f, (float)SlowBlock * valid);
    }

    /// <summary>Whether the spectrum tells the acceleration of a band: within the velocity band and at least two bins wide.</summary>
    public bool Covers(int lowHertz, int highHertz)
    {
        return lowHertz >= 0 && highHertz <= HighestHertz && highHertz - lowHertz >= 2f * BinHertz * Padding;
    }

    /// <summary>Acceleration RMS of a band in counts; lines at its edges count by the share that lies inside.</summary>
    public float BandRms(int lowHertz, int highHertz)
    {
        float inverse = Division.Float(1f, BinHertz);
        float omega = TwoPi * BinHertz;
        return SquareRoot.Of(RawSpectrum.Sum(Power, 0, Last, lowHertz * inverse, highHertz * inverse) * BandScale * omega * omega);
    }

    /// <summary>
    /// Displacement peak to peak in counts·s²: the largest less the smallest value of the twice integrated time signal, 10 to 1000 Hz. Of each
    /// block the middle half is looked at, divided by the window there; the middles of all blocks join, so all but a quarter block at
    /// either end counts.
    /// </summary>
    public float PeakToPeak()
    {
        return _farthest - _nearest;
    }

    /// <summary>Makes the decimation's loss good in the power.</summary>
    private void MakeGood(float[] gain)
    {
        float[] power = Power;
        int top = Last + 2;
        int step = Division.Integer(_block, VelocityDecimator.GainParts);
        float share = Division.Float(1f, step);
        int k = 0;
        for (int i = 0; k <= top; i++)
        {
            float factor = gain[i];
            float slope = (gain[i + 1] - factor) * share;
            int end = k + step - 1 < top ? k + step - 1 : top;
            while (k <= end)
            {
                power[k] = power[k] * factor * factor;
                factor = factor + slope;
                k++;
            }
        }
    }

    /// <summary>
    /// Blocks of <paramref name="valid"/> samples, overlapping by half. Where the workspace has room behind a block, the half that two blocks
    /// share is kept there; otherwise it is decimated twice, which costs instructions instead of memory.
    /// </summary>
    private void Blocks(int valid, int available, bool withSlowPart, bool withDisplacement)
    {
        int half = valid >> 1;
        float[] buffer = _workspace.Samples;
        int kept = _block;
        bool keeps = buffer.Length >= kept + half;
        int nextSlow = 0;
        int start = 0;
        while (start + valid <= available)
        {
            if (start == 0 || !keeps)
            {
                _decimator.Seek(start);
                _decimator.Read(buffer, 0, valid);
            }
            else
            {
                for (int i = 0; i < half; i++)
                {
                    buffer[i] = buffer[kept + i];
                }

                _decimator.Read(buffer, half, half);
            }

            if (keeps && start + half + valid <= available)
            {
                for (int i = 0; i < half; i++)
                {
                    buffer[kept + i] = buffer[half + i];
                }
            }

            if (withSlowPart)
            {
                nextSlow = Slow(buffer, valid, start, nextSlow);
            }

            if (Padding > 1)
            {
                TransformPadded(valid);
            }
            else
            {
                Transform();
            }

            if (withDisplacement)
            {
                Integrate();
                Extremes(valid);
            }

            _blocks++;
            start += half;
        }
    }

    /// <summary>
    /// Transforms a block of a capture that is shorter than a whole one, windowed in time and padded with zeros, and adds its power. Four times the
    /// windowed spectrum stays in the workspace.
    /// </summary>
    private void TransformPadded(int valid)
    {
        float[] buffer = _workspace.Samples;
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] power = Power;
        int length = _block;
        int middle = valid >> 1;
        HannWindow.FillHalf(re, valid, _cosine);

        // Four times the window, as the fold of the whole blocks has it.
        for (int i = 0; i <= middle; i++)
        {
            buffer[i] = buffer[i] * (4f * re[i]);
        }

        for (int i = middle + 1; i < valid; i++)
        {
            buffer[i] = buffer[i] * (4f * re[valid - i]);
        }

        for (int i = valid; i < length; i++)
        {
            buffer[i] = 0f;
        }

        _transform.Forward(buffer, re, im);
        int last = Last + 2;
        for (int k = 0; k <= last; k++)
        {
            float a = re[k];
            float b = im[k];
            power[k] = power[k] + ((a * a) + (b * b));
        }
    }

    /// <summary>Transforms the block in the workspace, windows it, and adds its power. Four times the windowed spectrum stays there.</summary>
    private void Transform()
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] power = Power;
        int last = Last + 2;
        _transform.Forward(_workspace.Samples, re, im);

        // Hann in the spectrum: (2·X(k) − X(k−1) − X(k+1)) / 4; X(−1) is the conjugate of X(1).
        float beforeRe = re[1];
        float beforeIm = -im[1];
        float hereRe = re[0];
        float hereIm = 0f;
        for (int k = 0; k <= last; k++)
        {
            float nextRe = re[k + 1];
            float nextIm = im[k + 1];
            float a = hereRe + hereRe - beforeRe - nextRe;
            float b = hereIm + hereIm - beforeIm - nextIm;
            power[k] = power[k] + ((a * a) + (b * b));
            re[k] = a;
            im[k] = b;
            beforeRe = hereRe;
            beforeIm = hereIm;
            hereRe = nextRe;
            hereIm = nextIm;
        }
    }

    /// <summary>
    /// The windowed spectrum, integrated twice and freed of the decimation's loss, goes back through the same transform as a Hartley spectrum:
    /// Re − Im at k, Re + Im at L − k.
    /// </summary>
    private void Integrate()
    {
        float[] buffer = _workspace.Samples;
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] gain = _gain;
        int length = _block;
        int step = Division.Integer(length, VelocityDecimator.GainParts);
        float share = Division.Float(1f, step);
        float factor = 1f;
        float slope = 0f;
        int knot = 0;
        int last = Last;
        int mirror = length - First;
        for (int i = 0; i < length; i++)
        {
            buffer[i] = 0f;
        }

        for (int k = First; k <= last; k++)
        {
            if (k >= knot)
            {
                // The gain on straight lines, as in MakeGood.
                knot = k + step - (k & (step - 1));
                int part = Division.Integer(k, step);
                float from = gain[part];
                slope = (gain[part + 1] - from) * share;
                factor = from + (slope * (k & (step - 1)));
            }

            float inverse = Division.Float(1f, k);
            inverse = inverse * inverse * factor;
            factor = factor + slope;
            float a = re[k];
            float b = im[k];
            buffer[k] = (a - b) * inverse;
            buffer[mirror] = (a + b) * inverse;
            mirror--;
        }

        _transform.Forward(buffer, re, im);
    }

    /// <summary>Largest and smallest displacement in the middle half of a block of <paramref name="valid"/> samples, divided by the window.</summary>
    private void Extremes(int valid)
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        int length = _block;
        int middle = valid >> 1;
        float[] cosine = _cosine;
        int step = CosineTable.Over((cosine.Length - 1) << 2, valid);

        // −1 / (4 · L · (2π·bin)²) for the window's factor, the transform and the integration.
        float omega = TwoPi * BinHertz;
        float scale = Division.Float(-0.25f, omega * omega * length);
        float least = _nearest;
        float largest = _farthest;
        int index = cosine.Length - 1;
        bool mirrored = valid == length;
        for (int n = valid >> 2; n <= middle; n++)
        {
            // Window: ½ + ½·cos of the distance from the middle; at a quarter it is ½. Sample j is Re − Im at j, or Re + Im at L − j.
            float weight = Division.Float(scale, 0.5f + (0.5f * cosine[index]));
            int after = mirrored ? n : valid - n;
            float early = (re[n] - im[n]) * weight;
            float late = (mirrored ? re[after] + im[after] : re[after] - im[after]) * weight;
            index -= step;
            if (early > largest)
            {
                largest = early;
            }

            if (early < least)
            {
                least = early;
            }

            if (late > largest)
            {
                largest = late;
            }

            if (late < least)
            {
                least = late;
            }
        }

        _nearest = least;
        _farthest = largest;
    }

    /// <summary>
    /// Samples at a sixteenth of the rate whose filter lies within the block that starts at output <paramref name="start"/>: four running
    /// means of 16, which hold what would fold into 0 to 10 Hz at least 100 dB down.
    /// </summary>
    /// <returns>The next slow sample to be computed.</returns>
    private int Slow(float[] block, int valid, int start, int next)
    {
        float[] weights = _slowWeights;
        float[] slow = _slow;
        int end = valid - SlowTaps;
        int at = (next << SlowHalvings) - start;
        while (at <= end && next < SlowBlock)
        {
            int from = at;
            int to = at + SlowTaps - 1;
            float sum = 0f;
            for (int i = 0; i < (SlowTaps >> 1); i++)
            {
                sum = sum + (weights[i] * (block[from] + block[to]));
                from++;
                to--;
            }

            slow[next] = sum + (weights[SlowTaps >> 1] * block[from]);
            next++;
            at += 1 << SlowHalvings;
        }

        _slowCount = next;
        return next;
    }

    /// <summary>One half of (1 + z + … + z^15)^4 / 65536 and its middle.</summary>
    private static float[] SlowWeights()
    {
        return new float[]
        {
            1.52587890625e-05f, 6.103515625e-05f, 0.000152587890625f, 0.00030517578125f, 0.0005340576171875f, 0.0008544921875f,
            0.00128173828125f, 0.0018310546875f, 0.0025177001953125f, 0.00335693359375f, 0.004364013671875f, 0.00555419921875f,
            0.0069427490234375f, 0.008544921875f, 0.0103759765625f, 0.012451171875f, 0.0147247314453125f, 0.01715087890625f,
            0.019683837890625f, 0.02227783203125f, 0.0248870849609375f, 0.0274658203125f, 0.02996826171875f, 0.0323486328125f,
            0.0345611572265625f, 0.03656005859375f, 0.038299560546875f, 0.03973388671875f, 0.0408172607421875f, 0.04150390625f,
            0.041748046875f,
        };
    }
}
