namespace DeviceTwin.Analytics.Replays;

/// <summary>What maintenance found: the truth that alarms are held against.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Point">The measuring point; "" = the whole machine.</param>
/// <param name="Kind">A word of the verdict catalogue that names a fault, or <see cref="NoFault"/>.</param>
/// <param name="From">Beginning of the time it speaks of; null = since always.</param>
/// <param name="To">Its end; null = to the end of what is replayed.</param>
public sealed record ReplayFinding(string Machine, string Point, string Kind, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>The kind of a finding that nothing was wrong.</summary>
    public const string NoFault = "noFault";

    /// <summary>Whether it says that something was wrong.</summary>
    public bool IsFault => Kind != NoFault;

    /// <summary>Whether it speaks of a point of a machine.</summary>
    public bool IsAbout(string machine, string point) => Machine == machine && (Point.Length == 0 || Point == point);

    /// <summary>Whether it speaks of a moment.</summary>
    public bool Holds(DateTimeOffset at) => (From is not { } from || at >= from) && (To is not { } to || at <= to);
}
