namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Halves the sampling rate of raw counts: a linear-phase half-band filter of 63 taps (Kaiser window, β = 7.86). From 26 667 Hz to 13 333 Hz
/// it passes 0 to 5600 Hz within 0.002 dB and holds what would fold into that band (above 7733 Hz) at least 77 dB down. Beyond the ends of
/// the block the end samples are taken to go on. The weights are written out: a constant costs an interpreter less than an array element.
/// </summary>
public sealed class HalfBandDecimator
{
    /// <summary>Input samples the filter reaches to each side of an output.</summary>
    public const int Reach = 31;

    private readonly short[] _edge = new short[(Reach << 1) + 1];
    private readonly float[] _one = new float[1];

    /// <summary>Writes count / 2 outputs; output m stands at input 2m.</summary>
    /// <param name="input">Raw counts.</param>
    /// <param name="count">Number of valid counts.</param>
    /// <param name="offset">Subtracted from every output (the rounded mean, which is large beside the vibration where gravity is in it).</param>
    /// <param name="output">Receives the outputs; at least count / 2 long.</param>
    /// <returns>Number of outputs.</returns>
    public int Decimate(short[] input, int count, int offset, float[] output)
    {
        int outputs = count >> 1;
        int firstWhole = (Reach + 1) >> 1;
        int lastWhole = (count - 1 - Reach) >> 1;
        for (int m = 0; m < outputs; m++)
        {
            if (m == firstWhole && lastWhole >= firstWhole)
            {
                m = lastWhole + 1;
                if (m >= outputs)
                {
                    break;
                }
            }

            for (int tap = 0; tap <= Reach << 1; tap++)
            {
                int at = (m << 1) + tap - Reach;
                _edge[tap] = at < 0 ? input[0] : at >= count ? input[count - 1] : input[at];
            }

            Filter(_edge, Reach, 0, 1, offset, _one);
            output[m] = _one[0];
        }

        if (lastWhole >= firstWhole)
        {
            Filter(input, firstWhole << 1, firstWhole, lastWhole + 1 < outputs ? lastWhole + 1 : outputs, offset, output);
        }

        return outputs;
    }

    /// <summary>Outputs from (inclusive) to (exclusive), the first one centred at <paramref name="centre"/>.</summary>
    private static void Filter(short[] input, int centre, int from, int to, int offset, float[] output)
    {
        float mean = offset;
        for (int m = from; m < to; m++)
        {
            float sum = 0.5f * input[centre];
            sum = sum + (0.31718335f * (input[centre - 1] + input[centre + 1]));
            sum = sum + (-0.10273212f * (input[centre - 3] + input[centre + 3]));
            sum = sum + (0.058177404f * (input[centre - 5] + input[centre + 5]));
            sum = sum + (-0.038073268f * (input[centre - 7] + input[centre + 7]));
            sum = sum + (0.02631005f * (input[centre - 9] + input[centre + 9]));
            sum = sum + (-0.018519728f * (input[centre - 11] + input[centre + 11]));
            sum = sum + (0.013028503f * (input[centre - 13] + input[centre + 13]));
            sum = sum + (-0.009047589f * (input[centre - 15] + input[centre + 15]));
            sum = sum + (0.0061426642f * (input[centre - 17] + input[centre + 17]));
            sum = sum + (-0.004040817f * (input[centre - 19] + input[centre + 19]));
            sum = sum + (0.0025505156f * (input[centre - 21] + input[centre + 21]));
            sum = sum + (-0.0015259198f * (input[centre - 23] + input[centre + 23]));
            sum = sum + (0.00085049163f * (input[centre - 25] + input[centre + 25]));
            sum = sum + (-0.00042943857f * (input[centre - 27] + input[centre + 27]));
            sum = sum + (0.00018615337f * (input[centre - 29] + input[centre + 29]));
            sum = sum + (-6.025633e-05f * (input[centre - 31] + input[centre + 31]));
            output[m] = sum - mean;
            centre += 2;
        }
    }
}
