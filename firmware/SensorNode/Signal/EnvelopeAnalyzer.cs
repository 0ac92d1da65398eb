namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Envelope spectrum pooled over bands. The signal (about 13 333 Hz) is cut into overlapping blocks of 8192 samples; each block is transformed
/// once, each band's bins are moved down and transformed back with 1024 points, which gives the band's analytic signal at an eighth of the
/// rate; its square is the envelope. The middle of each block is kept, so a band's envelope is as long as the capture. Each envelope is
/// divided by its mean, windowed (Hann), transformed, and its power spectrum divided by its own floor; the bands are averaged and the floor
/// is taken out once more. A line of the result says how far it stands above its surroundings, whatever the machine's level.
/// </summary>
public sealed class EnvelopeAnalyzer
{
    /// <summary>Most bands.</summary>
    public const int MaximumBands = 8;

    /// <summary>Width of a band in hertz where the range is wide enough: what an envelope at 1667 Hz can carry.</summary>
    public const int BandHertz = 870;

    /// <summary>Narrowest range that can be analysed, in hertz.</summary>
    public const int LeastRangeHertz = 300;

    /// <summary>Frequency up to which the envelope spectrum is computed, in hertz.</summary>
    public const float HighestHertz = 600f;

    /// <summary>Most chunks whose impulsiveness is measured in a capture.</summary>
    private const int MaximumChunks = 12;

    private const int BlockLength = Workspace.BlockLength;
    private const int BandPoints = 1024;
    private const int KeptPoints = 768;
    private const int SkippedPoints = (BandPoints - KeptPoints) >> 1;

    /// <summary>Distance of neighbouring bands where there is room, in hertz: they overlap by a third.</summary>
    private const int BandSpacingHertz = 576;

    /// <summary>Bins over which a band's edge falls off: it shortens the ringing that would leak across block edges.</summary>
    private const int EdgeBins = 32;

    private readonly Workspace _workspace;
    private readonly SpectralFloor _floor;
    private readonly float[][] _envelopes = new float[MaximumBands][];
    private readonly float[] _mask = new float[BandPoints];
    private readonly float[] _band;
    private readonly float[] _chunks = new float[MaximumChunks];
    private int _chunkCount;

    /// <summary>The pooled spectrum after <see cref="Analyze"/>: power over floor; about 0.7 on average where there is only noise.</summary>
    public readonly float[] Spectrum;

    /// <summary>Number of valid values in <see cref="Spectrum"/>; value i stands at i × <see cref="StepHertz"/>.</summary>
    public int Count;

    /// <summary>Distance of two values of <see cref="Spectrum"/> in hertz.</summary>
    public float StepHertz;

    /// <summary>What the capture's length can resolve, in hertz: 1 / duration.</summary>
    public float ResolutionHertz;

    /// <summary>
    /// Impulsiveness: ln(mean e² / (mean e)²) of the squared envelope e of the whole range, the median over chunks of 0.23 s, so that a single
    /// knock does not count. ln 2 = 0.69 for Gaussian noise, 0 for a steady tone.
    /// </summary>
    public float Impulsiveness;

    /// <param name="workspace">Transforms and scratch.</param>
    /// <param name="maximumSamples">Longest signal, at most 32 768 samples.</param>
    public EnvelopeAnalyzer(Workspace workspace, int maximumSamples)
    {
        _workspace = workspace;
        _floor = new SpectralFloor();
        int points = (maximumSamples >> 3) + 1;
        for (int band = 0; band < MaximumBands; band++)
        {
            _envelopes[band] = new float[points];
        }

        _band = new float[SpectralFloor.MaximumLength];
        Spectrum = new float[SpectralFloor.MaximumLength];
    }

    /// <summary>Analyses a signal. Its ends are tapered in place.</summary>
    /// <param name="samples">The signal, without its mean.</param>
    /// <param name="count">Number of samples, 1024 to the maximum of the constructor.</param>
    /// <param name="rateHertz">Sampling rate of the signal.</param>
    /// <param name="lowHertz">Lower edge of the range.</param>
    /// <param name="highHertz">Upper edge of the range, below 0.42 × rate; at least <see cref="LeastRangeHertz"/> above the lower one.</param>
    /// <param name="floorHertz">Width over which the floor is taken: two shaft orders.</param>
    /// <returns>Whether there is anything to analyse: false where the range holds no energy at all.</returns>
    public bool Analyze(float[] samples, int count, float rateHertz, int lowHertz, int highHertz, float floorHertz)
    {
        Taper(samples, count);

        float binHertz = rateHertz * (1f / BlockLength);
        float inverseBin = Division.Float(1f, binHertz);
        int range = highHertz - lowHertz;
        int width = range < BandHertz ? range : BandHertz;
        int bands = 1 + Division.Integer(range - width + BandSpacingHertz - 1, BandSpacingHertz);
        if (bands > MaximumBands)
        {
            bands = MaximumBands;
        }

        int widthBins = Rounding.Nearest(width * inverseBin, EdgeBins << 1, BandPoints);
        FillMask(widthBins);

        int points = count >> 3;
        _chunkCount = 0;
        int firstBin = Rounding.Nearest(lowHertz * inverseBin, 1, BlockLength >> 1);
        int lastBin = Rounding.Nearest(highHertz * inverseBin, firstBin, BlockLength >> 1);
        for (int firstPoint = 0; firstPoint < points; firstPoint += KeptPoints)
        {
            TransformBlock(samples, count, (firstPoint - SkippedPoints) << 3);
            int kept = points - firstPoint < KeptPoints ? points - firstPoint : KeptPoints;
            for (int band = 0; band < bands; band++)
            {
                int from = firstBin;
                if (bands > 1)
                {
                    from += Rounding.Nearest(Division.Float((range - width) * band, bands - 1) * inverseBin);
                }

                ExtractBand(from, widthBins, _envelopes[band], firstPoint, kept);
            }

            MeasureChunks(firstBin, lastBin, count, firstPoint << 3);
        }

        Impulsiveness = MedianOfChunks();

        int length = points > 2048 ? 4096 : 2048;
        StepHertz = Division.Float(rateHertz * 0.125f, length);
        ResolutionHertz = Division.Float(rateHertz * 0.125f, points);
        Count = Rounding.Nearest(Division.Float(HighestHertz, StepHertz), 1, SpectralFloor.MaximumLength - 1) + 1;
        float[] spectrum = Spectrum;
        for (int i = 0; i < Count; i++)
        {
            spectrum[i] = 0f;
        }

        int blockBins = Rounding.Nearest(Division.Float(floorHertz, StepHertz), SpectralFloor.LeastBlock, SpectralFloor.MaximumBlock);
        HannWindow.FillHalf(_workspace.Window, points);
        int used = 0;
        for (int band = 0; band < bands; band++)
        {
            if (BandSpectrum(_envelopes[band], points, length))
            {
                float[] one = _band;
                _floor.Normalize(one, Count, blockBins);
                for (int i = 0; i < Count; i++)
                {
                    spectrum[i] = spectrum[i] + one[i];
                }

                used++;
            }
        }

        if (used == 0)
        {
            Count = 0;
            return false;
        }

        _floor.Normalize(spectrum, Count, blockBins);
        return true;
    }

    /// <summary>Raised-cosine ends over 2.5 % of the signal each.</summary>
    private static void Taper(float[] samples, int count)
    {
        float[] cosine = CosineTable.Quarter;
        int ends = Division.Integer(count, 40);
        int step = Division.Integer((CosineTable.QuarterLength << 1) << 16, ends);
        int phase = 0;
        int mirror = count - 1;
        for (int i = 0; i < ends; i++)
        {
            int index = phase >> 16;
            float value = index < CosineTable.QuarterLength ? cosine[index] : -cosine[(CosineTable.QuarterLength << 1) - index];
            float weight = 0.5f - (0.5f * value);
            samples[i] = samples[i] * weight;
            samples[mirror - i] = samples[mirror - i] * weight;
            phase += step;
        }
    }

    /// <summary>Weights of a band's bins: 1, falling to 0 as a raised cosine over <see cref="EdgeBins"/> at either edge.</summary>
    private void FillMask(int widthBins)
    {
        float[] cosine = CosineTable.Quarter;
        const int Step = (CosineTable.QuarterLength << 1) / EdgeBins;
        for (int i = 0; i < widthBins; i++)
        {
            int edge = i < widthBins - 1 - i ? i : widthBins - 1 - i;
            float weight = 1f;
            if (edge < EdgeBins)
            {
                int index = (edge * Step) + (Step >> 1);
                float value = index < CosineTable.QuarterLength ? cosine[index] : -cosine[(CosineTable.QuarterLength << 1) - index];
                weight = 0.5f - (0.5f * value);
            }

            // 2 / 8192: the analytic signal in counts.
            _mask[i] = weight * 0.000244140625f;
        }
    }

    /// <summary>Transforms the block from sample <paramref name="start"/> on; samples outside the signal are 0.</summary>
    private void TransformBlock(float[] samples, int count, int start)
    {
        float[] buffer = _workspace.Samples;
        int before = start < 0 ? -start : 0;
        int end = count - start;
        if (end > BlockLength)
        {
            end = BlockLength;
        }

        for (int i = 0; i < before; i++)
        {
            buffer[i] = 0f;
        }

        for (int i = before; i < end; i++)
        {
            buffer[i] = samples[start + i];
        }

        for (int i = end; i < BlockLength; i++)
        {
            buffer[i] = 0f;
        }

        _workspace.Block.Forward(buffer, _workspace.Re, _workspace.Im);
    }

    /// <summary>Squared envelope of the band that starts at bin <paramref name="from"/>, the kept points only.</summary>
    private void ExtractBand(int from, int widthBins, float[] envelope, int firstPoint, int kept)
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] bandRe = _workspace.BandRe;
        float[] bandIm = _workspace.BandIm;
        float[] mask = _mask;
        LongComplexFft transform = _workspace.Complex1024;
        short[] order = transform.Order;
        for (int i = 0; i < widthBins; i++)
        {
            int target = order[i];
            float weight = mask[i];
            bandRe[target] = re[from + i] * weight;
            bandIm[target] = im[from + i] * weight;
        }

        for (int i = widthBins; i < BandPoints; i++)
        {
            int target = order[i];
            bandRe[target] = 0f;
            bandIm[target] = 0f;
        }

        // Parts swapped: the inverse transform.
        transform.Transform(bandIm, bandRe);
        int source = SkippedPoints;
        int end = firstPoint + kept;
        for (int i = firstPoint; i < end; i++)
        {
            float a = bandRe[source];
            float b = bandIm[source];
            envelope[i] = (a * a) + (b * b);
            source++;
        }
    }

    /// <summary>Impulsiveness of the kept part of the block, in two chunks, from the whole range at half the rate.</summary>
    private void MeasureChunks(int firstBin, int lastBin, int count, int firstSample)
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] bandRe = _workspace.BandRe;
        float[] bandIm = _workspace.BandIm;
        LongComplexFft transform = _workspace.Complex4096;
        short[] order = transform.Order;
        int length = transform.Length;
        int bins = lastBin - firstBin;
        for (int i = 0; i < length; i++)
        {
            int target = order[i];
            if (i <= bins)
            {
                bandRe[target] = re[firstBin + i] * 0.000244140625f;
                bandIm[target] = im[firstBin + i] * 0.000244140625f;
            }
            else
            {
                bandRe[target] = 0f;
                bandIm[target] = 0f;
            }
        }

        transform.Transform(bandIm, bandRe);

        const int ChunkPoints = KeptPoints << 1;
        int taper = Division.Integer(count, 40);
        for (int chunk = 0; chunk < 2; chunk++)
        {
            // One point here is two samples; the tapered ends of the signal do not count.
            int firstPoint = (SkippedPoints << 2) + (chunk * ChunkPoints);
            int sample = firstSample + (chunk * ChunkPoints << 1);
            int from = firstPoint + (taper - sample > 0 ? (taper - sample + 1) >> 1 : 0);
            int room = (count - taper - sample) >> 1;
            int to = firstPoint + (room < ChunkPoints ? room : ChunkPoints);
            int points = to - from;
            if (points < ChunkPoints >> 1 || _chunkCount == MaximumChunks)
            {
                continue;
            }

            float sum = 0f;
            float squares = 0f;
            for (int i = from; i < to; i++)
            {
                float a = bandRe[i];
                float b = bandIm[i];
                float e = (a * a) + (b * b);
                sum = sum + e;
                squares = squares + (e * e);
            }

            float ratio = Division.Float(Division.Float(squares, sum) * points, sum);
            _chunks[_chunkCount] = Logarithm.Of(ratio > 1f ? ratio : 1f);
            _chunkCount++;
        }
    }

    private float MedianOfChunks()
    {
        if (_chunkCount == 0)
        {
            return 0f;
        }

        float[] chunks = _chunks;
        for (int i = 1; i < _chunkCount; i++)
        {
            float value = chunks[i];
            int at = i;
            while (at > 0 && chunks[at - 1] > value)
            {
                chunks[at] = chunks[at - 1];
                at--;
            }

            chunks[at] = value;
        }

        int middle = _chunkCount >> 1;
        return (_chunkCount & 1) != 0 ? chunks[middle] : 0.5f * (chunks[middle - 1] + chunks[middle]);
    }

    /// <summary>Power spectrum of one envelope into <c>_band</c>; false where the band holds no energy.</summary>
    private bool BandSpectrum(float[] envelope, int points, int length)
    {
        float sum = 0f;
        for (int i = 0; i < points; i++)
        {
            sum = sum + envelope[i];
        }

        if (sum < 1e-20f)
        {
            return false;
        }

        float inverse = Division.Float(points, sum);
        float[] buffer = _workspace.Samples;
        float[] window = _workspace.Window;
        int middle = points >> 1;
        buffer[0] = 0f;
        for (int i = 1; i <= middle; i++)
        {
            float weight = window[i];
            buffer[i] = ((envelope[i] * inverse) - 1f) * weight;
            buffer[points - i] = ((envelope[points - i] * inverse) - 1f) * weight;
        }

        for (int i = points; i < length; i++)
        {
            buffer[i] = 0f;
        }

        RealFft transform = length == 2048 ? _workspace.Real2048 : _workspace.Real4096;
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        transform.Forward(buffer, re, im);
        float[] power = _band;
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            float a = re[i];
            float b = im[i];
            power[i] = (a * a) + (b * b);
        }

        return true;
    }
}
