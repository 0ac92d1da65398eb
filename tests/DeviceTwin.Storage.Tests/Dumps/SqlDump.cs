using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage.Dumps;

/// <summary>Databases as SQL text: what a hub of each schema left behind is kept in this folder.</summary>
internal static class SqlDump
{
    /// <summary>The dump of a schema that the project keeps.</summary>
    public static string PathOf(int schema) => TestFiles.InRepository($"tests/DeviceTwin.Storage.Tests/Dumps/schema-{schema}.sql");

    /// <summary>Makes the database that a dump tells of.</summary>
    public static void Load(string sql, string path)
    {
        using var connection = Open(path);
        Execute(connection, sql);
    }

    /// <summary>The same text for the same rows, whatever their place in the file.</summary>
    public static string Write(string path, string heading)
    {
        using var connection = Open(path);
        var sql = new StringBuilder($"-- {heading}\nPRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
        var tables = Rows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        foreach (var table in tables)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{table[1]};\n");
            Insert(connection, sql, (string)table[0]!);
        }

        if (Rows(connection, "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").Count > 0)
        {
            sql.Append("DELETE FROM sqlite_sequence;\n");
            Insert(connection, sql, "sqlite_sequence");
        }

        foreach (var index in Rows(connection, "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"))
        {
            sql.Append(CultureInfo.InvariantCulture, $"{index[0]};\n");
        }

        return sql.Append("COMMIT;\n").ToString();
    }

    public static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Insert(SqliteConnection connection, StringBuilder sql, string table)
    {
        var lines = Rows(connection, $"SELECT * FROM \"{table}\"").Select(row => $"INSERT INTO {table} VALUES({string.Join(',', row.Select(Literal))});");
        foreach (var line in lines.Order(StringComparer.Ordinal))
        {
            sql.Append(line).Append('\n');
        }
    }

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static List<object?[]> Rows(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        }

        return rows;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }
}
