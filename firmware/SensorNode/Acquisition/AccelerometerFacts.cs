namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>What is the same for every part of one type of accelerometer, by its data sheet.</summary>
public sealed class AccelerometerFacts
{
    /// <summary>Nominal output rate in millihertz. A real part is off by some percent.</summary>
    public int NominalRateMilliHertz;

    /// <summary>Density of the part's own noise in nano-g per root hertz.</summary>
    public int NoiseNanoGPerRootHertz;

    /// <summary>Words the FIFO holds.</summary>
    public int FifoWords;

    /// <summary>How long the FIFO lasts at the nominal rate, in milliseconds.</summary>
    public int FifoMilliseconds;

    /// <summary>Longest time between two looks at the FIFO that leaves room for a pause of the host, in milliseconds.</summary>
    public int BurstMilliseconds;

    /// <summary>Time from switching the part on or changing its range to good samples, in milliseconds.</summary>
    public int SettlingMilliseconds;

    /// <summary>
    /// Whether there is time to read the samples out of each burst at once, so that no more raw words are kept than one FIFO holds.
    /// Otherwise a capture keeps all its words (seven bytes a sample) and reads them afterwards.
    /// </summary>
    public bool UnpacksAtOnce;

    /// <summary>Self-test: least change of the output that the stimulus must make on each axis, in milli-g.</summary>
    public int SelfTestLeastMilliG;

    /// <summary>Self-test: greatest change of the output that the stimulus may make on each axis, in milli-g.</summary>
    public int SelfTestMostMilliG;
}
