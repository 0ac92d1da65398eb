namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Single lines of a velocity spectrum: peaks between bins and the lines at a shaft's orders. A tone's place between two bins follows from
/// the ratio of its two largest lines, which for Hann's window is exact (Grandke 1983): d = (2a − 1) / (a + 1); its level from the line's and
/// the window's known loss there. A lone tone is placed within a hundredth of a bin.
/// </summary>
public sealed class VelocityLines
{
    /// <summary>How far, as power, a line stands above its surroundings before it is one: noise does that in 1 of 10 000 lines.</summary>
    public const float LeastStanding = 16f;

    /// <summary>Most lines that <see cref="Find"/> keeps.</summary>
    public const int MaximumPeaks = 8;

    /// <summary>Bins on either side that a line's surroundings are taken from, beside its own main lobe.</summary>
    private const int SideBins = 16;

    private const int LobeBins = 3;
    private const int Passes = 3;

    /// <summary>How far from where it should be a shaft's line is looked for: a motor's slip and a name plate's rounding.</summary>
    private const float SpeedTolerance = 0.02f;

    private readonly VelocityMeter _meter;
    private readonly int[] _line = new int[MaximumPeaks];

    /// <summary>Number of peaks found.</summary>
    public int Count;

    /// <summary>Frequencies of the peaks in hertz, the largest velocity first.</summary>
    public readonly float[] Hertz = new float[MaximumPeaks];

    /// <summary>Squares of the peaks' velocity RMS in (counts·s)².</summary>
    public readonly float[] MeanSquares = new float[MaximumPeaks];

    /// <param name="meter">Whose spectrum is looked at.</param>
    public VelocityLines(VelocityMeter meter)
    {
        _meter = meter;
    }

    /// <summary>Finds the largest lines of the velocity band.</summary>
    public void Find()
    {
        float[] power = _meter.Power;
        int last = _meter.Last;
        int near = (LobeBins + 1) * _meter.Padding;
        int far = near + (2 * _meter.Padding);
        Count = 0;
        float here = power[_meter.First];
        float before = power[_meter.First - 1];
        for (int k = _meter.First; k <= last; k++)
        {
            float next = power[k + 1];
            if (here > before && here >= next)
            {
                float velocity = here * Division.Float(1f, (float)k * k);
                if ((Count < MaximumPeaks || velocity > MeanSquares[MaximumPeaks - 1]) && Towers(power, k, near, far, last, here)
                    && here > LeastStanding * Surroundings(k))
                {
                    Insert(k, velocity);
                }
            }

            before = here;
            here = next;
        }

        for (int i = 0; i < Count; i++)
        {
            int k = _line[i];
            float place = Place(k);
            Hertz[i] = place * _meter.BinHertz;
            MeanSquares[i] = Level(k, place);
        }

        Sort();
    }

    /// <summary>
    /// The shaft's speed as its lines show it: the sub-bin place of the one of orders 1 to 3 that stands out most within 2 % of where it should
    /// be; the given speed where none stands out.
    /// </summary>
    public float Refine(float shaftHertz)
    {
        float best = LeastStanding;
        float refined = shaftHertz;
        for (int order = 1; order <= 3; order++)
        {
            int k = Largest(shaftHertz * order, SpeedTolerance);
            if (k > 0)
            {
                float standing = Standing(k);
                if (standing > best)
                {
                    best = standing;
                    refined = Division.Float(Place(k) * _meter.BinHertz, order);
                }
            }
        }

        return refined;
    }

    /// <summary>Square of the velocity RMS, in (counts·s)², of the line at a frequency; 0 where no line stands out within a bin and a half.</summary>
    public float At(float hertz)
    {
        int k = Largest(hertz, 0f);
        return k <= 0 || Standing(k) < LeastStanding ? 0f : Level(k, Place(k));
    }

    /// <summary>A cheap look first: of four lines nearby the three smaller ones together stay below half of it.</summary>
    private static bool Towers(float[] power, int k, int near, int far, int last, float here)
    {
        if (k < far || k + far > last)
        {
            return true;
        }

        float a = power[k - far];
        float b = power[k - near];
        float c = power[k + near];
        float d = power[k + far];
        float largest = a > b ? a : b;
        largest = c > largest ? c : largest;
        largest = d > largest ? d : largest;
        return a + b + c + d - largest < 0.5f * here;
    }

    /// <summary>How far a line stands above its surroundings, as power.</summary>
    private float Standing(int k)
    {
        float around = Surroundings(k);
        float power = _meter.Power[k];
        return around > 0f ? Division.Float(power, around) : power > 0f ? Division.Largest : 0f;
    }

    /// <summary>The largest line near a frequency that is no flank of one outside; 0 where there is none.</summary>
    private int Largest(float hertz, float tolerance)
    {
        float[] power = _meter.Power;
        float centre = Division.Float(hertz, _meter.BinHertz);
        float reach = centre * tolerance;
        float least = 1.5f * _meter.Padding;
        if (reach < least)
        {
            reach = least;
        }

        int last = _meter.Last;
        if (centre - reach < _meter.Padding || centre + reach > last)
        {
            return 0;
        }

        int from = Rounding.Nearest(centre - reach, 1, last);
        int to = Rounding.Nearest(centre + reach, 1, last);
        int best = 0;
        float largest = 0f;
        for (int k = from; k <= to; k++)
        {
            float here = power[k];
            if (here > largest && here >= power[k - 1] && here >= power[k + 1])
            {
                largest = here;
                best = k;
            }
        }

        return best;
    }

    /// <summary>Mean power on both sides of a line's main lobe, without what stands above three times that mean: neighbouring lines.</summary>
    private float Surroundings(int k)
    {
        float[] power = _meter.Power;
        int padding = _meter.Padding;
        int lobe = LobeBins * padding;
        int side = SideBins * padding;
        int last = _meter.Last + 2;
        int below = k - lobe;
        int above = k + lobe;
        int from = below - side + 1;
        int to = above + side - 1;
        if (from < 1)
        {
            from = 1;
        }

        if (to > last)
        {
            to = last;
        }

        float limit = Division.Largest;
        float mean = 0f;
        for (int pass = 0; pass < Passes; pass++)
        {
            float sum = 0f;
            int count = 0;
            for (int i = from; i <= below; i++)
            {
                float line = power[i];
                if (line < limit)
                {
                    sum = sum + line;
                    count++;
                }
            }

            for (int i = above; i <= to; i++)
            {
                float line = power[i];
                if (line < limit)
                {
                    sum = sum + line;
                    count++;
                }
            }

            mean = Division.Float(sum, count);
            limit = mean * 3f;
        }

        return mean;
    }

    /// <summary>Place of a line between the bins, in bins.</summary>
    private float Place(int k)
    {
        float[] power = _meter.Power;
        int padding = _meter.Padding;
        int lower = k - padding;
        float below = power[lower < 0 ? -lower : lower];
        float above = power[k + padding < power.Length ? k + padding : k];
        float larger = above >= below ? above : below;
        float ratio = SquareRoot.Of(Division.Float(larger, power[k]));
        float shift = Division.Float(ratio + ratio - 1f, ratio + 1f);
        shift = shift < 0f ? 0f : shift > 0.5f ? 0.5f : shift;
        shift = shift * padding;
        return above >= below ? k + shift : k - shift;
    }

    /// <summary>Square of the velocity RMS, in (counts·s)², of a tone at <paramref name="place"/> whose largest line is <paramref name="k"/>.</summary>
    private float Level(int k, float place)
    {
        float shift = Division.Float(place - k, _meter.Padding);
        float square = shift * shift;

        // The window's loss: (1 − d²)·πd / sin(πd), within 1e-6 for d up to a half.
        float loss = 1f + (square * (0.6449315f + (square * (0.2492122f + (square * (0.07614957f + (square * 0.02527725f)))))));
        float inverse = Division.Float(loss, place);
        return _meter.Power[k] * inverse * inverse * _meter.ToneScale;
    }

    private void Insert(int k, float velocity)
    {
        int at = Count < MaximumPeaks ? Count : MaximumPeaks - 1;
        while (at > 0 && MeanSquares[at - 1] < velocity)
        {
            MeanSquares[at] = MeanSquares[at - 1];
            _line[at] = _line[at - 1];
            at--;
        }

        MeanSquares[at] = velocity;
        _line[at] = k;
        if (Count < MaximumPeaks)
        {
            Count++;
        }
    }

    /// <summary>Largest first; the exact levels may order near equals anew.</summary>
    private void Sort()
    {
        for (int i = 1; i < Count; i++)
        {
            float level = MeanSquares[i];
            float hertz = Hertz[i];
            int at = i;
            while (at > 0 && MeanSquares[at - 1] < level)
            {
                MeanSquares[at] = MeanSquares[at - 1];
                Hertz[at] = Hertz[at - 1];
                at--;
            }

            MeanSquares[at] = level;
            Hertz[at] = hertz;
        }
    }
}
