using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// Appends messages to the streams of their device and kind and removes the oldest. Kinds without a limit of their own share one stream per
/// device, so that a device cannot fill the disk by inventing kinds.
/// </summary>
internal sealed class SqliteTelemetryWriter : IDisposable
{
    /// <summary>The bucket of all kinds that have no limit of their own.</summary>
    public const string OtherKinds = "";

    /// <summary>A message's id is stream &lt;&lt; 32 | number.</summary>
    public const int StreamShift = 32;

    private readonly SqliteStoreOptions options;
    private readonly Dictionary<(string DeviceId, string Bucket), Stream> streams = [];
    private readonly RawStatement insert;
    private readonly SqliteCommand prune;
    private readonly SqliteCommand findStream;
    private readonly SqliteCommand addStream;
    private readonly SqliteCommand lastNumber;
    private readonly SqliteCommand streamsOf;
    private readonly SqliteCommand deleteStreams;

    public SqliteTelemetryWriter(SqliteConnection connection, SqliteStoreOptions options)
    {
        this.options = options;
        insert = new RawStatement(connection, "INSERT INTO telemetry VALUES(?,?,?,?)");
        prune = SqliteStatements.Prepare(connection, "DELETE FROM telemetry WHERE id BETWEEN $0 AND $1", 2);
        findStream = SqliteStatements.Prepare(connection, "SELECT id FROM streams WHERE device_id = $0 AND bucket = $1", 2);
        addStream = SqliteStatements.Prepare(connection, "INSERT INTO streams(device_id, bucket) VALUES($0,$1) RETURNING id", 2);
        lastNumber = SqliteStatements.Prepare(connection, "SELECT max(id) FROM telemetry WHERE id BETWEEN $0 AND $1", 2);
        streamsOf = SqliteStatements.Prepare(connection, "SELECT id, bucket FROM streams WHERE device_id = $0", 1);
        deleteStreams = SqliteStatements.Prepare(connection, "DELETE FROM streams WHERE device_id = $0", 1);
    }

    public static string BucketOf(string? kind, SqliteStoreOptions options) =>
        kind is not null && options.KeptByKind.ContainsKey(kind) ? kind : OtherKinds;

    public void Append(TelemetryMessage message)
    {
        var bucket = BucketOf(message.Kind, options);
        var stream = Find(message.DeviceId, bucket);
        stream.Last++;
        insert.Bind(1, First(stream.Id) + stream.Last);
        insert.Bind(2, message.EnqueuedAt.UtcTicks);
        if (message.Properties.Count == 0)
        {
            insert.BindText(3, "{}"u8);
        }
        else
        {
            insert.Bind(3, StoredText.Of(message.Properties));
        }

        insert.BindBlob(4, message.Body.Span);
        insert.Run();

        if (options.HistoryKinds.Contains(bucket))
        {
            // Whoever turns old messages into history removes them in the same transaction.
            return;
        }

        var kept = options.KeptByKind.GetValueOrDefault(bucket, options.KeptOfOtherKinds);
        var step = Math.Max(1, kept / 16);
        if (stream.Last > kept && stream.Last % step == 0)
        {
            SqliteStatements.Run(prune, [First(stream.Id), First(stream.Id) + stream.Last - kept]);
        }
    }

    /// <summary>Removes all messages of a device.</summary>
    public void Delete(string deviceId)
    {
        var ids = new List<long>();
        SqliteStatements.Bind(streamsOf, [deviceId]);
        using (var reader = streamsOf.ExecuteReader())
        {
            while (reader.Read())
            {
                ids.Add(reader.GetInt64(0));
                streams.Remove((deviceId, reader.GetString(1)));
            }
        }

        foreach (var id in ids)
        {
            SqliteStatements.Run(prune, [First(id), First(id + 1) - 1]);
        }

        SqliteStatements.Run(deleteStreams, [deviceId]);
    }

    /// <summary>After a rollback the numbers in memory are ahead of the table's: they are read again.</summary>
    public void Forget() => streams.Clear();

    public void Dispose()
    {
        insert.Dispose();
        foreach (var command in new[] { prune, findStream, addStream, lastNumber, streamsOf, deleteStreams })
        {
            command.Dispose();
        }
    }

    public static long First(long streamId) => streamId << StreamShift;

    private Stream Find(string deviceId, string bucket)
    {
        if (streams.TryGetValue((deviceId, bucket), out var stream))
        {
            return stream;
        }

        SqliteStatements.Bind(findStream, [deviceId, bucket]);
        var id = findStream.ExecuteScalar();
        if (id is null)
        {
            SqliteStatements.Bind(addStream, [deviceId, bucket]);
            id = addStream.ExecuteScalar()!;
        }

        stream = new Stream((long)id);
        SqliteStatements.Bind(lastNumber, [First(stream.Id), First(stream.Id + 1) - 1]);
        stream.Last = lastNumber.ExecuteScalar() is long last ? last - First(stream.Id) : 0;
        return streams[(deviceId, bucket)] = stream;
    }

    /// <param name="id">The row of the stream.</param>
    private sealed class Stream(long id)
    {
        public long Id { get; } = id;

        /// <summary>The number of its newest message; 0 where there is none.</summary>
        public long Last { get; set; }
    }
}
