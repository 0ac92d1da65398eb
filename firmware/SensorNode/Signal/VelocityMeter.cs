namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Velocity RMS from 10 to 1000 Hz and its spectrum, by integration in the frequency domain: acceleration at about 3333 Hz is cut into blocks
/// of 4096 samples (overlapping by half), each is windowed (Hann) and transformed, powers are averaged, and each line is divided by its
/// angular frequency. With the window's noise bandwidth of 1.5 bins the mean square of the band is Σ 2·|X|² / (N · 3N/8) / (2πf)². The band
/// is widened by 1.5 bins on either side, so that a tone at its very edge counts fully (ISO 2954 asks for 0.8 to 1.1 there).
/// </summary>
public sealed class VelocityMeter
{
    /// <summary>Samples of one block.</summary>
    public const int BlockLength = 4096;

    private const float LowestHertz = 10f;
    private const float HighestHertz = 1000f;

    /// <summary>1 micro-g in um/s².</summary>
    private const float MicroG = 9.80665f;

    private readonly Workspace _workspace;
    private readonly float[] _power = new float[(BlockLength >> 1) + 1];

    /// <summary>Velocity RMS in um/s after <see cref="Measure"/>.</summary>
    public float Rms;

    /// <summary>Distance of two values of the spectrum in hertz after <see cref="Measure"/>.</summary>
    public float SpectrumStepHertz;

    /// <param name="workspace">Transforms and scratch.</param>
    public VelocityMeter(Workspace workspace)
    {
        _workspace = workspace;
    }

    /// <summary>Measures a capture.</summary>
    /// <param name="samples">Acceleration in counts, without its mean.</param>
    /// <param name="count">Number of samples, at least <see cref="BlockLength"/>.</param>
    /// <param name="rateHertz">Sampling rate of <paramref name="samples"/>.</param>
    /// <param name="microGPerCount">Weight of a count.</param>
    /// <param name="spectrum">
    /// Receives the velocity spectrum: the RMS of a tone at each line in um/s. As many neighbouring lines are merged into one value (their
    /// largest) as it takes to fit; value i is centred at i × <see cref="SpectrumStepHertz"/>. 0 outside the band.
    /// </param>
    /// <returns>Number of values in the spectrum.</returns>
    public int Measure(float[] samples, int count, float rateHertz, float microGPerCount, int[] spectrum)
    {
        AveragePower(samples, count);
        float binHertz = rateHertz * (1f / BlockLength);
        float inverseBin = Division.Float(1f, binHertz);
        int first = Rounding.Nearest((LowestHertz * inverseBin) - 1f, 1, BlockLength >> 1);
        int last = Rounding.Nearest((HighestHertz * inverseBin) + 1f, 1, BlockLength >> 1);

        // Velocity of a line: amplitude / (2π · k · binHertz); everything but k and the amplitude is common.
        float scale = Division.Float(microGPerCount * MicroG, 6.2831855f * binHertz);
        float[] power = _power;
        float sum = 0f;
        for (int k = first; k <= last; k++)
        {
            float inverse = Division.Float(1f, k);
            float line = power[k] * inverse * inverse;
            power[k] = line;
            sum = sum + line;
        }

        // 2 / (N · 3N/8) = 16 / (3 N²)
        Rms = scale * SquareRoot.Of(sum * (16f / 3f)) * (1f / BlockLength);

        int merged = 1 + Division.Integer(last, spectrum.Length);
        SpectrumStepHertz = binHertz * merged;
        int side = merged >> 1;
        int values = Division.Integer(last, merged) + 1;
        if (values > spectrum.Length)
        {
            values = spectrum.Length;
        }

        // A tone's RMS at its line: |X| · √2 / Σw = |X| · 2√2 / N.
        float toneScale = scale * 2.8284271f * (1f / BlockLength);
        for (int i = 0; i < values; i++)
        {
            float largest = 0f;
            int from = (i * merged) - side;
            int to = from + merged;
            for (int k = from; k < to; k++)
            {
                if (k >= first && k <= last && power[k] > largest)
                {
                    largest = power[k];
                }
            }

            spectrum[i] = Rounding.Nearest(toneScale * SquareRoot.Of(largest));
        }

        return values;
    }

    private void AveragePower(float[] samples, int count)
    {
        float[] power = _power;
        float[] buffer = _workspace.Samples;
        float[] window = _workspace.Window;
        float[] re = _workspace.Re;
        float[] im = _workspace.Im;
        const int Half = BlockLength >> 1;
        HannWindow.FillHalf(window, BlockLength);
        for (int k = 0; k <= Half; k++)
        {
            power[k] = 0f;
        }

        int blocks = 0;
        int start = 0;
        int lastStart = count - BlockLength;
        bool more = true;
        while (more)
        {
            if (start >= lastStart)
            {
                // The last block ends with the capture, so that every sample is looked at.
                start = lastStart;
                more = false;
            }

            int tail = start + BlockLength - 1;
            buffer[0] = 0f;
            buffer[Half] = samples[start + Half];
            for (int i = 1; i < Half; i++)
            {
                float weight = window[i];
                buffer[i] = samples[start + i] * weight;
                buffer[BlockLength - i] = samples[tail - i + 1] * weight;
            }

            _workspace.Real4096.Forward(buffer, 0, re, im);
            for (int k = 0; k <= Half; k++)
            {
                float a = re[k];
                float b = im[k];
                power[k] = power[k] + ((a * a) + (b * b));
            }

            blocks++;
            start += Half;
        }

        float share = Division.Float(1f, blocks);
        for (int k = 0; k <= Half; k++)
        {
            power[k] = power[k] * share;
        }
    }
}
