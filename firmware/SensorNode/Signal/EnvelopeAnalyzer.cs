namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Envelope spectrum pooled over bands and windows. A window is transformed once; the bins of each band are moved down and transformed back
/// with an eighth of the points, which gives the band's squared envelope e at an eighth of the rate. What is looked at is e / (e + 2 · mean e):
/// as e where that is small, never more than 1, so that a few large blows do not outweigh the many. It is divided by its mean, windowed
/// (Hann), transformed, and its power spectrum divided by its own floor; the spectra of all bands and all windows are averaged and the floor
/// is taken out once more. A line of the result says how far it stands above its surroundings, whatever the machine's level and whichever
/// band carries it.
/// </summary>
/// <remarks>
/// The range is cut into four bands (a narrow one into fewer) without gap or overlap. Where the shaft is so fast that an eighth of the rate does not carry the second
/// harmonic of a bearing's defect, the window is halved and the bands get as many points as before, which doubles the envelope's rate: a fast
/// shaft turns as often in half the time, so the resolution in orders stays. Twice halved, it does for 17 000 rpm.
/// </remarks>
public sealed class EnvelopeAnalyzer
{
    /// <summary>Narrowest range that can be analysed, in hertz.</summary>
    public const int LeastRangeHertz = 300;

    /// <summary>Frequency up to which the envelope spectrum is computed at least, in hertz, where the rate carries it.</summary>
    public const float UsualHertz = 600f;

    /// <summary>Share of half the envelope's rate up to which its spectrum is looked at.</summary>
    public const float CarriedShare = 0.94f;

    /// <summary>Most windows of a capture; what follows is not looked at.</summary>
    public const int MaximumWindows = 64;

    /// <summary>Lower edge of the band whose share of the energy is measured, in hertz: above what rotors, blades and most gears excite.</summary>
    public const float HighBandLowHertz = 2000f;

    /// <summary>Its upper edge: below the resonance of a magnetic mounting, and carried by every rate from 9 kHz on.</summary>
    public const float HighBandHighHertz = 4000f;

    /// <summary>The high band is measured where the rate carries it to here at least, in hertz.</summary>
    private const float HighBandLeastHertz = 3500f;

    /// <summary>Edges of the band it is compared with: that of the velocity.</summary>
    private const float LowBandLowHertz = 10f;
    private const float LowBandHighHertz = 1000f;

    private const int MostBands = 4;

    /// <summary>Bands narrower than this, in hertz, carry too little of a comb: a narrow range is cut into fewer.</summary>
    private const float LeastBandHertz = 600f;

    /// <summary>Share of the envelope's rate that a band may take.</summary>
    private const float BandShare = 0.85f;

    /// <summary>Most halvings of the window.</summary>
    public const int MostHalvings = 2;

    /// <summary>Pieces of a window of which the impulsiveness is made; the loudest two neighbours do not count.</summary>
    private const int Pieces = 16;

    /// <summary>The shortest transform there is.</summary>
    private const int LeastTransform = 256;

    /// <summary>Squared envelope, in units of its mean, that counts half as much as it would without a bound.</summary>
    private const float Saturation = 2f;

    /// <summary>Bins of the longest window over which a band's edge falls off: it shortens the ringing.</summary>
    private const int EdgeBins = 32;

    /// <summary>Each end of a window that is tapered is one part in this.</summary>
    private const int TaperShare = 40;

    private readonly Workspace _workspace;
    private readonly SpectralFloor _floor;
    private readonly RealFft[] _blocks = new RealFft[MostHalvings + 1];
    private readonly ComplexFft _band;
    private readonly RealFft _transform;
    private readonly float[] _hann;
    private readonly float[] _edge;
    private readonly float[] _taper;
    private readonly int _longest;
    private readonly int _energyAt;
    private readonly float[] _bandPieces = new float[MostBands * Pieces];
    private readonly float[] _impulsiveness;
    private float _rateHertz;
    private int _halvings;
    private int _bands;
    private int _divisor;
    private int _firstBin;
    private int _bandBins;
    private int _floorBins;
    private int _hannPoints;
    private int _tapered;
    private int _used;
    private float _highEnergy;
    private float _lowEnergy;
    private float _samples;

    /// <summary>The pooled spectrum after <see cref="Close"/>: power over floor; about 0.7 on average where there is only noise.</summary>
    public readonly float[] Spectrum;

    /// <summary>Number of valid values in <see cref="Spectrum"/>; value i stands at i × <see cref="StepHertz"/>.</summary>
    public int Count;

    /// <summary>Distance of two values of <see cref="Spectrum"/> in hertz.</summary>
    public float StepHertz;

    /// <summary>What a window's length can resolve, in hertz: 1 / duration.</summary>
    public float ResolutionHertz;

    /// <summary>Windows taken in.</summary>
    public int Windows;

    /// <summary>
    /// Impulsiveness, the median over the windows: ln 2 + ln(mean E² / mean² E) − ln(1 + Σ pᵢ²), E the short-time energy of all bands together
    /// and pᵢ their shares of it. The last term is what E of Gaussian noise with these shares has; so noise of any colour has ln 2 = 0.69 (as
    /// the squared envelope of white noise), a steady tone less, blows more. Of each window the loudest eighth is left out: one knock does not count.
    /// </summary>
    public float Impulsiveness;

    /// <summary>Energy from 2 to 4 kHz over that from 10 to 1000 Hz; negative where the rate does not carry 3.5 kHz.</summary>
    public float HighRatio;

    /// <summary>Mean square from 2 to 4 kHz in counts²; negative where the rate does not carry 3.5 kHz.</summary>
    public float HighMeanSquare;

    /// <param name="workspace">Scratch, and the length of a window.</param>
    public EnvelopeAnalyzer(Workspace workspace)
        : this(workspace, new float[LongestSpectrum(workspace.WindowLength)], MaximumWindows)
    {
    }

    /// <param name="workspace">Scratch, and the length of a window.</param>
    /// <param name="spectrum">Becomes <see cref="Spectrum"/>; <see cref="LongestSpectrum"/> long or longer. Void from <see cref="Open"/> on.</param>
    /// <param name="mostWindows">Windows that are looked at, at most <see cref="MaximumWindows"/>.</param>
    public EnvelopeAnalyzer(Workspace workspace, float[] spectrum, int mostWindows)
    {
        _workspace = workspace;
        Spectrum = spectrum;
        _impulsiveness = new float[mostWindows];

        // The energies stand in the middle of the samples, of which a band takes less than the first half.
        _energyAt = workspace.Samples.Length >> 1;
        int window = workspace.WindowLength;
        int points = window >> 3;
        int length = points < LeastTransform ? LeastTransform : points;
        for (int halvings = 0; halvings <= MostHalvings; halvings++)
        {
            _blocks[halvings] = workspace.Transform(window >> (halvings & 31));
        }

        _band = new ComplexFft(points, workspace.Cosine);

        // One after the other, so a block's transform of the same length does.
        RealFft transform = null;
        for (int halvings = 0; halvings <= MostHalvings; halvings++)
        {
            transform = _blocks[halvings].Length == length ? _blocks[halvings] : transform;
        }

        _transform = transform ?? workspace.Transform(length);
        _longest = LongestSpectrum(window);
        _floor = new SpectralFloor(_longest, workspace.Samples);
        _hann = new float[(points >> 1) + 1];
        _edge = new float[Division.Integer(window * EdgeBins, Workspace.LongestWindow)];
        _taper = new float[Division.Integer(window, TaperShare)];
        FillTaper(window);
    }

    /// <summary>Most values that a spectrum of windows of so many samples has.</summary>
    public static int LongestSpectrum(int windowLength)
    {
        int points = windowLength >> 3;
        return ((points < LeastTransform ? LeastTransform : points) >> 1) + 1;
    }

    /// <summary>Samples of a window, after <see cref="Open"/>.</summary>
    public int WindowLength
    {
        get { return _workspace.WindowLength >> (_halvings & 31); }
    }

    /// <summary>Highest frequency an envelope spectrum can show, in hertz.</summary>
    /// <param name="rateHertz">Rate of the signal.</param>
    /// <param name="halvings">How often the window is halved.</param>
    public static float CarriedHertz(float rateHertz, int halvings)
    {
        return rateHertz * (0.0625f * CarriedShare) * (1 << (halvings & 31));
    }

    /// <summary>Width of a band in hertz: how far apart two parts of a signal can be whose beat is still in its envelope.</summary>
    /// <param name="rateHertz">Rate of the signal.</param>
    /// <param name="lowHertz">Lower edge of the range.</param>
    /// <param name="highHertz">Upper edge of the range.</param>
    /// <param name="halvings">How often the window is halved.</param>
    public static float BandHertz(float rateHertz, float lowHertz, float highHertz, int halvings)
    {
        return Division.Float(highHertz - lowHertz, BandsFor(rateHertz, highHertz - lowHertz, halvings));
    }

    /// <summary>Four bands, or fewer where they would be narrow, as long as the envelope's rate carries their width.</summary>
    private static int BandsFor(float rateHertz, float range, int halvings)
    {
        float widest = rateHertz * (0.125f * BandShare) * (1 << (halvings & 31));
        int bands = MostBands;
        while (bands > 1 && range < LeastBandHertz * bands && range <= widest * (bands - 1))
        {
            bands--;
        }

        return bands;
    }

    /// <summary>Forgets the last capture.</summary>
    /// <param name="rateHertz">Sampling rate of the windows to come.</param>
    /// <param name="lowHertz">Lower edge of the range.</param>
    /// <param name="highHertz">Upper edge of the range, at most 0.45 × rate; at least <see cref="LeastRangeHertz"/> above the lower one.</param>
    /// <param name="floorHertz">Width over which the floor is taken.</param>
    /// <param name="topHertz">Frequency up to which the spectrum is wanted.</param>
    /// <param name="halvings">How often the window is halved, 0 to <see cref="MostHalvings"/>.</param>
    public void Open(float rateHertz, float lowHertz, float highHertz, float floorHertz, float topHertz, int halvings)
    {
        _halvings = halvings;
        _divisor = 3 - halvings;
        int window = WindowLength;
        float inverseBin = Division.Float(window, rateHertz);
        _rateHertz = rateHertz;
        int edge = EdgeOf(window);
        int length = _transform.Length;
        _bands = BandsFor(rateHertz, highHertz - lowHertz, halvings);
        _bandBins = Rounding.Nearest(Division.Float((highHertz - lowHertz) * inverseBin, _bands), edge << 1, _band.Length);
        _firstBin = Rounding.Nearest(lowHertz * inverseBin, 1, (window >> 1) - (_bandBins * _bands));
        StepHertz = Division.Float(rateHertz, length << (_divisor & 31));
        float carried = CarriedHertz(rateHertz, halvings);
        float width = BandHertz(rateHertz, lowHertz, highHertz, halvings);
        if (width < carried)
        {
            carried = width;
        }

        Count = Rounding.Nearest(Division.Float(topHertz < carried ? topHertz : carried, StepHertz), 16, (length >> 1) - 2) + 1;
        _floorBins = Rounding.Nearest(Division.Float(floorHertz, StepHertz), SpectralFloor.LeastBlock, _longest);
        float[] spectrum = Spectrum;
        int longest = _longest;
        for (int i = 0; i < longest; i++)
        {
            spectrum[i] = 0f;
        }

        FillEdge(edge);
        _hannPoints = 0;
        _used = 0;
        _highEnergy = 0f;
        _lowEnergy = 0f;
        _samples = 0f;
        Windows = 0;
    }

    /// <summary>Takes in the window that stands in the workspace's samples, without its mean.</summary>
    /// <param name="valid">Number of samples, half a window to a whole one; the rest is filled up with zeros.</param>
    public void Add(int valid)
    {
        if (Windows >= _impulsiveness.Length)
        {
            return;
        }

        float[] samples = _workspace.Samples;
        int window = WindowLength;
        for (int i = valid; i < window; i++)
        {
            samples[i] = 0f;
        }

        Taper(samples, valid);
        _blocks[_halvings].Forward(samples, _workspace.Re, _workspace.Im);
        MeasureLevels(window, valid);

        int points = valid >> (_divisor & 31);
        ResolutionHertz = Division.Float(_rateHertz, points << (_divisor & 31));
        if (_hannPoints != points)
        {
            HannWindow.FillHalf(_hann, points, _workspace.Cosine);
            _hannPoints = points;
        }

        int energyEnd = _energyAt + points;
        for (int i = _energyAt; i < energyEnd; i++)
        {
            samples[i] = 0f;
        }

        int piece = points >> 4;
        int bands = _bands;
        for (int band = 0; band < bands; band++)
        {
            Lower(window, _firstBin + (band * _bandBins));
            float sum = Energies(points, piece, band * Pieces);
            if (sum > 1e-12f)
            {
                AddSpectrum(points, Division.Float(points, Saturate(points, Division.Float(Saturation * sum, points))));
                _used++;
            }
        }

        _impulsiveness[Windows] = Blows(piece);
        Windows++;
    }

    /// <summary>Pools what was taken in.</summary>
    /// <returns>Whether there is anything to see: false where no band held any energy.</returns>
    public bool Close()
    {
        bool measured = _highEnergy >= 0f && _samples > 0f;
        HighRatio = measured ? Division.Float(_highEnergy, _lowEnergy) : -1f;
        HighMeanSquare = measured ? Division.Float(_highEnergy, _samples) : -1f;
        Impulsiveness = MedianOfWindows();
        if (_used == 0)
        {
            Count = 0;
            return false;
        }

        _floor.Normalize(Spectrum, Count, _floorBins);
        return true;
    }

    /// <summary>Raised-cosine ends over 2.5 % of the window each.</summary>
    private void Taper(float[] samples, int count)
    {
        if (_tapered != count)
        {
            FillTaper(count);
        }

        float[] taper = _taper;
        int ends = Division.Integer(count, TaperShare);
        int mirror = count - 1;
        for (int i = 0; i < ends; i++)
        {
            float weight = taper[i];
            samples[i] = samples[i] * weight;
            samples[mirror] = samples[mirror] * weight;
            mirror--;
        }
    }

    /// <summary>Its weights, for whole windows once; a shorter one, and the next whole one, take pieces of the table as garbage.</summary>
    private void FillTaper(int count)
    {
        _tapered = count;
        var reader = new CosineReader();
        int ends = Division.Integer(count, TaperShare);
        int step = Division.Integer((CosineTable.QuarterLength << 1) << 16, ends);
        int phase = step >> 1;
        for (int i = 0; i < ends; i++)
        {
            _taper[i] = 0.5f - (0.5f * reader.At(phase >> 16));
            phase += step;
        }
    }

    /// <summary>Bins over which a band's edge falls off.</summary>
    private static int EdgeOf(int window)
    {
        return Division.Integer(window * EdgeBins, Workspace.LongestWindow);
    }

    /// <summary>The first half of a raised cosine; the scale of a band, 2 / window, is put in where it is used.</summary>
    private void FillEdge(int edge)
    {
        float[] cosine = _workspace.Cosine;
        int quarter = cosine.Length - 1;
        int step = Division.Integer(quarter << 1, edge);
        int index = step >> 1;
        for (int i = 0; i < edge; i++)
        {
            float value = index < quarter ? cosine[index] : -cosine[(quarter << 1) - index];
            _edge[i] = 0.5f - (0.5f * value);
            index += step;
        }
    }

    /// <summary>Energies of the high and of the low band.</summary>
    private void MeasureLevels(int window, int valid)
    {
        int half = window >> 1;
        float inverseBin = Division.Float(window, _rateHertz);
        float carried = _rateHertz * 0.45f;
        if (carried < HighBandLeastHertz)
        {
            _highEnergy = -1f;
            return;
        }

        float high = carried < HighBandHighHertz ? carried : HighBandHighHertz;

        // Parseval: the mean square is 2 Σ|X|² / (window · valid); the taper takes 3 % of it, high and low alike.
        float scale = Division.Float(2f, window);
        _highEnergy = _highEnergy + (scale * Energy(HighBandLowHertz * inverseBin, high * inverseBin, half));
        _lowEnergy = _lowEnergy + (scale * Energy(LowBandLowHertz * inverseBin, LowBandHighHertz * inverseBin, half));
        _samples = _samples + valid;
    }

    private float Energy(float from, float to, int half)
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        int last = Rounding.Nearest(to, 1, half);
        float sum = 0f;
        for (int i = Rounding.Nearest(from, 1, half); i < last; i++)
        {
            float a = re[i];
            float b = im[i];
            sum = sum + ((a * a) + (b * b));
        }

        return sum;
    }

    /// <summary>
    /// Moves the band that starts at bin <paramref name="from"/> down to zero and transforms it back: its squared envelope in counts², into the
    /// workspace's samples.
    /// </summary>
    private void Lower(int window, int from)
    {
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        float[] bandRe = _workspace.BandRe;
        float[] bandIm = _workspace.BandIm;
        float[] edge = _edge;
        int points = _band.Length;
        int bins = _bandBins;
        int edgeBins = EdgeOf(window);
        float scale = Division.Float(2f, window);
        int source = from;
        for (int i = 0; i < edgeBins; i++)
        {
            float weight = scale * edge[i];
            bandRe[i] = re[source] * weight;
            bandIm[i] = im[source] * weight;
            source++;
        }

        int flatEnd = bins - edgeBins;
        for (int i = edgeBins; i < flatEnd; i++)
        {
            bandRe[i] = re[source] * scale;
            bandIm[i] = im[source] * scale;
            source++;
        }

        int falling = edgeBins - 1;
        for (int i = flatEnd; i < bins; i++)
        {
            float weight = scale * edge[falling];
            bandRe[i] = re[source] * weight;
            bandIm[i] = im[source] * weight;
            source++;
            falling--;
        }

        for (int i = bins; i < points; i++)
        {
            bandRe[i] = 0f;
            bandIm[i] = 0f;
        }

        // Parts swapped: the inverse transform.
        _band.Power(bandIm, bandRe, _workspace.Samples);
    }

    /// <summary>Adds the band's energies to those of the window and sums them by pieces.</summary>
    /// <returns>Their sum.</returns>
    private float Energies(int points, int piece, int pieces)
    {
        float[] band = _workspace.Samples;
        float[] bandPieces = _bandPieces;
        float sum = 0f;
        int at = 0;
        int energyAt = _energyAt;
        for (int p = 0; p < Pieces; p++)
        {
            float pieceSum = 0f;
            int end = p == Pieces - 1 ? points : at + piece;
            while (at < end)
            {
                float e = band[at];
                band[energyAt] = band[energyAt] + e;
                pieceSum = pieceSum + e;
                at++;
                energyAt++;
            }

            bandPieces[pieces + p] = pieceSum;
            sum = sum + pieceSum;
        }

        return sum;
    }

    /// <summary>e / (e + half) in place of each squared envelope e.</summary>
    /// <returns>The sum of the results.</returns>
    private float Saturate(int points, float half)
    {
        float[] band = _workspace.Samples;
        float sum = 0f;
        for (int i = 0; i < points; i++)
        {
            float e = band[i];
            e = Division.Float(e, e + half);
            band[i] = e;
            sum = sum + e;
        }

        return sum;
    }

    /// <summary>Power spectrum of the envelope over its floor, added to the pool.</summary>
    private void AddSpectrum(int points, float inverse)
    {
        float[] buffer = _workspace.Samples;
        float[] hann = _hann;
        int middle = points >> 1;
        int mirror = points - 1;
        buffer[0] = 0f;
        for (int i = 1; i < middle; i++)
        {
            float weight = hann[i];
            buffer[i] = ((buffer[i] * inverse) - 1f) * weight;
            buffer[mirror] = ((buffer[mirror] * inverse) - 1f) * weight;
            mirror--;
        }

        for (int i = middle; i <= mirror; i++)
        {
            buffer[i] = ((buffer[i] * inverse) - 1f) * hann[points - i];
        }

        int length = _transform.Length;
        for (int i = points; i < length; i++)
        {
            buffer[i] = 0f;
        }

        float[] re = _workspace.BandRe;
        float[] im = _workspace.BandIm;
        _transform.Forward(buffer, re, im);
        float[] power = re;
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            float a = re[i];
            float b = im[i];
            power[i] = (a * a) + (b * b);
        }

        _floor.Normalize(power, count, _floorBins);
        float[] spectrum = Spectrum;
        for (int i = 0; i < count; i++)
        {
            spectrum[i] = spectrum[i] + power[i];
        }
    }

    /// <summary>Impulsiveness of the window whose energies are summed up.</summary>
    private float Blows(int piece)
    {
        float[] energy = _workspace.Samples;
        float[] bandPieces = _bandPieces;
        int bands = _bands;

        // In units of the mean, so that squares of squares stay small.
        float all = 0f;
        for (int i = 0; i < bands * Pieces; i++)
        {
            all = all + bandPieces[i];
        }

        float unit = Division.Float(piece * Pieces, all);
        float total = 0f;
        float before = 0f;
        float loudest = -1f;
        int loudestAt = 0;
        int at = _energyAt;
        for (int p = 0; p < Pieces; p++)
        {
            float squares = 0f;
            int end = at + piece;
            while (at < end)
            {
                float e = energy[at] * unit;
                squares = squares + (e * e);
                at++;
            }

            total = total + squares;
            if (p > 0 && before + squares > loudest)
            {
                loudest = before + squares;
                loudestAt = p - 1;
            }

            before = squares;
        }

        float rest = total - loudest;
        float sum = 0f;
        float shares = 0f;
        for (int band = 0; band < bands; band++)
        {
            float part = 0f;
            int first = band * Pieces;
            for (int p = 0; p < Pieces; p++)
            {
                if (p != loudestAt && p != loudestAt + 1)
                {
                    part = part + (bandPieces[first + p] * unit);
                }
            }

            sum = sum + part;
            shares = shares + (part * part);
        }

        if (sum <= 0f || rest <= 0f)
        {
            return 0f;
        }

        float inverse = Division.Float(1f, sum);
        float value = 0.6931472f + Logarithm.Of(rest * piece * (Pieces - 2) * inverse * inverse) - Logarithm.Of(1f + (shares * inverse * inverse));
        return value > 0f ? value : 0f;
    }

    private float MedianOfWindows()
    {
        if (Windows == 0)
        {
            return 0f;
        }

        float[] values = _impulsiveness;
        for (int i = 1; i < Windows; i++)
        {
            float value = values[i];
            int at = i;
            while (at > 0 && values[at - 1] > value)
            {
                values[at] = values[at - 1];
                at--;
            }

            values[at] = value;
        }

        int middle = Windows >> 1;
        return (Windows & 1) != 0 ? values[middle] : 0.5f * (values[middle - 1] + values[middle]);
    }
}
