using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Cli.Demo;

/// <summary>A node of the demo: its identity, the machine it is bolted to, and what the plant knows of that machine.</summary>
/// <param name="Line">The production line, as tag.</param>
/// <param name="Recording">The recording's file where the machine is a recording.</param>
/// <param name="Declared">What the standard of the zones asks about the machine; null where nobody knows it.</param>
internal sealed record DemoNode(string Id, string Line, IMachine Machine, string? Recording, DeclaredMachine? Declared = null)
{
    /// <summary>Acceleration RMS below which a machine of the demo stands still: above the sensor's own noise, below what any of them shakes.</summary>
    private const int RunningLimitMilliG = 12;

    /// <summary>The tags of the twin.</summary>
    public JsonObject Tags() => new() { ["machine"] = Machine.Name, ["line"] = Line, ["kind"] = Machine.Label };

    /// <summary>The desired properties that only this machine has. Its label is not among them: the node has to find out.</summary>
    public JsonObject Desired()
    {
        var desired = new JsonObject
        {
            ["machine"] = new JsonObject
            {
                ["shaftSpeedMilliHertz"] = Machine.ShaftSpeedMilliHertz,
                ["bpfoMilliOrders"] = Machine.Orders.BpfoMilli,
                ["bpfiMilliOrders"] = Machine.Orders.BpfiMilli,
                ["bsfMilliOrders"] = Machine.Orders.BsfMilli,
                ["ftfMilliOrders"] = Machine.Orders.FtfMilli,
            },
        };
        if (Declared is { } declared)
        {
            var machine = desired["machine"]!.AsObject();
            machine["isoGroup"] = declared.IsoGroup;
            machine["isoSupport"] = declared.IsoSupport;
            machine["ratedPowerWatts"] = declared.RatedPowerWatts;
            machine["shaftHeightMillimetres"] = declared.ShaftHeightMillimetres;
            machine["mounting"] = DeclaredMachine.Stud;
            desired["detection"] = new JsonObject { ["runningLimitMilliG"] = RunningLimitMilliG };
        }

        if (!Machine.AmplitudeKnown)
        {
            // A level of unknown gain says nothing about the machine.
            desired["detection"] = new JsonObject { ["velocityLimitUmPerSecond"] = 0 };
        }

        return desired;
    }
}

/// <summary>What the standard of the zones asks about a machine.</summary>
/// <param name="IsoGroup">1 or 2.</param>
/// <param name="IsoSupport">1 = rigid, 2 = flexible.</param>
internal sealed record DeclaredMachine(int IsoGroup, int IsoSupport, int RatedPowerWatts, int ShaftHeightMillimetres)
{
    /// <summary>Every sensor of the demo is screwed on.</summary>
    public const int Stud = 1;
}
