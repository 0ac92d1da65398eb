#nullable enable

using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Bearings;

/// <summary>A bearing of the catalogue.</summary>
/// <param name="Name">Its designation.</param>
/// <param name="Elements">Rolling elements of one row.</param>
/// <param name="ElementDiameterUm">Diameter of a rolling element in micrometres.</param>
/// <param name="PitchDiameterUm">Pitch diameter in micrometres.</param>
/// <param name="ContactAngleMilliDegrees">Contact angle in thousandths of a degree.</param>
/// <param name="Source">Where the bearing sits and what its geometry rests on.</param>
public sealed record BearingType(
    string Name, int Elements, int ElementDiameterUm, int PitchDiameterUm, int ContactAngleMilliDegrees, string Source)
{
    /// <summary>Its defect frequencies.</summary>
    public BearingOrders Orders
    {
        get
        {
            var settings = new DetectorSettings();
            BearingGeometry.Orders(Elements, ElementDiameterUm, PitchDiameterUm, ContactAngleMilliDegrees, settings);
            return new BearingOrders(settings.BpfoMilliOrders, settings.BpfiMilliOrders, settings.BsfMilliOrders, settings.FtfMilliOrders);
        }
    }
}
