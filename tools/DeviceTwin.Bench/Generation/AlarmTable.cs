using System.Text;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Generation;

/// <summary>The alarm's table of states and events as Markdown, from the firmware's own.</summary>
public static class AlarmTable
{
    /// <summary>One row per state, one column per event; a state that stays is left empty.</summary>
    public static string Write()
    {
        var text = new StringBuilder("| State |");
        for (int column = 0; column < AlarmEvent.Count; column++)
        {
            text.Append($" {AlarmEvent.Word(column)} |");
        }

        text.Append("\n|---|").Insert(text.Length, "---|", AlarmEvent.Count).Append('\n');
        for (int state = 0; state < AlarmState.Count; state++)
        {
            text.Append($"| {AlarmState.Word(state)} |");
            for (int column = 0; column < AlarmEvent.Count; column++)
            {
                int next = Alarm.Next(state, column);
                text.Append(next == state ? "  |" : $" {AlarmState.Word(next)} |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
