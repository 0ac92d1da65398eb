using System.Globalization;
using DeviceTwin.SensorNode.Detection;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>
/// A temperature series with labelled windows (NAB). Its unit is not stated; values around 70 for a room and 90 for a machine are degrees
/// Fahrenheit, and are taken as such.
/// </summary>
/// <param name="Times">Time of each reading.</param>
/// <param name="CentiCelsius">Readings in hundredths of a degree Celsius.</param>
/// <param name="Windows">Labelled windows.</param>
public sealed record LabelledTemperature(
    IReadOnlyList<DateTime> Times,
    IReadOnlyList<int> CentiCelsius,
    IReadOnlyList<(DateTime From, DateTime To)> Windows)
{
    /// <summary>Reads a file.</summary>
    public static LabelledTemperature Read(TrendItem item)
    {
        var times = new List<DateTime>();
        var readings = new List<int>();
        foreach (string line in File.ReadLines(item.Path).Skip(1).Where(line => line.Length > 0))
        {
            string[] parts = line.Split(',');
            times.Add(DateTime.Parse(parts[0], CultureInfo.InvariantCulture));
            readings.Add((int)Math.Round((double.Parse(parts[1], CultureInfo.InvariantCulture) - 32) / 1.8 * 100));
        }

        return new LabelledTemperature(times, readings, item.Windows);
    }

    /// <summary>Drives the firmware's monitor over the series.</summary>
    public TemperatureTrend Evaluate(DetectorSettings settings)
    {
        var monitor = new Monitor();
        var falseDays = new HashSet<DateTime>();
        bool[] isHit = new bool[Windows.Count];
        for (int i = 0; i < Times.Count; i++)
        {
            DateTime now = Times[i];
            monitor.Step(null!, CentiCelsius[i], (long)(now - Times[0]).TotalMilliseconds, settings);
            if (monitor.Alarms == 0)
            {
                continue;
            }

            bool isInside = false;
            for (int j = 0; j < Windows.Count; j++)
            {
                if (now >= Windows[j].From && now <= Windows[j].To)
                {
                    isHit[j] = true;
                    isInside = true;
                }
            }

            if (!isInside)
            {
                falseDays.Add(now.Date);
            }
        }

        int windows = Windows.Count(window => window.To >= Times[0] && window.From <= Times[^1]);
        return new TemperatureTrend(windows, isHit.Count(hit => hit), (Times[^1] - Times[0]).TotalDays, falseDays.Count);
    }
}
