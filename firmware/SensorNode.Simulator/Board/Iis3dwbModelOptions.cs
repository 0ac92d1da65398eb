#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What distinguishes one simulated IIS3DWB from the next.</summary>
public sealed record Iis3dwbModelOptions : AccelerometerModelOptions
{
    /// <summary>A part by its data sheet: 75 micro-g per root hertz with three axes on.</summary>
    public Iis3dwbModelOptions()
    {
        Identity = 0x7B;
        NoiseMicroGPerRootHertz = 75;
        SelfTestMilliG = 1500;
    }
}
