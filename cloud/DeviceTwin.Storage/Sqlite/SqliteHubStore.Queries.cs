using DeviceTwin.Storage.Query;
using DeviceTwin.Storage.Sqlite.Query;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Queries over twins.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<TwinDocument> FindTwins(TwinSearch search) => Read(connection =>
    {
        var presence = new PresenceMemory(search.Presence);
        using var command = Prepared(connection, TwinSearchSql.Of(search, indexed), presence, "");
        var twins = SqliteLoader.Twins(command);
        return search.Presence is null ? twins : twins.ConvertAll(twin => presence.Of(twin.DeviceId) is { } fact
            ? twin with { Connected = fact.Connected, LastActivityAt = fact.LastActivityAt, CloudToDeviceMessageCount = fact.QueuedMessages }
            : twin);
    });

    /// <inheritdoc/>
    public IReadOnlyList<TwinText> FindTwinTexts(TwinSearch search) => Read(connection =>
    {
        var presence = new PresenceMemory(search.Presence);
        using var command = Prepared(connection, TwinSearchSql.Of(search, indexed), presence, "");
        return SqliteLoader.Read(command, row => new TwinText(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetFieldValue<byte[]>(3),
            new SectionText(row.GetFieldValue<byte[]>(4), row.GetInt64(5), row.GetFieldValue<byte[]>(6)),
            new SectionText(row.GetFieldValue<byte[]>(7), row.GetInt64(8), row.GetFieldValue<byte[]>(9)),
            row.IsDBNull(10) ? null : row.GetString(10),
            presence.Of(row.GetString(0)) ?? new PresenceFact(false, null)));
    });

    /// <inheritdoc/>
    public IReadOnlyList<TwinValues>? FindValues(TwinSearch search, IReadOnlyList<PathOperand> paths) => TwinSearchSql.Values(search, indexed, paths) is not { } sql ? null : Read(connection =>
    {
        using var command = Prepared(connection, sql, new PresenceMemory(search.Presence), "");
        return SqliteLoader.Read(command, row =>
        {
            var values = new string?[paths.Count];
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = row.IsDBNull(index + 1) ? null : row.GetString(index + 1);
            }

            return new TwinValues(row.GetString(0), values);
        });
    });

    /// <inheritdoc/>
    public IReadOnlyList<QueryGroup> FindGroups(TwinQuery query, Func<string, PresenceFact?>? presence) => Read(connection =>
    {
        if (FromIndex(connection, query) is { } counted)
        {
            return counted;
        }

        using var command = Prepared(connection, GroupSearchSql.Of(query, indexed, out var kinds), new PresenceMemory(presence), "");
        using var reader = command.ExecuteReader();
        var groups = new QueryGroups(query);
        var values = new Primitive[kinds.Count - query.GroupBy.Count];
        while (reader.Read())
        {
            var key = new GroupValue[query.GroupBy.Count];
            for (var column = 0; column < kinds.Count; column++)
            {
                var value = reader.IsDBNull(column) ? default
                    : kinds[column] is { } kind ? GroupValue.Of(ConditionFunctions.Of(kind, reader.GetValue(column)))
                    : GroupValue.OfText(reader.GetString(column));
                if (column < key.Length)
                {
                    key[column] = value;
                }
                else
                {
                    values[column - key.Length] = value.Primitive;
                }
            }

            groups.Add(key, values);
        }

        return groups.Read();
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> FindDeviceIds(string? after, int limit) => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT device_id FROM identities WHERE device_id > $0 ORDER BY device_id LIMIT $1";
        command.Parameters.AddWithValue("$0", after ?? "");
        command.Parameters.AddWithValue("$1", limit);
        return SqliteLoader.Read(command, row => row.GetString(0));
    });

    /// <summary>How SQLite goes about a search, line by line.</summary>
    internal IReadOnlyList<string> Explain(TwinSearch search) => Explain(TwinSearchSql.Of(search, indexed), search.Presence);

    /// <inheritdoc cref="Explain(TwinSearch)"/>
    internal IReadOnlyList<string> Explain(TwinQuery query) => Explain(GroupSearchSql.Of(query, indexed, out _), null);

    private IReadOnlyList<string> Explain(SqlText sql, Func<string, PresenceFact?>? presence) => Read(connection =>
    {
        using var command = Prepared(connection, sql, new PresenceMemory(presence), "EXPLAIN QUERY PLAN ");
        return SqliteLoader.Read(command, row => row.GetString(3));
    });

    /// <summary>
    /// Counts over all devices by one indexed path: the index has them side by side, and whoever is not in it has nothing there. Null for every other
    /// query, and where objects or arrays stand at the path, of which the index knows only that they are.
    /// </summary>
    private IReadOnlyList<QueryGroup>? FromIndex(SqliteConnection connection, TwinQuery query)
    {
        if (query is not { GroupBy: [{ Path: var path }], Condition.Root: Constant { Value: true } }
            || query.Columns!.Any(column => column.Aggregate is not (null or AggregateFunction.Count))
            || indexed.Find(path) is not { } leaves)
        {
            return null;
        }

        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            "SELECT kind, CASE kind WHEN 3 THEN CAST(value AS BLOB) ELSE value END, count(*) FROM twin_leaves WHERE path = $0 GROUP BY kind, value "
            + "UNION ALL SELECT -1, NULL, (SELECT count(*) FROM identities) - (SELECT count(*) FROM twin_leaves WHERE path = $0)";
        command.Parameters.AddWithValue("$0", leaves);
        using var reader = command.ExecuteReader();
        var counts = query.Columns!.Count(column => column.Aggregate is not null);
        var groups = new List<QueryGroup>();
        while (reader.Read())
        {
            var (kind, count) = (reader.GetInt32(0), reader.GetInt64(2));
            if (kind == 0)
            {
                return null;
            }

            if (count > 0)
            {
                var value = kind < 0 ? default : GroupValue.Of(ConditionFunctions.Of((PrimitiveKind)kind, reader.GetValue(1)));
                groups.Add(new QueryGroup(new GroupKey([value]), [.. Enumerable.Repeat(Primitive.Of(count), counts)]));
            }
        }

        return [.. groups.OrderBy(group => group.Key)];
    }

    private static SqliteCommand Prepared(SqliteConnection connection, SqlText sql, PresenceMemory presence, string before)
    {
        connection.CreateFunction<string?, double?>(ConditionSql.NumberFunction, ConditionFunctions.Number, isDeterministic: true);
        connection.CreateFunction<long, double?, double?, double?>(ConditionSql.ArithmeticFunction, ConditionFunctions.Calculate, isDeterministic: true);
        connection.CreateFunction<string?, long, object?, bool>(ConditionSql.ArrayFunction, ConditionFunctions.Contains, isDeterministic: true);
        connection.CreateFunction<long?, string>(ConditionSql.TimeFunction, ConditionFunctions.Time, isDeterministic: true);
        connection.CreateFunction<string, long, string?, object?>(ConditionSql.LiveFunction, presence.Ask, isDeterministic: true);
        var command = connection.CreateCommand();
        command.CommandText = before + sql;
        for (var index = 0; index < sql.Parameters.Count; index++)
        {
            command.Parameters.AddWithValue($"${index}", sql.Parameters[index]);
        }

        return command;
    }
}
