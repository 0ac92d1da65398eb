using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// Where messages lie until they go into their streams. Every stream ends on a page of its own, and a commit writes each page that it touches:
/// messages of many devices would cost a page or two each. So a large commit puts them down side by side as they came, and they go on
/// to their streams when there are enough of them for each. Streams share a few drawers, each small enough to be emptied in a moment.
/// </summary>
/// <remarks>What lies here of a stream is newer than all that the stream holds.</remarks>
internal sealed class SqliteArrivals : IDisposable
{
    private const int Count = 4;

    /// <summary>Messages in a drawer from which on it is emptied.</summary>
    private const int Full = 4096;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Drawer[] drawers;
    private long lastPut;

    /// <summary>All drawers of the database are empty.</summary>
    public SqliteArrivals(SqliteConnection connection) =>
        drawers = [.. Enumerable.Range(0, Count).Select(number => new Drawer(connection, Table(number)))];

    public static string Create => string.Join('\n', Enumerable.Range(0, Count).Select(number =>
        $"CREATE TABLE {Table(number)}(id INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);"));

    /// <summary>The messages of a stream with ids from $0 to $1, wherever they lie.</summary>
    public static string Select(long streamId) => $"""
        (SELECT id, enqueued_at, properties, body FROM telemetry WHERE id BETWEEN $0 AND $1
        UNION ALL
        SELECT id, enqueued_at, properties, body FROM {Table(streamId % Count)} WHERE id BETWEEN $0 AND $1)
        """;

    /// <summary>Puts what was left here into the streams; for a database that was just opened.</summary>
    public static void FileAll(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        for (var number = 0; number < Count; number++)
        {
            connection.Execute($"{FileSql(Table(number))}; {ClearSql(Table(number))}");
        }

        transaction.Commit();
    }

    /// <summary>Whether messages of a stream may lie here: then the next ones have to go here too.</summary>
    public bool Holds(SqliteStream stream) => DrawerOf(stream.Id).Holds(stream);

    /// <summary>Puts a message into the drawer of its stream.</summary>
    public void Put(SqliteStream stream, long id, TelemetryMessage message)
    {
        lastPut = Stopwatch.GetTimestamp();
        DrawerOf(stream.Id).Put(stream, id, message);
    }

    /// <summary>Empties a drawer that is full, or, once no more comes, has anything in it.</summary>
    /// <param name="filed">Told of every stream that got messages.</param>
    public void File(Action<SqliteStream> filed)
    {
        var enough = Stopwatch.GetElapsedTime(lastPut) > Quiet ? 1 : Full;
        Array.Find(drawers, drawer => drawer.Messages >= enough)?.File(filed);
    }

    /// <summary>The id of the newest message of a stream, wherever it lies; null where there is none.</summary>
    public long? Newest(long streamId) => DrawerOf(streamId).Newest(streamId);

    /// <summary>Removes all messages of a stream.</summary>
    public void Delete(long streamId) => DrawerOf(streamId).Delete(streamId);

    /// <summary>After a rollback nobody knows what lies here.</summary>
    public void Forget()
    {
        foreach (var drawer in drawers)
        {
            drawer.Forget();
        }
    }

    public void Dispose()
    {
        foreach (var drawer in drawers)
        {
            drawer.Dispose();
        }
    }

    private static string Table(long number) => $"arrivals_{number}";

    private static string FileSql(string table) => $"INSERT INTO telemetry SELECT id, enqueued_at, properties, body FROM {table} ORDER BY id";

    private static string ClearSql(string table) => $"DELETE FROM {table}";

    private Drawer DrawerOf(long streamId) => drawers[streamId % Count];

    private sealed class Drawer(SqliteConnection connection, string table) : IDisposable
    {
        private readonly RawStatement put = new(connection, $"INSERT INTO {table} VALUES(?,?,?,?)");
        private readonly RawStatement file = new(connection, FileSql(table));
        private readonly RawStatement clear = new(connection, ClearSql(table));
        private readonly SqliteCommand newest = SqliteStatements.Prepare(
            connection,
            $"SELECT max(id) FROM (SELECT max(id) AS id FROM telemetry WHERE id BETWEEN $0 AND $1 UNION ALL SELECT max(id) FROM {table} WHERE id BETWEEN $0 AND $1)",
            2);

        private readonly SqliteCommand delete = SqliteStatements.Prepare(connection, $"DELETE FROM {table} WHERE id BETWEEN $0 AND $1", 2);
        private readonly HashSet<SqliteStream> streams = [];

        /// <summary>There may be messages of other streams too.</summary>
        private bool inDoubt;

        /// <summary>How many there are, or more.</summary>
        public int Messages { get; private set; }

        public bool Holds(SqliteStream stream) => inDoubt || streams.Contains(stream);

        public void Put(SqliteStream stream, long id, TelemetryMessage message)
        {
            streams.Add(stream);
            Messages++;
            SqliteTelemetryWriter.Insert(put, id, message);
        }

        public void File(Action<SqliteStream> filed)
        {
            file.Run();
            clear.Run();
            foreach (var stream in streams)
            {
                filed(stream);
            }

            streams.Clear();
            Messages = 0;
            inDoubt = false;
        }

        public long? Newest(long streamId)
        {
            SqliteStatements.Bind(newest, [SqliteTelemetryWriter.First(streamId), SqliteTelemetryWriter.First(streamId + 1) - 1]);
            return newest.ExecuteScalar() as long?;
        }

        public void Delete(long streamId) =>
            SqliteStatements.Run(delete, [SqliteTelemetryWriter.First(streamId), SqliteTelemetryWriter.First(streamId + 1) - 1]);

        public void Forget()
        {
            streams.Clear();
            inDoubt = true;
            Messages = Full;
        }

        public void Dispose()
        {
            put.Dispose();
            file.Dispose();
            clear.Dispose();
            newest.Dispose();
            delete.Dispose();
        }
    }
}
