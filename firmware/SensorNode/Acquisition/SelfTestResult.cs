namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>What a self-test of the accelerometer found. Made anew for each test and not changed after it is published.</summary>
public sealed class SelfTestResult
{
    /// <summary>Running number of the test since boot, from 1.</summary>
    public int Sequence;

    /// <summary>How it ended, a number of <see cref="SelfTestOutcome"/>.</summary>
    public int Outcome;

    /// <summary>Why the sensor could not be asked, a number of <see cref="AcquisitionFault"/>.</summary>
    public int Fault;

    /// <summary>Axis that decided the outcome: 0, 1, 2 = x, y, z; -1 where none did.</summary>
    public int Axis = -1;

    /// <summary>Change of each axis under the stimulus upwards, in milli-g.</summary>
    public readonly int[] UpMilliG = new int[3];

    /// <summary>Change of each axis under the stimulus downwards, in milli-g.</summary>
    public readonly int[] DownMilliG = new int[3];

    /// <summary>Least change that the data sheet promises, in milli-g.</summary>
    public int LeastMilliG;

    /// <summary>Greatest change that the data sheet allows, in milli-g.</summary>
    public int MostMilliG;
}
