namespace DeviceTwin.SensorNode.Signal;

/// <summary>What a sensor says at standstill, against what its own noise would say.</summary>
public sealed class NoiseFloor
{
    /// <summary>Root mean square of the acceleration without its steady part, in micro-g; 0 where it was not measured.</summary>
    public int MicroG;

    /// <summary>Greatest distance from the steady part, in micro-g.</summary>
    public int PeakMicroG;

    /// <summary>What the sensor's own noise and the steps of its counts give over half the sampling rate, in micro-g: a clean mounting stays below it.</summary>
    public int ExpectedMicroG;

    /// <summary>Measures a capture taken at standstill.</summary>
    /// <returns>False where the capture is empty or its unit is not known.</returns>
    public bool Measure(Capture capture)
    {
        MicroG = 0;
        PeakMicroG = 0;
        ExpectedMicroG = 0;
        int count = capture.Count;
        if (count <= 0 || capture.NanoGPerCount <= 0 || capture.SampleRateMilliHertz <= 0)
        {
            return false;
        }

        short[] samples = capture.Samples;
        long sum = 0;
        for (int index = 0; index < count; index++)
        {
            sum += samples[index];
        }

        // In sixteenths of a count: the noise of a quiet sensor is not much more than one.
        int mean = (int)Division.LongNearest(sum * 16, count);
        long squares = 0;
        int peak = 0;
        for (int index = 0; index < count; index++)
        {
            int value = (samples[index] * 16) - mean;
            squares += (long)value * value;
            int size = value < 0 ? -value : value;
            peak = size > peak ? size : peak;
        }

        float unit = capture.NanoGPerCount * 0.001f;
        float variance = Rounding.Float(Division.LongNearest(squares, count)) * 0.00390625f;
        MicroG = Rounding.Nearest(SquareRoot.Of(variance) * unit);

        PeakMicroG = Rounding.Nearest(peak * unit * 0.0625f);

        // Density times the root of half the rate; a step of one count has a variance of a twelfth.
        float density = capture.NoiseNanoGPerRootHertz * 0.001f;
        float noise = density * density * capture.SampleRateMilliHertz * 0.0005f;
        float steps = unit * unit * 0.083333336f;
        ExpectedMicroG = Rounding.Nearest(SquareRoot.Of(noise + steps));
        return true;
    }
}
