using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Load.Measures;

/// <summary>The hub's own tables, asked and written without the hub.</summary>
internal sealed class PlainRegistry : IDisposable
{
    /// <summary>What an import writes, in the order in which it is copied.</summary>
    private static readonly string[] Imported = ["identities", "twins", "twin_leaves", "audit", "changes"];

    private readonly SqliteConnection connection;

    /// <param name="database">The hub's, which may be at work.</param>
    public PlainRegistry(string database) => connection = Open(database, "ReadOnly");

    /// <summary>Writes the rows of the hub's import into a database with the hub's settings, in as many commits; devices a second.</summary>
    public static double Import(string database, string file, int devices, int commits, CancellationToken cancellation)
    {
        using var from = Open(database, "ReadOnly");
        using var into = Open(file, "ReadWriteCreate");
        foreach (var setting in (string[])["page_size = 2048", "journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 16384", "cache_size = -8192"])
        {
            Execute(into, $"PRAGMA {setting}");
        }

        var tables = Imported.Select(name => new Table(from, into, name, commits)).ToArray();
        var took = TimeSpan.Zero;
        for (var commit = 0; commit < commits; commit++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batches = tables.Select(table => (table, Rows: table.Next(last: commit == commits - 1))).ToArray();
            var begin = Stopwatch.GetTimestamp();
            Execute(into, "BEGIN IMMEDIATE");
            foreach (var (table, rows) in batches)
            {
                table.Write(rows);
            }

            Execute(into, "COMMIT");
            took += Stopwatch.GetElapsedTime(begin);
        }

        foreach (var table in tables)
        {
            table.Dispose();
        }

        return devices / took.TotalSeconds;
    }

    /// <summary>Gives every twin of a hub that is not running reported properties.</summary>
    public static void Report(string database)
    {
        using var connection = Open(database, "ReadWrite");
        const string Number = "CAST(substr(device_id, 6) AS INTEGER)";
        Execute(
            connection,
            $"UPDATE twins SET version = version + 1, reported_version = 2, reported = json_object('temperature', 20.25 + ({Number} * 7919 % 800) / 10.0, "
                + $"'state', CASE {Number} % 5 WHEN 0 THEN 'notRunning' WHEN 1 THEN 'high' ELSE 'normal' END, 'uptimeS', {Number} * 31 % 864000, 'rssiDbm', -40 - {Number} % 50, "
                + $"'network', json_object('ip', '10.1.' || ({Number} / 250 % 250) || '.' || ({Number} % 250), 'ssid', 'hall ' || ({Number} % 10)))");
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Reads every row of an answer, and every value.</summary>
    public int Rows(string sql) => Read(sql, null, out _);

    /// <summary>The same page by page: <c>$0</c> is the first column of the row before.</summary>
    public int Pages(string sql, int size)
    {
        var (all, after) = (0, "");
        int page;
        do
        {
            all += page = Read(sql, after, out after);
        }
        while (page == size);
        return all;
    }

    public void Dispose() => connection.Dispose();

    private int Read(string sql, string? after, out string last)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (after is not null)
        {
            command.Parameters.AddWithValue("$0", after);
        }

        using var reader = command.ExecuteReader();
        var values = new object[reader.FieldCount];
        var rows = 0;
        last = "";
        while (reader.Read())
        {
            reader.GetValues(values);
            rows++;
            last = values[0] as string ?? "";
        }

        return rows;
    }

    private static SqliteConnection Open(string file, string mode)
    {
        var connection = new SqliteConnection($"Data Source={file};Mode={mode};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>One table on its way from a database into another.</summary>
    private sealed class Table : IDisposable
    {
        private readonly SqliteCommand select;
        private readonly SqliteDataReader reader;
        private readonly SqliteCommand insert;
        private readonly int share;

        public Table(SqliteConnection from, SqliteConnection into, string name, int commits)
        {
            using var schema = from.CreateCommand();
            schema.CommandText = "SELECT sql FROM sqlite_master WHERE tbl_name = $0 AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC";
            schema.Parameters.AddWithValue("$0", name);
            using (var statements = schema.ExecuteReader())
            {
                while (statements.Read())
                {
                    Execute(into, statements.GetString(0));
                }
            }

            using var count = from.CreateCommand();
            count.CommandText = $"SELECT count(*) FROM {name}";
            share = (int)((long)count.ExecuteScalar()! / commits);
            select = from.CreateCommand();
            select.CommandText = $"SELECT * FROM {name}{(name == "twin_leaves" ? " ORDER BY device_id" : "")}";
            reader = select.ExecuteReader();
            insert = into.CreateCommand();
            insert.CommandText = $"INSERT INTO {name} VALUES({string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(column => $"${column}"))})";
            for (var column = 0; column < reader.FieldCount; column++)
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = $"${column}" });
            }
        }

        /// <summary>The rows of the next commit; of the last all that are left.</summary>
        public List<object[]> Next(bool last)
        {
            var rows = new List<object[]>();
            while ((last || rows.Count < share) && reader.Read())
            {
                var row = new object[reader.FieldCount];
                reader.GetValues(row);
                rows.Add(row);
            }

            return rows;
        }

        public void Write(List<object[]> rows)
        {
            foreach (var row in rows)
            {
                for (var column = 0; column < row.Length; column++)
                {
                    insert.Parameters[column].Value = row[column];
                }

                insert.ExecuteNonQuery();
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            select.Dispose();
            insert.Dispose();
        }
    }
}
