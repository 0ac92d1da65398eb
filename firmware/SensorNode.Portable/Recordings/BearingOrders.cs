#nullable enable

using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>Defect frequencies of a rolling bearing as multiples of the shaft speed, in thousandths; 0 = not known.</summary>
/// <param name="BpfoMilli">Ball pass, outer race.</param>
/// <param name="BpfiMilli">Ball pass, inner race.</param>
/// <param name="BsfMilli">Ball spin (a ball defect strikes at twice this rate).</param>
/// <param name="FtfMilli">Cage.</param>
public readonly record struct BearingOrders(int BpfoMilli, int BpfiMilli, int BsfMilli, int FtfMilli)
{
    /// <summary>No bearing is known.</summary>
    public static BearingOrders None => default;

    /// <summary>Tells the detector.</summary>
    public void Apply(DetectorSettings settings)
    {
        settings.BpfoMilliOrders = BpfoMilli;
        settings.BpfiMilliOrders = BpfiMilli;
        settings.BsfMilliOrders = BsfMilli;
        settings.FtfMilliOrders = FtfMilli;
    }
}
