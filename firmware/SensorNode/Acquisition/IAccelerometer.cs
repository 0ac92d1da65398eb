namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// An accelerometer with a FIFO that is drained in bursts. Every call is a few bus transfers long and never waits; a failure is a number of
/// <see cref="AcquisitionFault"/>, never an exception.
/// </summary>
public interface IAccelerometer
{
    /// <summary>What its data sheet says.</summary>
    AccelerometerFacts Facts();

    /// <summary>Rate of this very part in millihertz by its factory trim; nominal until <see cref="Configure"/> has read it.</summary>
    int FactoryRateMilliHertz();

    /// <summary>Weight of one count in micro-g at a range; 0 where the part has no such range.</summary>
    int MicroGPerCount(int rangeG);

    /// <summary>Checks that the right part answers.</summary>
    /// <returns>None, BusFailure, WrongDevice, or LineStuck where nothing but zeros or ones comes in.</returns>
    int Identify();

    /// <summary>Starts the software reset; look with <see cref="ResetDone"/> some 0.1 ms later.</summary>
    int StartReset();

    /// <returns>None when the part is through its reset, ResetStuck while it is not, BusFailure.</returns>
    int ResetDone();

    /// <summary>Switches the accelerometer on at a range and prepares the FIFO (off, every sample batched), then reads back what it wrote.</summary>
    /// <returns>None, BusFailure, or ConfigurationNotHeld (also for a range that the part does not have).</returns>
    int Configure(int rangeG);

    /// <summary>Empties the FIFO, clears its flags and lets it fill from now on.</summary>
    int StartFifo();

    /// <summary>Switches the FIFO off; what it held is lost.</summary>
    int StopFifo();

    /// <summary>Looks how many words wait and whether the FIFO overran since the last look.</summary>
    int ReadLevel();

    /// <summary>Words that waited when <see cref="ReadLevel"/> last looked.</summary>
    int Level();

    /// <summary>Whether <see cref="ReadLevel"/> last found that the FIFO had filled up: samples may be lost before the waiting ones.</summary>
    bool Overrun();

    /// <summary>Takes words out of the FIFO in one burst, as they come. Ask for no more than <see cref="Level"/> says.</summary>
    /// <param name="raw">Receives the words, see <c>RawWords.BufferBytes</c> and <c>RawWords.Position</c>.</param>
    /// <param name="word">Number of the first word in it; words before it are kept.</param>
    /// <param name="count">Words to take.</param>
    int Drain(byte[] raw, int word, int count);

    /// <summary>Prepares the part for its self-test, without stimulus; <see cref="Configure"/> ends it.</summary>
    int StartSelfTest();

    /// <summary>Switches the stimulus: 1 pushes the mass up, -1 down, 0 is off.</summary>
    int Stimulate(int direction);

    /// <summary>Reads one sample outside of the FIFO; <see cref="HasSample"/> says whether there was a new one.</summary>
    int ReadSample();

    /// <summary>Whether <see cref="ReadSample"/> found a new sample.</summary>
    bool HasSample();

    /// <summary>One axis of the sample that <see cref="ReadSample"/> found, in raw counts at the range of the self-test.</summary>
    /// <param name="axis">0, 1, 2: x, y, z.</param>
    int Sample(int axis);

    /// <summary>Weight of a count of <see cref="Sample"/> in micro-g.</summary>
    int SampleMicroG();

    /// <summary>
    /// Sets the level that wakes the part up (the acceleration without its slow part) and clears what was latched before.
    /// It holds until <see cref="Configure"/>, which switches it off.
    /// </summary>
    int ArmWakeUp(int milliG);

    /// <summary>Looks whether the level was exceeded since the last look.</summary>
    int ReadWakeUp();

    /// <summary>Whether <see cref="ReadWakeUp"/> found it exceeded.</summary>
    bool WokeUp();
}
