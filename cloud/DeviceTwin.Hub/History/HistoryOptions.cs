namespace DeviceTwin.Hub.History;

/// <summary>How long each tier of the history is kept, and how messages are turned into it.</summary>
public sealed record HistoryOptions
{
    /// <summary>Kinds of messages that go into the history.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["features", "health"];

    /// <summary>Messages of a device and kind that stay as they came; older ones become blocks.</summary>
    public int HotMessages { get; init; } = 5000;

    /// <summary>
    /// Messages older than this become blocks even where there are fewer; a last handful, too small for a block, up to twice as old stays.
    /// </summary>
    public TimeSpan Raw { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Blocks: every value of every message.</summary>
    public TimeSpan Blocks { get; init; } = TimeSpan.FromDays(2 * 365);

    public TimeSpan Hours { get; init; } = TimeSpan.FromDays(5 * 365);

    public TimeSpan Days { get; init; } = TimeSpan.FromDays(20 * 365);

    /// <summary>Bytes of blocks at most; the oldest leave first. Roll-ups stay. 0 = no bound.</summary>
    public long LargestBytes { get; init; }

    /// <summary>Messages of a block. One transaction moves as many: some ten milliseconds of the writer's time.</summary>
    public int BlockMessages { get; init; } = 512;

    /// <summary>How often it is looked what there is to do.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
}
