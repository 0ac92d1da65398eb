namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Divides a power spectrum by its own floor. The floor at the middle of each block of bins is the block's median over ln 2 (the mean of the
/// exponential distribution that noise power has), its reciprocal is interpolated in between. Lines, being few, hardly move a median.
/// </summary>
public sealed class SpectralFloor
{
    /// <summary>Smallest block, in bins.</summary>
    public const int LeastBlock = 16;

    /// <summary>Least floor: where a spectrum is emptier than rounding leaves it, nothing is to be seen.</summary>
    private const float LeastFloor = 1e-9f;

    private readonly float[] _sorted;
    private readonly float[] _reciprocals;

    /// <param name="longest">Longest spectrum.</param>
    public SpectralFloor(int longest)
        : this(longest, new float[longest + 1])
    {
    }

    /// <param name="longest">Longest spectrum.</param>
    /// <param name="scratch">One longer, at least; void after each call.</param>
    public SpectralFloor(int longest, float[] scratch)
    {
        _sorted = scratch;
        _reciprocals = new float[(longest >> 4) + 1];
    }

    /// <summary>Normalises the first <paramref name="count"/> values in place.</summary>
    /// <param name="power">Powers, not negative; below 1e20.</param>
    /// <param name="count">Number of values, at most one more than the longest.</param>
    /// <param name="block">Bins per block, at least <see cref="LeastBlock"/>; the last block takes what is left over.</param>
    public void Normalize(float[] power, int count, int block)
    {
        int blocks = Division.Integer(count, block);
        if (blocks < 1)
        {
            blocks = 1;
        }

        float[] reciprocals = _reciprocals;
        for (int i = 0; i < blocks; i++)
        {
            int from = i * block;
            int to = i == blocks - 1 ? count : from + block;
            float floor = Median(power, from, to) * 1.442695f;
            reciprocals[i] = Division.Float(1f, floor < LeastFloor ? LeastFloor : floor);
        }

        float share = Division.Float(1f, block);
        int half = block >> 1;
        int at = 0;

        // Before the middle of the first block and after that of the last one the reciprocal stays.
        float left = reciprocals[0];
        while (at < half && at < count)
        {
            power[at] = power[at] * left;
            at++;
        }

        for (int i = 1; i < blocks; i++)
        {
            float right = reciprocals[i];
            float slope = (right - left) * share;
            int end = (i * block) + half;
            int step = 0;
            while (at < end)
            {
                power[at] = power[at] * (left + (slope * step));
                step++;
                at++;
            }

            left = right;
        }

        while (at < count)
        {
            power[at] = power[at] * left;
            at++;
        }
    }

    /// <summary>The upper median of the values from (inclusive) to (exclusive): Hoare's selection on a copy.</summary>
    private float Median(float[] values, int from, int to)
    {
        float[] sorted = _sorted;
        int length = to - from;
        for (int i = 0; i < length; i++)
        {
            sorted[i] = values[from + i];
        }

        int middle = length >> 1;
        int low = 0;
        int high = length - 1;
        while (low < high)
        {
            float pivot = sorted[middle];
            int up = low;
            int down = high;
            while (up <= down)
            {
                while (sorted[up] < pivot)
                {
                    up++;
                }

                while (pivot < sorted[down])
                {
                    down--;
                }

                if (up <= down)
                {
                    float kept = sorted[up];
                    sorted[up] = sorted[down];
                    sorted[down] = kept;
                    up++;
                    down--;
                }
            }

            if (down < middle)
            {
                low = up;
            }

            if (middle < up)
            {
                high = down;
            }
        }

        return sorted[middle];
    }
}
