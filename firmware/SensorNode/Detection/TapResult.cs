namespace DeviceTwin.SensorNode.Detection;

/// <summary>What a tap test says of the mounting. Made anew for each test and not changed after it is published.</summary>
public sealed class TapResult
{
    /// <summary>Running number of the test since boot, from 1.</summary>
    public int Sequence;

    /// <summary>Why the sensor could not be asked, a number of the acquisition's faults.</summary>
    public int Fault;

    /// <summary>What is wrong, flags of <see cref="TapFinding"/>; 0: passed.</summary>
    public int Findings;

    /// <summary>The axis that saw the most: 0, 1, 2 = x, y, z; -1 where none was judged.</summary>
    public int Axis = -1;

    /// <summary>Direction of the first strong movement along that axis: 1, -1, or 0 where none was judged.</summary>
    public int Sign;

    /// <summary>Share of the energy that this axis saw, in thousandths.</summary>
    public int SharePermille;

    /// <summary>What each axis says at rest, in milli-g: gravity, which tells how the sensor hangs, and its zero offset.</summary>
    public readonly int[] RestMilliG = new int[3];

    /// <summary>Greatest acceleration along that axis, in milli-g, without the steady part.</summary>
    public int PeakMilliG;

    /// <summary>The frequency at which the mounting rings, in millihertz; 0 where none stands out.</summary>
    public int ResonanceMilliHertz;

    /// <summary>Time in which the ringing falls to 1/e, in microseconds; 0 where it cannot be told.</summary>
    public int DecayMicroseconds;
}
