using System.Text.Json.Serialization;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>What the monitor made of the recorded trends, beside the plain rivals computed in the same run.</summary>
/// <param name="Trends">Run-to-failure series by run.</param>
/// <param name="MachineTemperature">Labelled temperature series by file.</param>
/// <param name="Pump">Labelled pump telemetry by group of files.</param>
/// <param name="Missing">Trends that the index names and whose files are not there.</param>
public sealed record TrendReport(
    [property: JsonPropertyName("trends")] IReadOnlyDictionary<string, RunTrend> Trends,
    [property: JsonPropertyName("machineTemperature")] IReadOnlyDictionary<string, TemperatureTrend> MachineTemperature,
    [property: JsonPropertyName("pump")] IReadOnlyDictionary<string, PumpTrend> Pump,
    [property: JsonIgnore] IReadOnlyList<string> Missing);

/// <summary>One run to failure.</summary>
/// <param name="Alarm">Whether an alarm was raised in the second half, before the end.</param>
/// <param name="LeadHours">Hours from the first alarm of the second half to the end; null where there is none.</param>
/// <param name="FalseAlarmsFirstHalf">Alarms raised in the first half, over all channel groups.</param>
/// <param name="Cause">Word of the cause of the first alarm of the second half.</param>
/// <param name="Group">The channel group of that alarm.</param>
/// <param name="Hours">Length of the run in hours.</param>
/// <param name="Rival">The plain rule on the same levels.</param>
/// <param name="Temperature">What the temperature watch said of the run's sensor; null where there is none.</param>
public sealed record RunTrend(
    [property: JsonPropertyName("alarm")] bool Alarm,
    [property: JsonPropertyName("leadHours")] double? LeadHours,
    [property: JsonPropertyName("falseAlarmsFirstHalf")] int FalseAlarmsFirstHalf,
    [property: JsonPropertyName("cause")] string? Cause,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("hours")] double Hours,
    [property: JsonPropertyName("rival")] RivalTrend Rival,
    [property: JsonPropertyName("temperature")] SensorTrend? Temperature);

/// <summary>The plain rule: RMS above three times the median of the first tenth of the snapshots, one snapshot is enough.</summary>
/// <param name="Alarm">Whether it alarmed in the second half, before the end.</param>
/// <param name="LeadHours">Hours from its first alarm of the second half to the end; null where there is none.</param>
/// <param name="FalseAlarmsFirstHalf">How often it went from quiet to alarm in the first half, over all channel groups.</param>
public sealed record RivalTrend(
    [property: JsonPropertyName("alarm")] bool Alarm,
    [property: JsonPropertyName("leadHours")] double? LeadHours,
    [property: JsonPropertyName("falseAlarmsFirstHalf")] int FalseAlarmsFirstHalf);

/// <summary>What became of the readings of a temperature sensor.</summary>
/// <param name="Readings">Readings given.</param>
/// <param name="Refused">Readings that were refused because the sensor could not be believed.</param>
/// <param name="HighestJudged">Highest reading that was judged, in degrees Celsius.</param>
public sealed record SensorTrend(
    [property: JsonPropertyName("readings")] int Readings,
    [property: JsonPropertyName("refused")] int Refused,
    [property: JsonPropertyName("highestJudged")] double HighestJudged);

/// <summary>A temperature series with labelled windows.</summary>
/// <param name="Windows">Labelled windows inside the series.</param>
/// <param name="WindowsHit">Windows in which an alarm was raised or stood.</param>
/// <param name="Days">Days of the series.</param>
/// <param name="FalseAlarmDays">Calendar days, of those that touch no window, on which an alarm stood.</param>
public sealed record TemperatureTrend(
    [property: JsonPropertyName("windows")] int Windows,
    [property: JsonPropertyName("windowsHit")] int WindowsHit,
    [property: JsonPropertyName("days")] double Days,
    [property: JsonPropertyName("falseAlarmDays")] int FalseAlarmDays);

/// <summary>Labelled pump telemetry: how well a score made of the baseline's distances ranks the labelled samples, beside Hotelling's T².</summary>
/// <param name="Files">Files of the group.</param>
/// <param name="Auc">Area under the ROC curve of the score, mean over the files.</param>
/// <param name="TSquaredAuc">Area under the ROC curve of T², mean over the files.</param>
/// <param name="SmoothTSquaredAuc">The same of T² of running means, averaged over time as the score is.</param>
public sealed record PumpTrend(
    [property: JsonPropertyName("files")] int Files,
    [property: JsonPropertyName("auc")] double Auc,
    [property: JsonPropertyName("tSquaredAuc")] double TSquaredAuc,
    [property: JsonPropertyName("smoothTSquaredAuc")] double SmoothTSquaredAuc);
