namespace DeviceTwin.Storage.Sqlite;

/// <summary>Where the database lies and how much history it keeps.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The database file; its folder must exist.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// Messages kept per device of each kind named; the newest stay. At times up to a sixteenth more are there, because old ones are
    /// removed in groups.
    /// </summary>
    public IReadOnlyDictionary<string, int> KeptByKind { get; init; } = new Dictionary<string, int>
    {
        ["features"] = 5000,
        ["spectrum"] = 20,
    };

    /// <summary>
    /// Kinds of <see cref="KeptByKind"/> whose messages go on into the history: the store removes none of them by itself, as they leave
    /// with the change that puts them there (<see cref="History.CompactHistory"/>).
    /// </summary>
    public IReadOnlySet<string> HistoryKinds { get; init; } = new HashSet<string>();

    /// <summary>Messages kept per device of all other kinds together.</summary>
    public int KeptOfOtherKinds { get; init; } = 500;

    /// <summary>
    /// Desired and reported properties that queries find by index; tags always are. Each costs a row whenever its value changes, and nothing
    /// when it does not.
    /// </summary>
    public IReadOnlyList<string> IndexedPaths { get; init; } =
    [
        "properties.reported.board",
        "properties.reported.detectorFingerprint",
        "properties.reported.firmwareVersion",
        "properties.reported.settingsHash",
    ];

    /// <summary>Rows of the feed of twin changes kept; at times a thousand or two more are there, because old ones are removed in groups.</summary>
    public int KeptChanges { get; init; } = 500_000;

    /// <summary>How long a row of the feed is kept.</summary>
    public TimeSpan KeptChangesFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Changes that go into one commit at most.</summary>
    public int MaximumBatch { get; init; } = 4096;

    /// <summary>Told of every commit, on the writer's thread: it must not block.</summary>
    public Action<StoreCommit>? Committed { get; init; }
}

/// <summary>One commit, as those who watch the store see it.</summary>
/// <param name="Writes">Writes that became durable together.</param>
/// <param name="Changes">Changes in them.</param>
/// <param name="Took">From the begin of the transaction to its end on the disk.</param>
/// <param name="Waiting">Writes that wait for the next one.</param>
/// <param name="Failed">It was taken back.</param>
public sealed record StoreCommit(int Writes, int Changes, TimeSpan Took, int Waiting, bool Failed);
