using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Cli.Demo;

/// <summary>A node of the demo: its identity, the machine it is bolted to, and what the plant knows of that machine.</summary>
/// <param name="Line">The production line, as tag.</param>
/// <param name="Recording">The recording's file where the machine is a recording.</param>
internal sealed record DemoNode(string Id, string Line, IMachine Machine, string? Recording)
{
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
        if (!Machine.AmplitudeKnown)
        {
            // A level of unknown gain says nothing about the machine.
            desired["detection"] = new JsonObject { ["velocityLimitUmPerSecond"] = 0 };
        }

        return desired;
    }
}
