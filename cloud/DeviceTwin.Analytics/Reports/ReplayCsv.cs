using System.Globalization;
using System.Text;

namespace DeviceTwin.Analytics.Reports;

/// <summary>
/// Tables of a report as CSV by RFC 4180. A word that a spreadsheet would compute gets an apostrophe before it: names come from outside.
/// </summary>
public static class ReplayCsv
{
    private const string OldSide = "old";
    private const string NewSide = "new";

    /// <summary>One line per machine.</summary>
    public static string Machines(ReplayReport report)
    {
        var csv = new StringBuilder();
        Line(csv, "machine", "coveredSeconds", "oldAlarms", "newAlarms", "oldFirstAlarm", "newFirstAlarm", "oldAlarmedSeconds", "newAlarmedSeconds", "differences");
        foreach (var machine in report.Machines)
        {
            Line(csv, machine.Machine, machine.CoveredMilliseconds / 1000, machine.Old.Alarms, machine.New.Alarms, machine.Old.FirstAlarmAt, machine.New.FirstAlarmAt,
                machine.Old.AlarmedMilliseconds / 1000, machine.New.AlarmedMilliseconds / 1000, machine.Differences);
        }

        return csv.ToString();
    }

    /// <summary>One line per alarm that is listed.</summary>
    public static string Alarms(ReplayReport report)
    {
        var csv = new StringBuilder();
        Line(csv, "settings", "machine", "point", "device", "kind", "causes", "raisedAt", "clearedAt", "sha256", "afterMilliseconds", "truth");
        foreach (var series in report.Machines.SelectMany(machine => machine.Series))
        {
            foreach (var (side, alarm) in series.Old.AlarmList.Select(alarm => (OldSide, alarm)).Concat(series.New.AlarmList.Select(alarm => (NewSide, alarm))))
            {
                Line(csv, side, series.Machine, series.Point, series.DeviceId, alarm.Kind, Words(alarm.Causes), alarm.RaisedAt, alarm.ClearedAt, alarm.Sha256,
                    alarm.AfterMilliseconds, alarm.Truth);
            }
        }

        return csv.ToString();
    }

    /// <summary>One line per difference whose evidence is kept, under the settings that hold and those proposed.</summary>
    public static string Differences(ReplayReport report)
    {
        var csv = new StringBuilder();
        Line(csv, "machine", "point", "device", "takenAt", "sha256", "oldVerdict", "newVerdict", "oldAlarms", "newAlarms", "oldRefusals", "newRefusals",
            "oldFingerprint", "newFingerprint", "velocityUmPerSecond", "outerScoreMilli", "innerScoreMilli", "ballScoreMilli", "cageScoreMilli");
        foreach (var series in report.Machines.SelectMany(machine => machine.Series))
        {
            foreach (var difference in series.Differences)
            {
                var features = difference.New.Features ?? difference.Old.Features ?? new Dictionary<string, int>();
                Line(csv, series.Machine, series.Point, series.DeviceId, difference.Capture.TakenAt, difference.Capture.Sha256, difference.Old.Verdict,
                    difference.New.Verdict, Words(difference.Old.Alarms), Words(difference.New.Alarms), Words(difference.Old.Refusals),
                    Words(difference.New.Refusals), difference.Old.Fingerprint, difference.New.Fingerprint, Feature("velocityUmPerSecond"),
                    Feature("outerScoreMilli"), Feature("innerScoreMilli"), Feature("ballScoreMilli"), Feature("cageScoreMilli"));

                object? Feature(string name) => features.TryGetValue(name, out var value) ? value : null;
            }
        }

        return csv.ToString();
    }

    private static string Words(IReadOnlyList<string> words) => string.Join(' ', words);

    private static void Line(StringBuilder csv, params object?[] fields) => csv.AppendJoin(',', fields.Select(Field)).Append("\r\n");

    private static string Field(object? value) => value switch
    {
        null => "",
        string word => Quoted(word.Length > 0 && "=+-@\t\r\n".Contains(word[0]) ? "'" + word : word),
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A table has no {value.GetType().Name}."),
    };

    private static string Quoted(string word) => word.AsSpan().ContainsAny(",\"\r\n") ? $"\"{word.Replace("\"", "\"\"")}\"" : word;
}
