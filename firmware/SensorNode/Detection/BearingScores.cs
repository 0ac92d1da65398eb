using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// How much of a bearing family's comb stands in a normalised envelope spectrum. Each line counts z = ln(1 + min(q, 60)), q its power over
/// the floor; a family's score is the largest mean z over its harmonics 1 to 3 while slip shifts the comb from −1.75 % to +1.25 %. Lines at
/// multiples of the shaft speed are blanked; a harmonic that falls on one is left out; a family whose fundamental does cannot be tested.
/// </summary>
public sealed class BearingScores
{
    /// <summary>Score of a family that cannot be tested or was not asked for.</summary>
    public const float NotAvailable = -1f;

    /// <summary>Harmonics of a family that are looked at.</summary>
    public const int Harmonics = 3;

    /// <summary>Lines of the cage that are looked at: single ones mean little, so it is one more.</summary>
    public const int CageHarmonics = 4;

    /// <summary>Largest slip upwards: a line must lie inside the spectrum even then.</summary>
    public const float HighestSlip = 1.0125f;

    /// <summary>Shaft orders that blows in time with the shaft are looked for at.</summary>
    private const int CombOrders = 6;

    /// <summary>Most blows in a turn of the shaft that are looked for.</summary>
    private const int MostBlows = 3;

    /// <summary>Lines above this many times the floor count as this: one strong line must not make a comb.</summary>
    private const float LargestRatio = 60f;

    /// <summary>Distance from a shaft order below which a frequency counts as coinciding with it, in thousandths of the resolution.</summary>
    public const int CoincidenceMilliLines = 1500;

    /// <summary>Half width of a blanked shaft order, and of what counts as coinciding with one, in units of the resolution.</summary>
    private const float BlankWidth = 1.25f;
    private const float CoincidenceWidth = CoincidenceMilliLines * 0.001f;

    private const int SlipSteps = 13;
    private const float LowestSlip = 0.9825f;
    private const float SlipStep = 0.0025f;

    /// <summary>Weight of a sideband against its harmonic.</summary>
    private const float SidebandWeight = 0.5f;

    private readonly float[] _lines;
    private readonly float[] _comb = new float[CageHarmonics * 3];
    private readonly float[] _side = new float[CageHarmonics * 3];
    private readonly float[] _weight = new float[CageHarmonics * 3];
    private int _count;
    private float _inverseStep;
    private float _inverseShaft;
    private float _resolution;
    private float _shaft;
    private float _highest;

    /// <param name="longest">Longest spectrum.</param>
    public BearingScores(int longest)
        : this(new float[longest])
    {
    }

    /// <param name="lines">As long as the longest spectrum, at least; void from <see cref="Load"/> on.</param>
    public BearingScores(float[] lines)
    {
        _lines = lines;
    }

    /// <summary>Takes a spectrum over.</summary>
    /// <param name="ratios">Power over floor.</param>
    /// <param name="count">Number of values, at least 4.</param>
    /// <param name="stepHertz">Distance of two values.</param>
    /// <param name="resolutionHertz">Width the capture's length can resolve.</param>
    /// <param name="shaftHertz">Shaft speed, above 0.</param>
    public void Load(float[] ratios, int count, float stepHertz, float resolutionHertz, float shaftHertz)
    {
        _count = count;
        _inverseStep = Division.Float(1f, stepHertz);
        _inverseShaft = Division.Float(1f, shaftHertz);
        _resolution = resolutionHertz;
        _shaft = shaftHertz;
        _highest = stepHertz * (count - 2);
        float[] lines = _lines;
        for (int i = 0; i < count; i++)
        {
            float ratio = ratios[i];
            lines[i] = Logarithm.Of(1f + (ratio < LargestRatio ? ratio : LargestRatio));
        }
    }

    /// <summary>
    /// Mean z at the shaft orders 1 to 6, or at their doubles or triples where that is more: blows once, twice or three times a turn. To be asked
    /// before <see cref="BlankShaftOrders"/>.
    /// </summary>
    public float ShaftScore()
    {
        float best = 0f;
        for (int blows = 1; blows <= MostBlows; blows++)
        {
            float sum = 0f;
            int lines = 0;
            for (int order = 1; order <= CombOrders; order++)
            {
                float hertz = order * blows * _shaft;
                if (hertz <= _highest)
                {
                    sum = sum + LineAt(hertz);
                    lines++;
                }
            }

            float mean = lines < Harmonics ? 0f : Division.Float(sum, lines);
            if (mean > best)
            {
                best = mean;
            }
        }

        return best;
    }

    /// <summary>Takes the shaft orders out of the spectrum.</summary>
    public void BlankShaftOrders()
    {
        float width = BlankWidth * _resolution;
        float centre = _shaft;
        while (centre - width <= _highest)
        {
            // From the first line at or above the lower edge to the last one at or below the upper edge.
            int from = Rounding.Nearest(((centre - width) * _inverseStep) + 0.5f, 0, _count - 1);
            int to = Rounding.Nearest(((centre + width) * _inverseStep) - 0.5f, 0, _count - 1);
            for (int i = from; i <= to; i++)
            {
                _lines[i] = 0f;
            }

            centre = centre + _shaft;
        }
    }

    /// <summary>Whether a frequency lies so near a shaft order that it cannot be told from it.</summary>
    public bool CoincidesWithShaft(float hertz)
    {
        int nearest = Rounding.Nearest(hertz * _inverseShaft);
        if (nearest < 1)
        {
            return false;
        }

        float distance = hertz - (nearest * _shaft);
        float limit = CoincidenceWidth * _resolution;
        return distance < limit && distance > -limit;
    }

    /// <summary>Whether a frequency lies inside the spectrum even at the largest slip.</summary>
    public bool Covers(float hertz)
    {
        return hertz * HighestSlip <= _highest;
    }

    /// <summary>How many of a family's harmonics can be looked at, 0 to 3: what its score rests on.</summary>
    public int HarmonicsOf(float hertz)
    {
        int count = 0;
        for (int harmonic = 1; harmonic <= Harmonics; harmonic++)
        {
            if (Covers(harmonic * hertz) && !CoincidesWithShaft(harmonic * hertz))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Score of a family, with or without sidebands, whichever is higher.</summary>
    /// <param name="hertz">The family's fundamental.</param>
    /// <param name="sidebandHertz">Distance of its sidebands; 0 = none.</param>
    /// <returns>The score, or <see cref="NotAvailable"/> where the fundamental is not covered or coincides with a shaft order.</returns>
    public float Family(float hertz, float sidebandHertz)
    {
        if (!Covers(hertz) || CoincidesWithShaft(hertz))
        {
            return NotAvailable;
        }

        float plain = Comb(hertz, 0f, Harmonics);
        if (sidebandHertz <= 0f)
        {
            return plain;
        }

        float modulated = Comb(hertz, sidebandHertz, Harmonics);
        return modulated > plain ? modulated : plain;
    }

    /// <summary>Score of the cage: mean z at the first four multiples of its frequency.</summary>
    /// <returns>The score, or <see cref="NotAvailable"/> where fewer than three of its lines can be looked at or the spectrum cannot resolve them.</returns>
    public float Cage(float hertz)
    {
        int lines = 0;
        for (int harmonic = 1; harmonic <= CageHarmonics; harmonic++)
        {
            if (Covers(harmonic * hertz) && !CoincidesWithShaft(harmonic * hertz))
            {
                lines++;
            }
        }

        return lines < Harmonics || hertz < 3f * _resolution ? NotAvailable : Comb(hertz, 0f, CageHarmonics);
    }

    /// <summary>The largest mean z of a comb's lines over the slips. A line stands at its harmonic times the slip, plus its sideband's distance.</summary>
    private float Comb(float hertz, float sidebandHertz, int harmonics)
    {
        float[] comb = _comb;
        float[] side = _side;
        float[] weight = _weight;
        float inverse = _inverseStep;
        int lines = 0;
        float weights = 0f;
        for (int harmonic = 1; harmonic <= harmonics; harmonic++)
        {
            float nominal = harmonic * hertz;
            if (!Covers(nominal))
            {
                break;
            }

            if (CoincidesWithShaft(nominal))
            {
                continue;
            }

            comb[lines] = nominal * inverse;
            side[lines] = 0f;
            weight[lines] = 1f;
            weights = weights + 1f;
            lines++;
            if (sidebandHertz > 0f)
            {
                if (!CoincidesWithShaft(nominal - sidebandHertz))
                {
                    comb[lines] = nominal * inverse;
                    side[lines] = -sidebandHertz * inverse;
                    weight[lines] = SidebandWeight;
                    weights = weights + SidebandWeight;
                    lines++;
                }

                if (Covers(nominal + sidebandHertz) && !CoincidesWithShaft(nominal + sidebandHertz))
                {
                    comb[lines] = nominal * inverse;
                    side[lines] = sidebandHertz * inverse;
                    weight[lines] = SidebandWeight;
                    weights = weights + SidebandWeight;
                    lines++;
                }
            }
        }

        float[] z = _lines;
        int last = _count - 2;
        float best = 0f;
        float slip = LowestSlip;
        for (int step = 0; step < SlipSteps; step++)
        {
            float sum = 0f;
            for (int i = 0; i < lines; i++)
            {
                int centre = Rounding.Nearest((comb[i] * slip) + side[i], 1, last);
                float largest = z[centre];
                float beside = z[centre - 1];
                if (beside > largest)
                {
                    largest = beside;
                }

                beside = z[centre + 1];
                if (beside > largest)
                {
                    largest = beside;
                }

                sum = sum + (weight[i] * largest);
            }

            if (sum > best)
            {
                best = sum;
            }

            slip = slip + SlipStep;
        }

        return Division.Float(best, weights);
    }

    /// <summary>The largest z of the line nearest to a frequency and its two neighbours.</summary>
    private float LineAt(float hertz)
    {
        int centre = Rounding.Nearest(hertz * _inverseStep, 1, _count - 2);
        float[] lines = _lines;
        float largest = lines[centre];
        if (lines[centre - 1] > largest)
        {
            largest = lines[centre - 1];
        }

        return lines[centre + 1] > largest ? lines[centre + 1] : largest;
    }
}
