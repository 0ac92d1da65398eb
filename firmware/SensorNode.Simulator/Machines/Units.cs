#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>Constants of nature that the models use.</summary>
internal static class Units
{
    /// <summary>Standard gravity in m/s² (ISO 80000-3).</summary>
    public const double StandardGravity = 9.80665;
}
