using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>From SQLite's result codes to <see cref="StorageException"/>.</summary>
internal static class SqliteErrors
{
    /// <summary>The exception to throw for a failure of the database at a path.</summary>
    public static StorageException Translate(Exception failure, string path)
    {
        if (failure is StorageException known)
        {
            return known;
        }

        // https://sqlite.org/rescode.html
        var (error, advice) = (failure as SqliteException)?.SqliteErrorCode switch
        {
            11 or 26 => Corrupt,
            5 or 6 => (StorageError.Locked, "is in use by another process. Stop it, or give this hub a folder of its own (--data)"),
            3 or 8 or 10 or 14 => (StorageError.Unwritable, "cannot be opened or written. Check that its folder exists, belongs to this user and is not mounted read-only"),
            13 => (StorageError.Full, "does not fit on the disk. Free space; the hub goes on by itself"),
            _ when failure is IOException or UnauthorizedAccessException =>
                (StorageError.Unwritable, "cannot be opened or written. Check that its folder exists and belongs to this user"),
            _ when failure is FormatException or System.Text.Json.JsonException or InvalidCastException => Corrupt,
            _ => (StorageError.Failed, "failed"),
        };
        return new StorageException(error, $"The database {path} {advice}. ({failure.Message})", failure);
    }

    private static (StorageError, string) Corrupt =>
        (StorageError.Corrupt, "is damaged or is no database of this hub. Move it away and restore a backup, or let the hub begin with an empty one");
}
