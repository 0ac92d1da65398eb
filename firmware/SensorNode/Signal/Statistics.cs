namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Moments, extremes and clipping of raw counts in one walk. The counts are taken as distances from an estimate of their mean, so that the
/// moments about the true mean follow without cancellation; where the estimate was a bad one (farther than half a standard deviation off)
/// the walk is done once more with the mean itself. Sums of 64 samples are added up to sums of 4096, these to the total: a float's rounding
/// stays below 1e-5 of any sum of equal signs. Refilled by <see cref="Measure"/>.
/// </summary>
public sealed class Statistics
{
    /// <summary>Equal extreme counts in a row from which they are a flat top.</summary>
    public const int LeastFlatRun = 3;

    /// <summary>A flat top is a cut-off where it holds more than this times the samples of the next 1/64 of the range.</summary>
    public const int FlatOverSlope = 2;

    /// <summary>Least range, in counts, of which a cut-off can be told: below it every extreme is flat.</summary>
    public const int LeastClippedRange = 16;

    private const int Group = 64;
    private const int Groups = 64;
    private const int Probes = 64;

    /// <summary>Mean of the counts, rounded to the nearest count.</summary>
    public int Mean;

    /// <summary>Distance of the mean from <see cref="Mean"/>, -0.5 to 0.5 counts.</summary>
    public float MeanRest;

    /// <summary>Root of the mean square of the distance from the mean, in counts.</summary>
    public float Rms;

    /// <summary>Largest distance from the mean, in counts.</summary>
    public float Peak;

    /// <summary>Third standardised moment; 0 where the counts are constant.</summary>
    public float Skewness;

    /// <summary>Fourth standardised moment (3 = Gaussian); 0 where the counts are constant.</summary>
    public float Kurtosis;

    /// <summary>Whether all counts are the same.</summary>
    public bool Constant;

    /// <summary>Samples in flat tops below the range of the counts themselves: cut off by something before the converter's full scale.</summary>
    public int Clipped;

    private int _low;
    private int _high;
    private int _lowFlat;
    private int _highFlat;
    private float _offset;

    /// <summary>Measures the first <paramref name="count"/> counts; all zero and constant where there are none.</summary>
    public void Measure(short[] counts, int count)
    {
        Mean = 0;
        MeanRest = 0f;
        Rms = 0f;
        Peak = 0f;
        Skewness = 0f;
        Kurtosis = 0f;
        Constant = true;
        Clipped = 0;
        if (count <= 0)
        {
            return;
        }

        int centre = Estimate(counts, count);
        if (Walk(counts, count, centre))
        {
            // A second walk about the mean itself; what it says counts, however far off the estimate was.
            centre += Rounding.Nearest(_offset);
            Walk(counts, count, centre);
        }

        int whole = Rounding.Nearest(_offset);
        Mean = centre + whole;
        MeanRest = _offset - whole;
        Constant = _low == _high;
        float mean = centre + _offset;
        float above = _high - mean;
        float below = mean - _low;
        Peak = Constant ? 0f : above > below ? above : below;
        Clipped = Cut(counts, count);
    }

    /// <summary>Mean of some counts spread over all.</summary>
    private static int Estimate(short[] counts, int count)
    {
        int probes = count < Probes ? count : Probes;
        int stride = Division.Integer(count, probes);
        int sum = 0;
        int at = 0;
        for (int i = 0; i < probes; i++)
        {
            sum += counts[at];
            at += stride;
        }

        return (int)Division.LongNearest(sum, probes);
    }

    /// <summary>One walk about <paramref name="centre"/>.</summary>
    /// <returns>Whether the centre was too far off for exact moments.</returns>
    private bool Walk(short[] counts, int count, int centre)
    {
        float total1 = 0f;
        float total2 = 0f;
        float total3 = 0f;
        float total4 = 0f;
        int low = centre;
        int high = centre;
        int lowAt = -2;
        int highAt = -2;
        int lowRun = 0;
        int highRun = 0;
        int lowFlat = 0;
        int highFlat = 0;
        float nearest = 0f;
        int at = 0;
        while (at < count)
        {
            // Sums of up to 64 groups.
            float sum1 = 0f;
            float sum2 = 0f;
            float sum3 = 0f;
            float sum4 = 0f;
            for (int group = 0; group < Groups && at < count; group++)
            {
                int end = at + Group;
                if (end > count)
                {
                    end = count;
                }

                int fours = end - 3;
                float s1 = 0f;
                float s2 = 0f;
                float s3 = 0f;
                float s4 = 0f;
                while (at < end)
                {
                    float a = counts[at] - centre;
                    float b = 0f;
                    float c = 0f;
                    float d = 0f;
                    int next = at + 1;
                    if (at < fours)
                    {
                        b = counts[at + 1] - centre;
                        c = counts[at + 2] - centre;
                        d = counts[at + 3] - centre;
                        next = at + 4;
                    }

                    float aa = a * a;
                    float bb = b * b;
                    float cc = c * c;
                    float dd = d * d;
                    s1 = s1 + a + b + c + d;
                    s2 = s2 + aa + bb + cc + dd;
                    s3 = s3 + (aa * a) + (bb * b) + (cc * c) + (dd * d);
                    s4 = s4 + (aa * aa) + (bb * bb) + (cc * cc) + (dd * dd);
                    if (aa >= nearest || bb >= nearest || cc >= nearest || dd >= nearest)
                    {
                        // At least as far out as the nearer extreme: seldom.
                        for (int i = at; i < next; i++)
                        {
                            int value = counts[i];
                            if (value >= high)
                            {
                                if (value > high)
                                {
                                    high = value;
                                    highFlat = 0;
                                    highRun = 1;
                                }
                                else
                                {
                                    highRun = highAt == i - 1 ? highRun + 1 : 1;
                                    highFlat += highRun == LeastFlatRun ? LeastFlatRun : highRun > LeastFlatRun ? 1 : 0;
                                }

                                highAt = i;
                            }

                            if (value <= low)
                            {
                                if (value < low)
                                {
                                    low = value;
                                    lowFlat = 0;
                                    lowRun = 1;
                                }
                                else
                                {
                                    lowRun = lowAt == i - 1 ? lowRun + 1 : 1;
                                    lowFlat += lowRun == LeastFlatRun ? LeastFlatRun : lowRun > LeastFlatRun ? 1 : 0;
                                }

                                lowAt = i;
                            }
                        }

                        float up = high - centre;
                        float down = centre - low;
                        float near = up < down ? up : down;
                        nearest = near * near;
                    }

                    at = next;
                }

                sum1 = sum1 + s1;
                sum2 = sum2 + s2;
                sum3 = sum3 + s3;
                sum4 = sum4 + s4;
            }

            total1 = total1 + sum1;
            total2 = total2 + sum2;
            total3 = total3 + sum3;
            total4 = total4 + sum4;
        }

        _low = low;
        _high = high;
        _lowFlat = lowFlat;
        _highFlat = highFlat;
        float share = Division.Float(1f, count);
        float offset = total1 * share;
        float square = offset * offset;
        float mean2 = total2 * share;
        float variance = mean2 - square;
        _offset = offset;
        if (low == high || variance <= 0f)
        {
            Rms = 0f;
            return low != high;
        }

        float mean3 = total3 * share;
        float third = mean3 - (3f * offset * mean2) + (2f * square * offset);
        float fourth = (total4 * share) - (4f * offset * mean3) + (6f * square * mean2) - (3f * square * square);
        Rms = SquareRoot.Of(variance);
        Skewness = Division.Float(third, variance * Rms);
        Kurtosis = Division.Float(fourth, variance * variance);
        return square * 4f > variance;
    }

    /// <summary>Samples in the flat tops that are too full to be a wave's own.</summary>
    private int Cut(short[] counts, int count)
    {
        int low = _low;
        int high = _high;
        int range = high - low;
        bool highFlat = _highFlat >= LeastFlatRun && high < short.MaxValue;
        bool lowFlat = _lowFlat >= LeastFlatRun && low > short.MinValue;
        if (range < LeastClippedRange || (!highFlat && !lowFlat))
        {
            return 0;
        }

        int slope = 1 + (range >> 6);
        int belowHigh = high - slope;
        int aboveLow = low + slope;
        int highSlope = 0;
        int lowSlope = 0;
        for (int i = 0; i < count; i++)
        {
            int value = counts[i];
            if (value >= belowHigh)
            {
                if (value != high)
                {
                    highSlope++;
                }
            }
            else if (value <= aboveLow && value != low)
            {
                lowSlope++;
            }
        }

        int cut = 0;
        if (highFlat && _highFlat > highSlope * FlatOverSlope)
        {
            cut += _highFlat;
        }

        if (lowFlat && _lowFlat > lowSlope * FlatOverSlope)
        {
            cut += _lowFlat;
        }

        return cut;
    }
}
