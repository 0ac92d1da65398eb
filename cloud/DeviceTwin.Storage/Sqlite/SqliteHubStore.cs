using DeviceTwin.Storage.Query;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// The hub's store in one SQLite file: write-ahead log, synchronous=FULL (a commit is on the disk before anybody hears of it), one writer's
/// thread that groups commits, readers beside it. The file holds keys: only its owner may read it.
/// </summary>
public sealed partial class SqliteHubStore : IHubStore
{
    /// <summary>
    /// Of a new database. Messages of many devices each touch a page of their own, and the log takes every touched page whole: small ones make
    /// commits small.
    /// </summary>
    private const int PageBytes = 2048;

    /// <summary>Log from which on it is worked into the file. What is written often is worked in once: more log, less writing.</summary>
    private const int CheckpointBytes = 32 << 20;

    /// <summary>The writer's pages in memory: those that some thousand devices write at all the time.</summary>
    private const int CacheBytes = 8 << 20;

    private readonly SqliteStoreOptions options;
    private readonly string readers;
    private readonly FileStream ownership;
    private readonly SqliteConnection connection;
    private readonly SqliteWriter writer;
    private readonly IndexedPaths indexed;
    private int disposed;

    private SqliteHubStore(SqliteStoreOptions options, FileStream ownership, SqliteConnection connection)
    {
        this.options = options;
        this.ownership = ownership;
        this.connection = connection;
        readers = ConnectionString(options.Path, SqliteOpenMode.ReadOnly, pooling: true);
        indexed = new IndexedPaths(options.IndexedPaths);
        writer = new SqliteWriter(connection, options);
    }

    /// <inheritdoc/>
    public event Action<StorageException>? CommitFailed
    {
        add => writer.CommitFailed += value;
        remove => writer.CommitFailed -= value;
    }

    /// <summary>Commits made since the store was opened; fewer than writes, when they come together.</summary>
    public long Commits => writer.Commits;

    /// <summary>Opens the database, making it where there is none. Throws a <see cref="StorageException"/>.</summary>
    public static SqliteHubStore Open(SqliteStoreOptions options)
    {
        FileStream? ownership = null;
        SqliteConnection? connection = null;
        try
        {
            ownership = TakeOwnership(options.Path);
            RefuseLonelyLog(options.Path);
            CreateFile(options.Path);
            connection = new SqliteConnection(ConnectionString(options.Path, SqliteOpenMode.ReadWrite, pooling: false));
            connection.Open();
            connection.Execute($"PRAGMA page_size = {PageBytes}");
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA journal_size_limit = 67108864");
            connection.Execute($"PRAGMA wal_autocheckpoint = {CheckpointBytes / PageBytes}");
            connection.Execute($"PRAGMA cache_size = -{CacheBytes / 1024}");
            SqliteSchema.Migrate(connection, options.Path);
            SqliteArrivals.FileAll(connection);
            return new SqliteHubStore(options, ownership, connection);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            ownership?.Dispose();
            throw SqliteErrors.Translate(e, options.Path);
        }
    }

    /// <inheritdoc/>
    public StoredFleet Load() => Read(SqliteLoader.Load);

    /// <inheritdoc/>
    public Task Write(IReadOnlyList<StoreChange> changes, Action? durable = null) => writer.Write(changes, durable);

    /// <inheritdoc/>
    public void Write(StoreWrite write) => writer.Write(write);

    /// <inheritdoc/>
    public void FailQueued(StorageException reason) => writer.FailQueued(reason);

    /// <inheritdoc/>
    public IReadOnlyList<TelemetryMessage> ReadTelemetry(string deviceId, string? kind, int limit) =>
        Read(connection => SqliteHistory.Telemetry(connection, options, deviceId, kind, limit));

    /// <inheritdoc/>
    public IReadOnlyList<AuditRow> ReadAudit(string? deviceId, int limit) =>
        Read(connection => SqliteHistory.Audit(connection, deviceId, limit));

    /// <summary>Commits what is queued and closes the file.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        writer.Dispose();
        connection.Dispose();
        using (var pool = new SqliteConnection(readers))
        {
            SqliteConnection.ClearPool(pool);
        }

        ownership.Dispose();
    }

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            using var reader = new SqliteConnection(readers);
            reader.Open();
            return read(reader);
        }
        catch (Exception e)
        {
            throw SqliteErrors.Translate(e, options.Path);
        }
    }

    /// <summary>A lock that the operating system takes back however the process ends. SQLite's own would shut out readers.</summary>
    private static FileStream TakeOwnership(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new StorageException(
                StorageError.Locked, $"Another hub has the database {path}. Stop it, or give this hub a folder of its own (--data).", e);
        }
    }

    /// <summary>
    /// Refuses a log whose database is gone or empty. SQLite would delete it, and with it changes that were acknowledged, and the hub would
    /// begin with no devices as if that were right.
    /// </summary>
    private static void RefuseLonelyLog(string path)
    {
        var log = new FileInfo(path + "-wal");
        if (log is { Exists: true, Length: > 0 } && new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            throw new StorageException(
                StorageError.Corrupt,
                $"The database {path} is missing or empty, but {log.Name} beside it holds changes that belong to it. "
                    + "Put the database back; or, to give these changes up, move both away and restore a backup or begin with an empty one.");
        }
    }

    private static void CreateFile(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // SQLite gives the files beside the database the same mode.
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, creation).Dispose();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = pooling,
        DefaultTimeout = 5,
    }.ToString();
}
