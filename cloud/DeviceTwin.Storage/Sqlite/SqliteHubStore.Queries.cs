using DeviceTwin.Storage.Query;
using DeviceTwin.Storage.Sqlite.Query;
using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Queries over twins.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<TwinDocument> FindTwins(TwinSearch search) => Read(connection =>
    {
        using var command = Prepared(connection, search, "");
        var twins = SqliteLoader.Twins(command);
        return search.Presence is not { } presence ? twins : twins.ConvertAll(twin => presence.GetValueOrDefault(twin.DeviceId) is { } fact
            ? twin with { Connected = fact.Connected, LastActivityAt = fact.LastActivityAt }
            : twin);
    });

    /// <summary>How SQLite goes about a search, line by line.</summary>
    internal IReadOnlyList<string> Explain(TwinSearch search) => Read(connection =>
    {
        using var command = Prepared(connection, search, "EXPLAIN QUERY PLAN ");
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(reader.GetString(3));
        }

        return lines;
    });

    private SqliteCommand Prepared(SqliteConnection connection, TwinSearch search, string before)
    {
        connection.CreateFunction<string?, double?>(ConditionSql.NumberFunction, ConditionFunctions.Number, isDeterministic: true);
        connection.CreateFunction<long, double?, double?, double?>(ConditionSql.ArithmeticFunction, ConditionFunctions.Calculate, isDeterministic: true);
        var sql = TwinSearchSql.Of(search, indexed);
        var command = connection.CreateCommand();
        command.CommandText = before + sql;
        for (var index = 0; index < sql.Parameters.Count; index++)
        {
            command.Parameters.AddWithValue($"${index}", sql.Parameters[index]);
        }

        return command;
    }
}
