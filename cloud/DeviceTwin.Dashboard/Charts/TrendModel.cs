namespace DeviceTwin.Dashboard.Charts;

/// <summary>One level drawn across a trend.</summary>
/// <param name="Key">Stable name for style and tests: <c>trip</c> or <c>reset</c>.</param>
public sealed record TrendLevel(string Key, string Label, double Value, double Share);

/// <summary>One value of a trend; null where the node refused it.</summary>
public sealed record TrendPoint(DateTimeOffset At, double? Value);

/// <summary>What a trend chart draws. Pure.</summary>
public sealed record TrendModel(
    DateTimeOffset From,
    DateTimeOffset To,
    Axis Amplitude,
    IReadOnlyList<TrendPoint> Points,
    IReadOnlyList<TrendLevel> Levels,
    IReadOnlyList<AxisTick> TimeTicks,
    string Line)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    /// <summary>0 to 1 along the time axis.</summary>
    public double ShareOf(DateTimeOffset at) => (at - From) / (To - From);

    /// <param name="points">Oldest first.</param>
    /// <param name="levels">Key, label and value; a level is always inside the plot, so that the distance to it can be seen.</param>
    /// <param name="least">The smallest span of the axis, in the unit of the values; 0 = the axis starts at zero.</param>
    /// <returns>Null before the first value.</returns>
    public static TrendModel? Create(IReadOnlyList<TrendPoint> points, IReadOnlyList<(string Key, string Label, double Value)> levels, double least)
    {
        double[] known = [.. points.Select(point => point.Value).OfType<double>()];
        if (known.Length == 0)
        {
            return null;
        }

        var to = points[^1].At;
        var from = to - points[0].At < Shortest ? to - Shortest : points[0].At;
        double[] shown = [.. known, .. levels.Select(level => level.Value)];
        var amplitude = least > 0 ? Axis.Around(shown.Min(), shown.Max(), least) : Axis.FromZero(shown.Max(), shown.Min());
        return new TrendModel(
            from,
            to,
            amplitude,
            points,
            [.. levels.Select(level => new TrendLevel(level.Key, level.Label, level.Value, amplitude.Share(level.Value)))],
            TicksOf(from, to),
            SvgPath.Line(points.Select(point => ((point.At - from) / (to - from), point.Value is { } value ? amplitude.Share(value) : (double?)null))));
    }

    /// <summary>Round times, in UTC: four to eight of them.</summary>
    private static List<AxisTick> TicksOf(DateTimeOffset from, DateTimeOffset to)
    {
        int[] steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
        var span = to - from;
        var step = TimeSpan.FromSeconds(steps.FirstOrDefault(seconds => span.TotalSeconds / seconds <= 6, 86400 * (int)Math.Ceiling(span.TotalDays / 6)));
        var format = step < TimeSpan.FromMinutes(1) ? "HH:mm:ss" : step < TimeSpan.FromDays(1) ? "HH:mm" : "MM-dd";
        var ticks = new List<AxisTick>();
        for (var ticksOfStep = (from.UtcTicks + step.Ticks - 1) / step.Ticks * step.Ticks; ticksOfStep <= to.UtcTicks; ticksOfStep += step.Ticks)
        {
            var at = new DateTimeOffset(ticksOfStep, TimeSpan.Zero);
            ticks.Add(new AxisTick(ticksOfStep, (at - from) / span, at.ToString(format, System.Globalization.CultureInfo.InvariantCulture)));
        }

        return ticks;
    }
}
