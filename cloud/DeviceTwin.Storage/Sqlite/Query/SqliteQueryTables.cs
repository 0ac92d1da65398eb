using System.Text;
using DeviceTwin.Storage.Query;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Query;

/// <summary>
/// The index of leaves, kept in the transaction of the twin it belongs to. A twin whose indexed leaves are as before writes no row: what
/// was written last is remembered per device.
/// </summary>
internal sealed class SqliteQueryTables : SqliteTables
{
    /// <summary>
    /// The value has no type of its own, so that numbers, text and truth values stay what they are. Objects and arrays have kind 0 and an
    /// empty value.
    /// </summary>
    public const string Create = """
        CREATE TABLE twin_leaves(
          path TEXT NOT NULL, kind INTEGER NOT NULL, value NOT NULL, device_id TEXT NOT NULL,
          PRIMARY KEY(path, kind, value, device_id)) WITHOUT ROWID;
        CREATE INDEX twin_leaves_by_device ON twin_leaves(device_id);
        CREATE TABLE twin_leaves_design(paths TEXT NOT NULL);
        """;

    private readonly IndexedPaths index;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand remove;
    private readonly SqliteCommand removeAll;
    private readonly SqliteCommand read;
    private readonly Dictionary<string, Written> written = new(StringComparer.Ordinal);
    private readonly List<Leaf> listed = [];

    public SqliteQueryTables(SqliteConnection connection, SqliteStoreOptions options)
        : base(connection)
    {
        this.connection = connection;
        index = new IndexedPaths(options.IndexedPaths);
        insert = Prepare("INSERT INTO twin_leaves VALUES($0,$1,$2,$3)", 4);
        remove = Prepare("DELETE FROM twin_leaves WHERE path = $0 AND kind = $1 AND value = $2 AND device_id = $3", 4);
        removeAll = Prepare("DELETE FROM twin_leaves WHERE device_id = $0", 1);
        read = Prepare("SELECT path, kind, CASE kind WHEN 3 THEN CAST(value AS BLOB) ELSE value END FROM twin_leaves WHERE device_id = $0", 1);
        Rebuild();
    }

    /// <inheritdoc/>
    public override void PutTwin(TwinDocument twin)
    {
        var before = written.GetValueOrDefault(twin.DeviceId) ?? new Written(null, Read(twin.DeviceId));
        listed.Clear();
        index.AddListed(twin, listed);
        if (ReferenceEquals(before.Tags, twin.Tags) && listed.Count == before.Listed && listed.TrueForAll(before.Leaves.Contains))
        {
            return;
        }

        HashSet<Leaf> leaves = [.. listed, .. index.TagsOf(twin)];
        foreach (var leaf in before.Leaves.Except(leaves))
        {
            Run(remove, [leaf.Path, (long)leaf.Value.Kind, leaf.Value.Value ?? "", twin.DeviceId]);
        }

        foreach (var leaf in leaves.Except(before.Leaves))
        {
            Run(insert, [leaf.Path, (long)leaf.Value.Kind, leaf.Value.Value ?? "", twin.DeviceId]);
        }

        written[twin.DeviceId] = new Written(twin.Tags, leaves) { Listed = listed.Count };
    }

    /// <inheritdoc/>
    public override void DeleteDevice(string deviceId)
    {
        Run(removeAll, [deviceId]);
        written.Remove(deviceId);
    }

    /// <inheritdoc/>
    public override void Forget() => written.Clear();

    /// <summary>Makes the index anew where the list of paths is another than before, or there has been no index.</summary>
    private void Rebuild()
    {
        using var ask = connection.CreateCommand();
        ask.CommandText = "SELECT paths FROM twin_leaves_design";
        if (ask.ExecuteScalar() as string == index.Signature)
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        connection.Execute("DELETE FROM twin_leaves; DELETE FROM twin_leaves_design");
        foreach (var command in (SqliteCommand[])[insert, remove, read])
        {
            command.Transaction = transaction;
        }

        foreach (var twin in SqliteLoader.Twins(connection))
        {
            PutTwin(twin);
        }

        using var note = connection.CreateCommand();
        note.CommandText = "INSERT INTO twin_leaves_design VALUES($0)";
        note.Parameters.AddWithValue("$0", index.Signature);
        note.ExecuteNonQuery();
        transaction.Commit();
        foreach (var command in (SqliteCommand[])[insert, remove, read])
        {
            command.Transaction = null;
        }

        written.Clear();
    }

    private HashSet<Leaf> Read(string deviceId)
    {
        SqliteStatements.Bind(read, [deviceId]);
        using var row = read.ExecuteReader();
        var leaves = new HashSet<Leaf>();
        while (row.Read())
        {
            leaves.Add(new Leaf(row.GetString(0), (PrimitiveKind)row.GetInt64(1) switch
            {
                PrimitiveKind.None => Primitive.None,
                PrimitiveKind.Boolean => Primitive.Of(row.GetInt64(2) != 0),
                // The driver's strings end at U+0000.
                PrimitiveKind.Text => Primitive.Of(Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(2))),
                _ when row.GetFieldType(2) == typeof(long) => Primitive.Of(row.GetInt64(2)),
                _ => Primitive.Of(row.GetDouble(2)),
            }));
        }

        return leaves;
    }

    /// <summary>What the index has of a device.</summary>
    /// <param name="Tags">The tags it was made of; they are never changed in place. Null where it was read from the database.</param>
    private sealed record Written(object? Tags, HashSet<Leaf> Leaves)
    {
        /// <summary>How many of the leaves are listed properties.</summary>
        public int Listed { get; init; } = -1;
    }
}
