using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Estimates the speed of a shaft from the velocity spectrum where none is given: of all combs of eight lines the one that stands out most.
/// Each line counts z = ln(1 + min(q, 60)), q its power over that of its surroundings; a comb's score is the mean of its lines' z. A comb at
/// a half, a third or a quarter of the best is taken where its own lines stand out as well, and one at a declared bearing order below the
/// best where that comb may be the bearing's. The confidence falls with a strong rival, with a comb an octave away that is nearly as good,
/// and with a low score; it is scaled to be about the share of
/// the recordings' windows in which such an estimate was right within 2 %: with orders declared and a velocity block of 4096 samples 113 of
/// 134 windows at 800 thousandths and more, 136 of 174 at 500 and more, 157 of all 212. What it gets wrong surely is a comb that is another's:
/// a race's without its order declared, or a rotor's whose first order hides below its second.
/// </summary>
public sealed class ShaftSpeed
{
    /// <summary>Lowest and highest speed looked for, in hertz: 300 to 7200 r/min.</summary>
    public const float LowestHertz = 5f;

    /// <summary>See <see cref="LowestHertz"/>.</summary>
    public const float HighestHertz = 120f;

    /// <summary>Largest confidence, in thousandths: a comb never proves whose it is.</summary>
    public const int LargestConfidence = 850;

    /// <summary>The same of a spectrum coarser than 1 Hz, whose combs of slow shafts run into one another.</summary>
    public const int LargestCoarseConfidence = 600;

    private const int Orders = 8;

    /// <summary>Candidates per line of the spectrum.</summary>
    private const int Steps = 10;

    private const float LargestRatio = 60f;

    /// <summary>Width of a block of the floor in hertz, and fewest lines of one.</summary>
    private const float FloorHertz = 40f;
    private const int LeastFloor = 16;
    private const int Passes = 5;

    /// <summary>Highest line of a comb in hertz: what lies above may be a bearing's as well, and faster combs lose by it.</summary>
    private const float CombHertz = 600f;

    /// <summary>Mean z of the lines that only the slower comb has over that of the lines it shares, from which it is taken.</summary>
    private const float SlowerShare = 0.75f;
    private const float BearingShare = 0.55f;

    private readonly Workspace _workspace;
    private readonly VelocityMeter _meter;
    private int _from;
    private int _count;

    /// <summary>The estimate in hertz; 0 where the spectrum is too short for one.</summary>
    public float Hertz;

    /// <summary>How sure the estimate is, in thousandths.</summary>
    public int ConfidencePermille;

    /// <param name="workspace">Scratch.</param>
    /// <param name="meter">Whose spectrum is looked at.</param>
    public ShaftSpeed(Workspace workspace, VelocityMeter meter)
    {
        _workspace = workspace;
        _meter = meter;
    }

    /// <summary>Estimates the speed from the meter's spectrum.</summary>
    /// <param name="settings">Bearing orders that were declared.</param>
    /// <param name="lines">Lines of the same spectrum, by which the estimate is placed between the bins.</param>
    public void Estimate(DetectorSettings settings, VelocityLines lines)
    {
        Hertz = 0f;
        ConfidencePermille = 0;
        float bin = _meter.BinHertz;
        float slowest = 8f * bin * _meter.Padding;
        if (slowest < LowestHertz)
        {
            slowest = LowestHertz;
        }

        float step = bin * (1f / Steps);
        float inverse = Division.Float(1f, step);
        float[] scores = _workspace.Re;
        _from = Rounding.Nearest(slowest * inverse);
        _count = Rounding.Nearest(HighestHertz * inverse) - _from + 1;
        if (_count > scores.Length)
        {
            _count = scores.Length;
        }

        Whiten();
        int best = Scan(scores);
        if (scores[best] <= 0f)
        {
            return;
        }

        best = Slower(scores, best);
        best = Bearing(scores, best, settings.BpfoMilliOrders * 0.001f);
        best = Bearing(scores, best, settings.BpfiMilliOrders * 0.001f);
        best = Bearing(scores, best, settings.BsfMilliOrders * 0.002f);
        float position = best + _from;
        float score = scores[best];
        float raw = Unit((1f - Division.Float(Rival(scores, position), score)) * 2.857143f);
        raw = raw * Unit((score - 1.6f) * 0.7142857f);
        raw = raw * Unit((0.7f - Larger(OwnShare(scores, position * 0.5f, 2), OwnShare(scores, position * 0.33333334f, 3))) * 4f);
        float own = OwnShare(scores, position, 2);
        float third = OwnShare(scores, position, 3);
        raw = raw * Unit(((own < third ? own : third) - 0.5f) * 4f);
        Hertz = lines.Refine(position * step);
        int largest = bin * _meter.Padding > 1f ? LargestCoarseConfidence : LargestConfidence;
        ConfidencePermille = raw > 0f ? Rounding.Nearest(500f + (raw * 1750f), 0, largest) : 0;
    }

    private static float Unit(float value)
    {
        return value < 0f ? 0f : value > 1f ? 1f : value;
    }

    private static float Larger(float a, float b)
    {
        return a > b ? a : b;
    }

    /// <summary>
    /// z of each line in the workspace's samples, on half bins: 2k holds line k, 2k + 1 the larger of lines k and k + 1. The floor of a block
    /// is the mean of its lines without those above three times that mean.
    /// </summary>
    private void Whiten()
    {
        float[] power = _meter.Power;
        float[] half = _workspace.Samples;
        int lines = _meter.Last + 1;
        int block = Rounding.Nearest(Division.Float(FloorHertz, _meter.BinHertz), LeastFloor, lines);
        for (int from = 1; from <= lines; from += block)
        {
            // The last block reaches back, so that it is a whole one.
            int to = from + block - 1 < lines ? from + block - 1 : lines;
            int first = to - block + 1 < 1 ? 1 : to - block + 1;
            float sum = 0f;
            for (int k = first; k <= to; k++)
            {
                sum = sum + power[k];
            }

            // Taking out what stands out, again and again.
            int below = to - first + 1;
            for (int pass = 0; pass < Passes; pass++)
            {
                float limit = Division.Float(sum * 3f, below);
                below = 0;
                sum = 0f;
                for (int k = first; k <= to; k++)
                {
                    if (power[k] < limit)
                    {
                        sum = sum + power[k];
                        below++;
                    }
                }
            }

            float inverse = Division.Float(below, sum);
            for (int k = from; k <= to; k++)
            {
                float ratio = power[k] * inverse;
                half[k << 1] = Logarithm.Of(1f + (ratio < LargestRatio ? ratio : LargestRatio));
            }
        }

        half[0] = 0f;
        half[1] = half[2];
        float here = half[2];
        int last = lines << 1;
        for (int i = 2; i < last; i += 2)
        {
            float next = half[i + 2];
            half[i + 1] = here > next ? here : next;
            here = next;
        }
    }

    /// <summary>Scores of all candidates.</summary>
    /// <returns>The best one.</returns>
    private int Scan(float[] scores)
    {
        float[] half = _workspace.Samples;
        int last = LastOfComb();
        int count = _count;
        int best = 0;
        float highest = -1f;
        for (int i = 0; i < count; i++)
        {
            // Candidate in tenths of a line; on half bins a fifth of it, in 1/65536.
            int stride = (i + _from) * ((2 << 16) / Steps);
            int at = 32768;
            float sum = 0f;
            for (int order = 0; order < Orders; order++)
            {
                at += stride;
                int index = at >> 16;
                if (index > last)
                {
                    break;
                }

                sum = sum + half[index];
            }

            sum = sum * (1f / Orders);
            scores[i] = sum;
            if (sum > highest)
            {
                highest = sum;
                best = i;
            }
        }

        return best;
    }

    /// <summary>What <see cref="Own"/> says of the best comb within 1 % of a position; 0 outside the range.</summary>
    private float OwnShare(float[] scores, float position, int divisor)
    {
        int at = NearIndex(scores, position);
        return at < 0 ? 0f : Own(at, divisor);
    }

    /// <summary>
    /// Mean z of a comb's lines that the comb <paramref name="divisor"/> times as fast does not have, over that of the lines both have.
    /// </summary>
    private float Own(int candidate, int divisor)
    {
        float[] half = _workspace.Samples;
        int last = LastOfComb();
        int stride = (candidate + _from) * ((2 << 16) / Steps);
        int at = 32768;
        float own = 0f;
        float shared = 0f;
        int owns = 0;
        int shares = 0;
        int next = divisor;
        for (int order = 1; order <= Orders; order++)
        {
            at += stride;
            int index = at >> 16;
            float line = index > last ? 0f : half[index];
            if (order == next)
            {
                shared = shared + line;
                shares++;
                next += divisor;
            }
            else
            {
                own = own + line;
                owns++;
            }
        }

        return Division.Float(own * shares, shared * owns);
    }

    /// <summary>Last half bin that belongs to combs.</summary>
    private int LastOfComb()
    {
        return Rounding.Nearest(Division.Float(CombHertz, _meter.BinHertz), 1, _meter.Last) << 1;
    }

    private int NearIndex(float[] scores, float position)
    {
        int from = Rounding.Nearest(position * 0.99f) - _from;
        int to = Rounding.Nearest(position * 1.01f) - _from;
        if (from < 0)
        {
            from = 0;
        }

        if (to >= _count)
        {
            to = _count - 1;
        }

        int best = -1;
        for (int i = from; i <= to; i++)
        {
            if (best < 0 || scores[i] > scores[best])
            {
                best = i;
            }
        }

        return best;
    }

    private int Slower(float[] scores, int best)
    {
        int found = best;
        float position = best + _from;
        for (int divisor = 2; divisor <= 4; divisor++)
        {
            int at = NearIndex(scores, Division.Float(position, divisor));
            if (at >= 0 && Own(at, divisor) >= SlowerShare)
            {
                found = at;
            }
        }

        return found;
    }

    private int Bearing(float[] scores, int best, float order)
    {
        if (order <= 1f)
        {
            return best;
        }

        int at = NearIndex(scores, Division.Float(best + _from, order));
        return at >= 0 && scores[at] >= scores[best] * BearingShare ? at : best;
    }

    /// <summary>The highest score of a candidate that is not in a simple ratio to the estimate.</summary>
    private float Rival(float[] scores, float position)
    {
        float rival = 0f;
        for (int i = 0; i < _count; i++)
        {
            if (scores[i] > rival)
            {
                float ratio = Division.Float(i + _from, position);
                if (ratio < 1f)
                {
                    ratio = Division.Float(1f, ratio);
                }

                float tolerance = 0.025f * ratio;
                if (!NearWhole(ratio, tolerance) && !NearWhole(ratio * 2f, tolerance) && !NearWhole(ratio * 3f, tolerance))
                {
                    rival = scores[i];
                }
            }
        }

        return rival;
    }

    private static bool NearWhole(float value, float tolerance)
    {
        float rest = value - Rounding.Nearest(value);
        return rest < tolerance && rest > -tolerance;
    }
}
