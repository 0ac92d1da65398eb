using System.Diagnostics;
using DeviceTwin.Load.Servers;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Load.Measures;

/// <summary>
/// Writes the hub's own rows, twins and the feed of their changes, as fast as SQLite takes them: what a hub that did nothing else could reach.
/// </summary>
internal static class BareLoop
{
    /// <param name="database">The hub's, from which the rows are taken.</param>
    /// <param name="file">Where they are written.</param>
    /// <param name="devices">How many devices reported.</param>
    /// <param name="group">Patches of a commit: as many as the hub's commits of the same run had.</param>
    /// <param name="merged">
    /// Whether a twin that several patches of a commit concern is put once, as the hub does; else once for each. The pages of the commit are the same.
    /// </param>
    public static ReportedRun Run(string database, string file, int devices, int group, bool merged, TimeSpan duration, CancellationToken cancellation)
    {
        var written = Read(database, devices);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();

        // As the hub's own database.
        Execute(connection, "PRAGMA page_size = 2048");
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, "PRAGMA wal_autocheckpoint = 16384");
        Execute(connection, "PRAGMA cache_size = -8192");
        Execute(connection, written.CreateTwins);
        Execute(connection, written.CreateChanges);
        Execute(connection, "CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL)");
        using var putTwin = Prepare(connection, "INSERT OR REPLACE INTO twins", written.Twins[0].Length);
        using var addChanges = Prepare(connection, "INSERT INTO changes", written.Blocks[0].Row.Length);
        using var count = Prepare(connection, "INSERT OR REPLACE INTO counters", 2);

        var bytes = ServerProcess.WrittenBy("self");
        var begin = Stopwatch.GetTimestamp();
        var (patches, inFeed, blocks, commits) = (0L, 0L, 0L, 0L);
        var (random, reporting) = (new Random(1), new List<int>());
        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            cancellation.ThrowIfCancellationRequested();
            Execute(connection, "BEGIN IMMEDIATE");

            // Whichever devices it happens to be, in no order.
            reporting.Clear();
            for (var i = 0; i < group; i++)
            {
                reporting.Add(random.Next(written.Twins.Count));
            }

            foreach (var twin in merged ? reporting.Distinct() : reporting)
            {
                Run(putTwin, written.Twins[twin]);
            }

            // The feed has every patch, in blocks.
            patches += group;
            for (; inFeed < patches; blocks++)
            {
                var (changes, row) = written.Blocks[(int)(blocks % written.Blocks.Count)];
                Run(addChanges, [blocks, .. row[1..]]);
                inFeed += changes;
            }

            Run(count, ["reportedPatches", patches]);
            Execute(connection, "COMMIT");
            commits++;
        }

        return new ReportedRun(
            patches / Stopwatch.GetElapsedTime(begin).TotalSeconds, patches / (double)commits, (ServerProcess.WrittenBy("self") - bytes) / (double)patches);
    }

    private static Written Read(string database, int devices)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var twins = Rows(connection, $"SELECT * FROM twins WHERE reported_version > 1 ORDER BY reported_version DESC LIMIT {devices}");
        var blocks = Rows(connection, "SELECT * FROM changes ORDER BY first DESC LIMIT 500");
        return twins.Count > 0 && blocks.Count > 0
            ? new Written(
                Schema(connection, "twins"), twins, Schema(connection, "changes"), [.. blocks.Select(row => ((long)row[1] - (long)row[0] + 1, row))])
            : throw new LoadException("noTwins", "No twin has reported anything: there is nothing to write in the bare loop.");
    }

    private static string Schema(SqliteConnection connection, string table)
    {
        using var schema = connection.CreateCommand();
        schema.CommandText = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $0";
        schema.Parameters.AddWithValue("$0", table);
        return (string)schema.ExecuteScalar()!;
    }

    private static List<object[]> Rows(SqliteConnection connection, string sql)
    {
        using var select = connection.CreateCommand();
        select.CommandText = sql;
        using var reader = select.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string insert, int columns)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"{insert} VALUES({string.Join(',', Enumerable.Range(0, columns).Select(column => $"${column}"))})";
        for (var column = 0; column < columns; column++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${column}" });
        }

        return command;
    }

    private static void Run(SqliteCommand command, object[] row)
    {
        for (var column = 0; column < row.Length; column++)
        {
            command.Parameters[column].Value = row[column];
        }

        command.ExecuteNonQuery();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What the hub has written.</summary>
    /// <param name="Blocks">Rows of the feed, each with the changes that are in it.</param>
    private sealed record Written(
        string CreateTwins, IReadOnlyList<object[]> Twins, string CreateChanges, IReadOnlyList<(long Changes, object[] Row)> Blocks);
}
