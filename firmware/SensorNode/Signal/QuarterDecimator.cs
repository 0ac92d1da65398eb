namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Divides the sampling rate by four: a linear-phase fourth-band filter of 55 taps (Kaiser window, β = 7.4; every fourth weight is 0 and left
/// out). From 13 333 Hz to 3333 Hz it passes 0 to 1080 Hz within 0.003 dB and holds what would fold into that band (above 2253 Hz) at least
/// 75 dB down. Beyond the ends of the block the end samples are taken to go on.
/// </summary>
public sealed class QuarterDecimator
{
    /// <summary>Input samples the filter reaches to each side of an output.</summary>
    public const int Reach = 27;

    private readonly float[] _edge = new float[(Reach << 1) + 1];
    private readonly float[] _one = new float[1];

    /// <summary>Writes count / 4 outputs; output m stands at input 4m.</summary>
    /// <param name="input">Samples.</param>
    /// <param name="count">Number of valid samples.</param>
    /// <param name="output">Receives the outputs; at least count / 4 long.</param>
    /// <returns>Number of outputs.</returns>
    public int Decimate(float[] input, int count, float[] output)
    {
        int outputs = count >> 2;
        int firstWhole = (Reach + 3) >> 2;
        int lastWhole = (count - 1 - Reach) >> 2;
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
                int at = (m << 2) + tap - Reach;
                _edge[tap] = at < 0 ? input[0] : at >= count ? input[count - 1] : input[at];
            }

            Filter(_edge, Reach, 0, 1, _one);
            output[m] = _one[0];
        }

        if (lastWhole >= firstWhole)
        {
            Filter(input, firstWhole << 2, firstWhole, lastWhole + 1 < outputs ? lastWhole + 1 : outputs, output);
        }

        return outputs;
    }

    /// <summary>Outputs from (inclusive) to (exclusive), the first one centred at <paramref name="centre"/>.</summary>
    private static void Filter(float[] input, int centre, int from, int to, float[] output)
    {
        for (int m = from; m < to; m++)
        {
            float sum = 0.2499666f * input[centre];
            sum = sum + (0.2241301f * (input[centre - 1] + input[centre + 1]));
            sum = sum + (0.15654835f * (input[centre - 2] + input[centre + 2]));
            sum = sum + (0.07229831f * (input[centre - 3] + input[centre + 3]));
            sum = sum + (-0.040605742f * (input[centre - 5] + input[centre + 5]));
            sum = sum + (-0.045713577f * (input[centre - 6] + input[centre + 6]));
            sum = sum + (-0.026238076f * (input[centre - 7] + input[centre + 7]));
            sum = sum + (0.01781549f * (input[centre - 9] + input[centre + 9]));
            sum = sum + (0.020892523f * (input[centre - 10] + input[centre + 10]));
            sum = sum + (0.012254241f * (input[centre - 11] + input[centre + 11]));
            sum = sum + (-0.008370113f * (input[centre - 13] + input[centre + 13]));
            sum = sum + (-0.009714402f * (input[centre - 14] + input[centre + 14]));
            sum = sum + (-0.005599782f * (input[centre - 15] + input[centre + 15]));
            sum = sum + (0.0036267634f * (input[centre - 17] + input[centre + 17]));
            sum = sum + (0.0040625893f * (input[centre - 18] + input[centre + 18]));
            sum = sum + (0.00224634f * (input[centre - 19] + input[centre + 19]));
            sum = sum + (-0.001310559f * (input[centre - 21] + input[centre + 21]));
            sum = sum + (-0.0013753872f * (input[centre - 22] + input[centre + 22]));
            sum = sum + (-0.00070451957f * (input[centre - 23] + input[centre + 23]));
            sum = sum + (0.00033603085f * (input[centre - 25] + input[centre + 25]));
            sum = sum + (0.00030702687f * (input[centre - 26] + input[centre + 26]));
            sum = sum + (0.00013109986f * (input[centre - 27] + input[centre + 27]));
            output[m] = sum;
            centre += 4;
        }
    }
}
