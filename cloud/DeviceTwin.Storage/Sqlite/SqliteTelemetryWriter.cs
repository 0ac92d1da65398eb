using DeviceTwin.Twins;
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

    /// <summary>Streams in a commit up to which it is small: what the pages of their own cost is not worth writing anything twice.</summary>
    private const int FewStreams = 16;

    /// <summary>Messages of one stream in a commit that are worth its page.</summary>
    private const int Worthwhile = 6;

    private readonly SqliteStoreOptions options;
    private readonly Dictionary<(string DeviceId, string Bucket), SqliteStream> streams = [];
    private readonly List<SqliteStream> touched = [];
    private readonly SqliteArrivals arrivals;
    private readonly RawStatement insert;
    private readonly SqliteCommand prune;
    private readonly SqliteCommand findStream;
    private readonly SqliteCommand addStream;
    private readonly SqliteCommand streamsOf;
    private readonly SqliteCommand deleteStreams;

    public SqliteTelemetryWriter(SqliteConnection connection, SqliteStoreOptions options)
    {
        this.options = options;
        arrivals = new SqliteArrivals(connection);
        insert = new RawStatement(connection, "INSERT INTO telemetry VALUES(?,?,?,?)");
        prune = SqliteStatements.Prepare(connection, "DELETE FROM telemetry WHERE id BETWEEN $0 AND $1", 2);
        findStream = SqliteStatements.Prepare(connection, "SELECT id FROM streams WHERE device_id = $0 AND bucket = $1", 2);
        addStream = SqliteStatements.Prepare(connection, "INSERT INTO streams(device_id, bucket) VALUES($0,$1) RETURNING id", 2);
        streamsOf = SqliteStatements.Prepare(connection, "SELECT id, bucket FROM streams WHERE device_id = $0", 1);
        deleteStreams = SqliteStatements.Prepare(connection, "DELETE FROM streams WHERE device_id = $0", 1);
    }

    /// <summary>Kinds are words of nodes: a module's messages mean nothing to what is made of them, and all lie together.</summary>
    public static string BucketOf(string address, string? kind, SqliteStoreOptions options) =>
        kind is not null && options.KeptByKind.ContainsKey(kind) && !TwinAddress.IsModule(address) ? kind : OtherKinds;

    /// <summary>Takes a message; it is written with all others of the commit.</summary>
    public void Append(TelemetryMessage message)
    {
        var stream = Find(message.DeviceId, BucketOf(message.DeviceId, message.Kind, options));
        if (stream.Pending.Count == 0)
        {
            touched.Add(stream);
        }

        stream.Pending.Add(message);
    }

    /// <summary>Writes what was taken.</summary>
    public void BeforeCommit()
    {
        var few = touched.Count <= FewStreams;
        foreach (var stream in touched)
        {
            var straight = (few || stream.Pending.Count >= Worthwhile) && !arrivals.Holds(stream);
            foreach (var message in stream.Pending)
            {
                var id = First(stream.Id) + ++stream.Last;
                if (straight)
                {
                    Insert(insert, id, message);
                }
                else
                {
                    arrivals.Put(stream, id, message);
                }
            }

            stream.Pending.Clear();
            if (straight)
            {
                Prune(stream);
            }
        }

        touched.Clear();
        arrivals.File(Prune);
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
                if (streams.Remove((deviceId, reader.GetString(1)), out var stream))
                {
                    touched.Remove(stream);
                }
            }
        }

        foreach (var id in ids)
        {
            SqliteStatements.Run(prune, [First(id), First(id + 1) - 1]);
            arrivals.Delete(id);
        }

        SqliteStatements.Run(deleteStreams, [deviceId]);
    }

    /// <summary>After a rollback the numbers in memory are ahead of the table's: they are read again.</summary>
    public void Forget()
    {
        streams.Clear();
        touched.Clear();
        arrivals.Forget();
    }

    public void Dispose()
    {
        arrivals.Dispose();
        insert.Dispose();
        foreach (var command in new[] { prune, findStream, addStream, streamsOf, deleteStreams })
        {
            command.Dispose();
        }
    }

    public static long First(long streamId) => streamId << StreamShift;

    /// <summary>Runs a statement that inserts a message.</summary>
    internal static void Insert(RawStatement statement, long id, TelemetryMessage message)
    {
        statement.Bind(1, id);
        statement.Bind(2, message.EnqueuedAt.UtcTicks);
        if (message.Properties.Count == 0)
        {
            statement.BindText(3, "{}"u8);
        }
        else
        {
            statement.Bind(3, StoredText.Of(message.Properties));
        }

        statement.BindBlob(4, message.Body.Span);
        statement.Run();
    }

    /// <summary>Removes the oldest messages of a stream, many at a time. Its newest are in it, not among the arrivals.</summary>
    private void Prune(SqliteStream stream)
    {
        if (options.HistoryKinds.Contains(stream.Bucket))
        {
            // Whoever turns old messages into history removes them in the same transaction.
            return;
        }

        var kept = options.KeptByKind.GetValueOrDefault(stream.Bucket, options.KeptOfOtherKinds);
        var step = Math.Max(1, kept / 16);
        var gone = (stream.Last - kept) / step * step;
        if (gone > stream.Gone)
        {
            SqliteStatements.Run(prune, [First(stream.Id), First(stream.Id) + gone]);
            stream.Gone = gone;
        }
    }

    private SqliteStream Find(string deviceId, string bucket)
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

        var last = arrivals.Newest((long)id) is { } newest ? newest - First((long)id) : 0;
        return streams[(deviceId, bucket)] = new SqliteStream((long)id, bucket) { Last = last };
    }
}

/// <summary>The messages of one device and bucket, as the writer knows them.</summary>
/// <param name="id">The row of the stream.</param>
internal sealed class SqliteStream(long id, string bucket)
{
    public long Id { get; } = id;

    public string Bucket { get; } = bucket;

    /// <summary>The number of its newest message; 0 where there is none.</summary>
    public long Last { get; set; }

    /// <summary>The number up to which messages were removed since this object was made.</summary>
    public long Gone { get; set; }

    /// <summary>Messages of the commit that is being made.</summary>
    public List<TelemetryMessage> Pending { get; } = [];
}
