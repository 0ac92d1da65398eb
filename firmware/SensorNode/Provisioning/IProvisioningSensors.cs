namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>What a technician may ask of the sensors. Acquisition does it; the dialogue only asks and tells.</summary>
public interface IProvisioningSensors
{
    /// <summary>Begins a measurement.</summary>
    /// <param name="measurement">A number of <see cref="ProvisioningMeasurement"/>.</param>
    /// <param name="durationMs">
    /// How long it lasts, in milliseconds: the longest wait for a tap, the time over which the noise is looked at. A sensor check takes its own time.
    /// </param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>False where the sensors are busy.</returns>
    bool Begin(int measurement, int durationMs, long nowMs);

    /// <summary>Lets it go on.</summary>
    /// <returns>A state of <see cref="ProvisioningMeasurement"/>.</returns>
    int Step(long nowMs);

    /// <summary>Ends it.</summary>
    void Cancel();

    /// <summary>What it has found so far.</summary>
    SensorFindings Findings();
}
