using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Changes;

/// <summary>Appends to the feed, a block or a few per commit, and removes its oldest blocks.</summary>
internal sealed class SqliteChangeTables : SqliteTables
{
    /// <summary>A block's changes have the numbers from <c>first</c> to <c>last</c>; <c>at</c> is the time of the last.</summary>
    public const string Create = """
        CREATE TABLE changes(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
        """;

    /// <summary>How many changes are appended between two looks for old ones.</summary>
    private const int PruneEvery = 1024;

    /// <summary>How many blocks one look removes for their age at most: a commit must stay short.</summary>
    private const int PruneAtMost = 8 * PruneEvery;

    private readonly SqliteStoreOptions options;
    private readonly TwinChangeBlock block = new();
    private readonly SqliteCommand insert;
    private readonly SqliteCommand newest;
    private readonly SqliteCommand pruneRows;
    private readonly SqliteCommand pruneAge;

    /// <summary>The last number given; null = ask the table. The newest block is never removed, so no number is given twice.</summary>
    private long? last;
    private int untilPrune;

    public SqliteChangeTables(SqliteConnection connection, SqliteStoreOptions options)
        : base(connection)
    {
        this.options = options;
        insert = Prepare("INSERT INTO changes VALUES($0,$1,$2,$3)", 4);
        newest = Prepare("SELECT ifnull((SELECT last FROM changes ORDER BY first DESC LIMIT 1), 0)", 0);
        pruneRows = Prepare("DELETE FROM changes WHERE first <= $0 AND last <= $0", 1);
        pruneAge = Prepare(
            "DELETE FROM changes WHERE first IN (SELECT first FROM (SELECT first, at FROM changes WHERE last < $2 ORDER BY first LIMIT $0) WHERE at < $1)", 3);
        On<AppendTwinChange>(change => Append(change.Row));
    }

    /// <inheritdoc/>
    public override void BeforeCommit()
    {
        WriteBlock();
        if (untilPrune <= 0 && last is { } number)
        {
            untilPrune = PruneEvery;
            Run(pruneRows, [number - Math.Max(1, options.KeptChanges)]);
            Run(pruneAge, [(long)PruneAtMost, (block.At - options.KeptChangesFor).UtcTicks, number]);
        }
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        block.Clear();
        last = null;
    }

    private void Append(TwinChangeRow row)
    {
        block.Add(row);
        untilPrune--;
        if (block.IsFull)
        {
            WriteBlock();
        }
    }

    private void WriteBlock()
    {
        if (block.Count > 0)
        {
            var before = last ?? (long)newest.ExecuteScalar()!;
            last = before + block.Count;
            Run(insert, [before + 1, last, block.At.UtcTicks, block.ToArray()]);
            block.Clear();
        }
    }
}
