using System.Globalization;

namespace DeviceTwin.Storage.Alarms;

/// <summary>Which of two alarms of the same word and node was raised later, whatever the order in which the hub heard of them.</summary>
public static class AlarmOrder
{
    /// <summary>
    /// Later by the node's own count of starts and raises (<c>{starts}-{random}-{alarm}-{raises}</c>) where both names have it, else by the
    /// hub's clock: a node whose files were wiped counts anew, and other devices name alarms as they like.
    /// </summary>
    public static bool IsLater(AlarmRow row, AlarmRow than)
    {
        if (Parse(row) is { } one && Parse(than) is { } other && (one.Boot == other.Boot || one.Starts != other.Starts))
        {
            return (one.Starts, one.Raises).CompareTo((other.Starts, other.Raises)) > 0;
        }

        return row.RaisedAt > than.RaisedAt;
    }

    private static (string Boot, long Starts, long Raises)? Parse(AlarmRow row)
    {
        var name = row.NodeAlarmId;
        var end = name.LastIndexOf('-');
        var word = end < 0 ? -1 : name.LastIndexOf($"-{row.Alarm}-", StringComparison.Ordinal);
        if (word < 0 || word + row.Alarm.Length + 1 != end || !Number(name[(end + 1)..], out var raises))
        {
            return null;
        }

        var boot = name[..word];
        var dash = boot.IndexOf('-');
        return dash > 0 && Number(boot[..dash], out var starts) ? (boot, starts, raises) : null;
    }

    private static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
