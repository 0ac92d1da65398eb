using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// A prepared statement of the writer's without results, bound field by field: for the rows that come by the hundred thousand, where the
/// driver's parameters, boxes and readers would cost more than SQLite itself.
/// </summary>
internal sealed class RawStatement : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt statement;

    public RawStatement(SqliteConnection connection, string sql)
    {
        this.connection = connection;
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement));
    }

    /// <summary>Binds the field at a place, counted from 1.</summary>
    public void Bind(int place, long value) => Check(raw.sqlite3_bind_int64(statement, place, value));

    /// <inheritdoc cref="Bind(int, long)"/>
    public void Bind(int place, long? value) => Check(value is { } number
        ? raw.sqlite3_bind_int64(statement, place, number)
        : raw.sqlite3_bind_null(statement, place));

    /// <inheritdoc cref="Bind(int, long)"/>
    public void Bind(int place, string? value) => Check(value is null
        ? raw.sqlite3_bind_null(statement, place)
        : raw.sqlite3_bind_text(statement, place, value));

    /// <summary>Binds UTF-8 text.</summary>
    public void BindText(int place, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_text(statement, place, value));

    public void BindBlob(int place, ReadOnlySpan<byte> value) => Check(value.IsEmpty
        ? raw.sqlite3_bind_zeroblob(statement, place, 0)
        : raw.sqlite3_bind_blob(statement, place, value));

    /// <summary>Executes with what is bound.</summary>
    public void Run()
    {
        var result = raw.sqlite3_step(statement);

        // Repeats the error of the step, which is the one that counts.
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
        {
            Check(result);
        }
    }

    public void Dispose() => statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            var database = connection.Handle;
            throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(database));
        }
    }
}
