using DeviceTwin.SensorNode.Benchmarks;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using Words = DeviceTwin.SensorNode.Signal.RawWords;

namespace DeviceTwin.Bench.Il;

/// <summary>Inputs of the operations: always the same, made from the integers of the golden vectors.</summary>
internal static class Inputs
{
    /// <summary>Nominal rate of the sensor.</summary>
    public const int SensorRateMilliHertz = 26667000;

    /// <summary>Noise over the whole range of a sensor.</summary>
    public static float[] FloatNoise(int count)
    {
        var counts = new short[count];
        GoldenInputs.Noise(counts, count, 5, 32768);
        return Array.ConvertAll(counts, value => (float)value);
    }

    /// <summary>A power spectrum as noise has it.</summary>
    public static float[] Power(int count)
    {
        float[] re = FloatNoise(2 * count);
        return [.. Enumerable.Range(0, count).Select(index => (re[index] * re[index]) + (re[index + count] * re[index + count]))];
    }

    /// <summary>Raw counts at 26 667 Hz: noise and the blows of a defect of the outer race of a bearing 6205 at 29.95 Hz.</summary>
    public static short[] OuterRace(int count)
    {
        var counts = new short[count];
        GoldenInputs.Train(counts, count, 107371, 400, 11);
        return counts;
    }

    /// <summary><see cref="OuterRace"/> as the sensor's FIFO hands it out: tag, x, y, z.</summary>
    public static byte[] RawWords(int count)
    {
        short[] counts = OuterRace(count);
        var raw = new byte[count * Words.BytesPerWord];
        for (int i = 0; i < count; i++)
        {
            int at = i * Words.BytesPerWord;
            raw[at] = (byte)(Words.AccelerationTag | (i & 7));
            BitConverter.TryWriteBytes(raw.AsSpan(at + 5), counts[i]);
        }

        return raw;
    }

    /// <summary><see cref="OuterRace"/> at half the rate.</summary>
    public static float[] HalfRate(int count)
    {
        var samples = new float[count];
        new WindowDecimator(new float[WindowDecimator.ScratchLength]).Read(OuterRace(2 * count), 2 * count, 0f, 1, 0, samples, count);
        return samples;
    }

    /// <summary><see cref="OuterRace"/> as a capture; at another rate the same counts, so that all happens slower or faster.</summary>
    public static Capture Capture(int count, int rateMilliHertz = SensorRateMilliHertz)
    {
        var capture = new Capture(count);
        GoldenInputs.Train(capture.Samples, count, 107371, 400, 11);
        GoldenInputs.Describe(capture, count);
        capture.SampleRateMilliHertz = rateMilliHertz;
        return capture;
    }

    /// <summary>A bearing 6205 at 29.95 Hz.</summary>
    public static DetectorSettings Machine() => new()
    {
        ShaftSpeedMilliHertz = 29950,
        BpfoMilliOrders = 3585,
        BpfiMilliOrders = 5415,
        BsfMilliOrders = 2357,
        FtfMilliOrders = 398,
    };
}
