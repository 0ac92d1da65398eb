#nullable enable

using System.Collections.Generic;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>The lines of a scenario file: how each is written, and what it does. SCENARIOS.md shows this table, and a test holds it.</summary>
public static class ScenarioCatalogue
{
    /// <summary>A row.</summary>
    /// <param name="Pattern">Words as they are written; a word in capitals stands for a value.</param>
    public sealed record Row(ScenarioAct Act, string Pattern, string Meaning);

    /// <summary>What can follow <c>at TIME [node NUMBER]</c>.</summary>
    public static readonly IReadOnlyList<Row> Acts =
    [
        new(ScenarioAct.RadioDown, "radio down for DURATION", "the access point is out of reach"),
        new(ScenarioAct.Outage, "outage for DURATION", "nothing gets through to the hub, living connections go half open"),
        new(ScenarioAct.Latency, "latency DURATION for DURATION", "a message takes up to so long"),
        new(ScenarioAct.Loss, "loss PERCENT for DURATION", "so many messages break the connection (a quarter of it leaves it half open), so many confirmations are lost, late or double, so many requests refused or left unanswered"),
        new(ScenarioAct.HubRestart, "hub restart", "every connection breaks"),
        new(ScenarioAct.PowerCut, "power cut", "the power goes now, and comes back after 5 s"),
        new(ScenarioAct.PowerCutAtFile, "power cut CUT file operation COUNT", "the power goes at the so-manieth change of the flash from now on: before it, in its middle, or after it"),
        new(ScenarioAct.FlashRefuses, "flash refuses for DURATION", "every change of a file fails"),
        new(ScenarioAct.ClockJump, "clock jump OFFSET", "the calendar is off by so much more, until the node asks the time server"),
        new(ScenarioAct.ClockDrift, "drift PPM ppm", "the calendar runs so much too fast, or too slow below 0"),
        new(ScenarioAct.CollectorPause, "gc pause DURATION for DURATION", "one step in ten of the loop that measures is so late"),
        new(ScenarioAct.AccelerometerStuck, "sensor stuck for DURATION", "the accelerometer's data line is shorted to ground"),
        new(ScenarioAct.AccelerometerSilent, "sensor silent for DURATION", "the accelerometer answers and makes no samples"),
        new(ScenarioAct.ThermometerStuck, "i2c stuck for DURATION", "the thermometer's line (SDA, or the 1-Wire line) is shorted to ground"),
        new(ScenarioAct.Machine, "machine KIND", "from the next capture on the machine is another one: healthy, unbalance, misalignment, looseness, outer, inner, ball, cage, overheating, standing"),
        new(ScenarioAct.Setting, "set PROPERTY VALUE", "the operator sets a desired property to a value of JSON"),
        new(ScenarioAct.Method, "call METHOD", "the operator calls a direct method"),
    ];

    /// <summary>What stands before the first <c>at</c>.</summary>
    public static readonly IReadOnlyList<(string Pattern, string Meaning)> Head =
    [
        ("seed NUMBER", "decides everything random; 1 where it is not given"),
        ("nodes COUNT", "nodes, 1 to 100; 6 where it is not given"),
        ("for DURATION", "length of the bad part; fair weather follows until all nodes have settled; 24h where it is not given"),
        ("capture every DURATION", "interval of captures and features; 60s where it is not given"),
    ];

    /// <summary>What stands for a word in capitals.</summary>
    public static readonly IReadOnlyList<(string Word, string Hint)> Values =
    [
        ("TIME", "hours and minutes since the start, such as 02:00 or 02:00:30"),
        ("DURATION", "a number with ms, s, m or h, such as 500ms or 20m"),
        ("OFFSET", "a duration with its sign, such as +1h or -90s"),
        ("PERCENT", "a number from 0 to 100 with %, such as 5%"),
        ("PPM", "a whole number from -500 to 500"),
        ("COUNT", "a whole number from 1"),
        ("NUMBER", "a whole number from 0"),
        ("CUT", "before, inside or after"),
        ("KIND", "a kind of machine, such as outer"),
        ("PROPERTY", "a path of the twin, such as detection.velocityLimitUmPerSecond"),
        ("VALUE", "a value of JSON without spaces, such as 4500, true or \"text\""),
        ("METHOD", "a direct method without arguments: acknowledgeAlarm, relearnBaseline, capture, getTrace, reboot"),
    ];
}
