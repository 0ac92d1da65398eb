#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What distinguishes one simulated ISM330DHCX from the next.</summary>
public sealed record Ism330dhcxModelOptions : AccelerometerModelOptions
{
    /// <summary>A part by its data sheet.</summary>
    public Ism330dhcxModelOptions()
    {
        Identity = 0x6B;
        NoiseMicroGPerRootHertz = 80;
        SelfTestMilliG = 600;
    }
}
