using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Load.Measures;

/// <summary>Writes the hub's own twin rows as fast as SQLite takes them: what a hub that did nothing else could reach.</summary>
internal static class BareLoop
{
    /// <param name="database">The hub's, from which the rows are taken.</param>
    /// <param name="file">Where they are written.</param>
    /// <param name="group">Rows of a commit: as many as the hub's clients could have on their way.</param>
    /// <returns>Rows a second.</returns>
    public static double Run(string database, string file, int group, TimeSpan duration, CancellationToken cancellation)
    {
        var (create, rows) = Read(database);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, create);
        using var insert = connection.CreateCommand();
        insert.CommandText = $"INSERT OR REPLACE INTO twins VALUES({string.Join(',', rows[0].Select((_, column) => $"${column}"))})";
        for (var column = 0; column < rows[0].Length; column++)
        {
            insert.Parameters.Add(new SqliteParameter { ParameterName = $"${column}" });
        }

        var begin = Stopwatch.GetTimestamp();
        var written = 0L;
        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            cancellation.ThrowIfCancellationRequested();
            Execute(connection, "BEGIN IMMEDIATE");
            for (var i = 0; i < group; i++)
            {
                var row = rows[(int)(written++ % rows.Count)];
                for (var column = 0; column < row.Length; column++)
                {
                    insert.Parameters[column].Value = row[column];
                }

                insert.ExecuteNonQuery();
            }

            Execute(connection, "COMMIT");
        }

        return written / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static (string Create, List<object[]> Rows) Read(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var schema = connection.CreateCommand();
        schema.CommandText = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'twins'";
        var create = (string)schema.ExecuteScalar()!;
        using var twins = connection.CreateCommand();
        twins.CommandText = "SELECT * FROM twins WHERE reported_version > 1";
        using var reader = twins.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows.Count > 0 ? (create, rows) : throw new LoadException("noTwins", "No twin has reported anything: there is nothing to write in the bare loop.");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
