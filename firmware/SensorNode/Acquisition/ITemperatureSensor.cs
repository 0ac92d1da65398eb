namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// A thermometer. Every call is one short bus transaction and never waits; a failure is a number of <see cref="AcquisitionFault"/>,
/// never an exception.
/// </summary>
public interface ITemperatureSensor
{
    /// <summary>Time from <see cref="StartReading"/> to a value, in milliseconds; 0 where the part measures by itself.</summary>
    int ConversionMilliseconds();

    /// <summary>Checks that the right part answers, and prepares it.</summary>
    int Identify();

    /// <summary>Starts a conversion.</summary>
    int StartReading();

    /// <summary>Reads what was measured.</summary>
    int Read();

    /// <summary>The last temperature that <see cref="Read"/> found, in hundredths of a degree Celsius.</summary>
    int CentiCelsius();
}
