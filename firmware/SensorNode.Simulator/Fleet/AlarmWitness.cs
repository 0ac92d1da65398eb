#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace DeviceTwin.SensorNode.Simulator.Fleet;

/// <summary>Sees from outside which alarms a node raises and clears: what its hub must have in the end, and nothing else.</summary>
/// <param name="nowMs">The time that is noted.</param>
internal sealed class AlarmWitness(Func<long> nowMs)
{
    private readonly List<(string Key, long AtMs, string Boot)> _events = [];
    private readonly Dictionary<string, int> _raises = new(StringComparer.Ordinal);
    private string[] _active = [];
    private string _boot = "";

    /// <summary>Alarm id and state, when, and in which start. To be read where the node does not run.</summary>
    public IReadOnlyList<(string Key, long AtMs, string Boot)> Events => _events;

    /// <summary>The loop that measures has made a step.</summary>
    public void Measured(SimulatedNode node)
    {
        if (node.Firmware.IsCapturing())
        {
            return;
        }

        DeviceTwin.SensorNode.NodeStatus status = node.Firmware.Status();
        if (status.BootId != _boot)
        {
            _boot = status.BootId;
            _active = [];
            _raises.Clear();
        }

        foreach (string cleared in _active.Except(status.Alarms))
        {
            _events.Add(($"{_boot}-{cleared}-{_raises[cleared]} cleared", nowMs(), _boot));
        }

        foreach (string raised in status.Alarms.Except(_active))
        {
            _raises[raised] = _raises.GetValueOrDefault(raised) + 1;
            _events.Add(($"{_boot}-{raised}-{_raises[raised]} raised", nowMs(), _boot));
        }

        _active = status.Alarms;
    }
}
