#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>
/// What one node said and did, against what its hub has: every alarm exactly once, every gap a counted drop, no number with two contents, every
/// acknowledged setting in the file.
/// </summary>
internal sealed class ScenarioLedger
{
    // An alarm that was raised so shortly before the power went may not have been written: a capture was under way, or the message on its way.
    private const long UnwrittenMs = 1000;

    private static readonly SettingsTextRule Rule = new();

    private readonly string _deviceId;
    private readonly SimulatedHub _hub;
    private readonly SimulatedFiles _files;
    private readonly Dictionary<(string Boot, int Sequence), string> _received = [];
    private readonly Dictionary<string, (string Boot, int Sequence)> _alarmsReceived = new(StringComparer.Ordinal);
    private readonly AlarmWitness _witness;
    private readonly Dictionary<string, List<string>> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long AtMs, bool IsExcused)> _ends = new(StringComparer.Ordinal);
    private int _made;
    private int _dropped;

    /// <param name="deviceId">For what is said about it.</param>
    /// <param name="hub">The node's hub; the ledger listens to it.</param>
    /// <param name="files">The node's flash.</param>
    /// <param name="nowMs">Virtual time.</param>
    public ScenarioLedger(string deviceId, SimulatedHub hub, SimulatedFiles files, Func<long> nowMs)
    {
        _deviceId = deviceId;
        _hub = hub;
        _files = files;
        _witness = new AlarmWitness(nowMs);
    }

    /// <summary>What was violated, a sentence each.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Messages that ended with the memory of a start: features that gathered, spectra.</summary>
    public int Forgotten { get; private set; }

    /// <summary>Messages of all starts that have ended.</summary>
    public int Made => _made;

    /// <summary>Drops counted by all starts that have ended.</summary>
    public int Dropped => _dropped;

    /// <summary>Messages that the hub has, each counted once.</summary>
    public int Received => _received.Count;

    /// <summary>Alarm messages that the hub has, each counted once.</summary>
    public int Alarms => _alarmsReceived.Count;

    /// <summary>Alarms that ended with the power before they were written.</summary>
    public int AlarmsForgotten { get; private set; }

    /// <summary>How long ago the flash began to refuse, or 0.</summary>
    public long FlashRefusesSinceMs { get; set; }

    /// <summary>The operator wants another value: from now on the node may have it on file before it says so.</summary>
    public void Wanted(string path, string value)
    {
        if (!_wanted.TryGetValue(path, out List<string>? values))
        {
            values = [];
            _wanted.Add(path, values);
        }

        values.Add(value);
    }

    /// <summary>A message arrived at the hub.</summary>
    public void Arrived(string topic, byte[] payload)
    {
        if (topic.StartsWith("$iothub/twin/PATCH/properties/reported/", StringComparison.Ordinal))
        {
            Reported((JsonObject)JsonNode.Parse(payload)!);
            return;
        }

        string? boot = Parameter(topic, "&bootId=");
        string? sequence = Parameter(topic, "&seq=");
        if (boot == null || sequence == null)
        {
            return;
        }

        (string Boot, int Sequence) name = (boot, int.Parse(sequence, CultureInfo.InvariantCulture));
        string text = Encoding.UTF8.GetString(payload);
        if (_received.TryGetValue(name, out string? before))
        {
            Require(before == text, $"message {name.Sequence} of start {name.Boot} has two contents: {before} and {text}");
            return;
        }

        _received.Add(name, text);
        if (topic.Contains("&kind=alarm&", StringComparison.Ordinal))
        {
            JsonNode alarm = JsonNode.Parse(text)!;
            string key = $"{alarm["id"]} {alarm["state"]}";
            Require(_alarmsReceived.TryAdd(key, name), $"alarm {key} appears twice, as message {name.Sequence} and {_alarmsReceived[key].Sequence}");
        }
    }

    /// <summary>The loop that measures has made a step: which alarms are new is seen from outside.</summary>
    public void Measured(SimulatedNode node) => _witness.Measured(node);

    /// <summary>A start has ended, whatever ended it.</summary>
    public void Ended(SimulatedNode node)
    {
        string boot = node.Firmware.Status().BootId;
        Count(node);
        Forgotten += node.Firmware.Outbox.Unsaved();
        _ends[boot] = (node.EndedMs, FlashRefusesSinceMs > 0);
        if (node.Firmware.Supervisor.Mode == NodeMode.Normal)
        {
            HoldSettings();
        }
    }

    /// <summary>All is calm, and the node has said everything.</summary>
    public void Close(SimulatedNode node)
    {
        Count(node);
        Forgotten += node.Firmware.Outbox.Unsaved();
        int missing = _made - _received.Count;
        Require(
            missing <= _dropped + Forgotten,
            $"{missing} of {_made} messages are missing at the hub, but only {_dropped} were counted as dropped and {Forgotten} forgotten with the memory");
        foreach ((string key, long atMs, string boot) in _witness.Events)
        {
            if (_alarmsReceived.ContainsKey(key))
            {
                continue;
            }

            if (_ends.TryGetValue(boot, out (long AtMs, bool IsExcused) end) && (end.AtMs - atMs <= UnwrittenMs || end.IsExcused))
            {
                AlarmsForgotten++;
            }
            else
            {
                Require(false, $"alarm {key} of {atMs / 1000} s is not at the hub; start {boot} ended at {(_ends.TryGetValue(boot, out (long AtMs, bool IsExcused) when) ? when.AtMs : -1)}, raised {atMs}");
            }
        }

        HashSet<string> raised = [.. _witness.Events.Select(alarm => alarm.Key)];
        Require(
            _alarmsReceived.Keys.All(key => raised.Contains(key) || _ends.TryGetValue(_alarmsReceived[key].Boot, out _)),
            $"alarm {_alarmsReceived.Keys.FirstOrDefault(key => !raised.Contains(key))} was never raised");
    }

    private void Count(SimulatedNode node)
    {
        int made = node.Firmware.MessagesMade();
        string boot = node.Firmware.Status().BootId;
        _made += made;
        _dropped += node.Firmware.Outbox.Dropped();
        int highest = _received.Keys.Where(name => name.Boot == boot).Select(name => name.Sequence).DefaultIfEmpty().Max();
        Require(highest <= made, $"start {boot} made {made} messages and the hub has number {highest}");
    }

    // What was wanted before the value that is reported now is history.
    private void Reported(JsonObject patch)
    {
        foreach ((string path, List<string> values) in _wanted)
        {
            if (SimulatedTwin.At(patch, path) is JsonObject told && told["value"]?.ToJsonString() is { } value)
            {
                values.RemoveRange(0, values.LastIndexOf(value) + 1);
            }
        }
    }

    // What the hub was told to be in force is in the file, or what was wanted since.
    private void HoldSettings()
    {
        if (FlashRefusesSinceMs > 0)
        {
            return;
        }

        byte[]? content = _files.Read(TalkLoop.SettingsFile);
        SettingsValues saved = (content is null ? null : SettingsCodec.Read(content, Rule)) ?? new SettingsValues();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string path = TwinModel.Path(index);
            if (SimulatedTwin.At(_hub.Twin.Reported, path) is not JsonObject told || !told.ContainsKey("value"))
            {
                continue;
            }

            string value = told["value"]?.ToJsonString() ?? "absent";
            string mine = Text(saved, index);
            List<string> wanted = _wanted.GetValueOrDefault(path, []);
            Require(mine == value || wanted.Contains(mine), $"{path}: {value} is acknowledged, {mine} in the file, wanted since: {string.Join(", ", wanted)}");
        }
    }

    private static string Text(SettingsValues values, int index) =>
        !values.IsSet(index) ? "absent"
        : TwinModel.TypeOf(index) == TwinModel.TextType ? JsonValue.Create(values.Texts[TwinModel.TextOf(index)])!.ToJsonString()
        : TwinModel.TypeOf(index) == TwinModel.BooleanType ? (values.Numbers[index] != 0 ? "true" : "false")
        : values.Numbers[index].ToString(CultureInfo.InvariantCulture);

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Violations.Add($"{_deviceId}: {otherwise}");
        }
    }

    private static string? Parameter(string topic, string name)
    {
        int at = topic.IndexOf(name, StringComparison.Ordinal);
        if (at < 0 || topic.Contains("kind=waveform", StringComparison.Ordinal))
        {
            return null;
        }

        int from = at + name.Length;
        int end = topic.IndexOf('&', from);
        return end < 0 ? topic[from..] : topic[from..end];
    }
}
