using DeviceTwin.Storage.Backup;
using DeviceTwin.Storage.Sqlite.Waveforms;
using DeviceTwin.Storage.Waveforms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Copies of the database, and what is to be known of a copy before it is trusted.</summary>
public static class SqliteBackup
{
    /// <summary>Looks into a copy that no hub has open.</summary>
    /// <exception cref="StorageException">It is damaged, of another program, or of a newer hub.</exception>
    public static DatabaseCopy Examine(string path)
    {
        try
        {
            using var connection = new SqliteConnection(Unpooled(path, SqliteOpenMode.ReadOnly));
            connection.Open();
            CheckIntegrity(connection, path);
            if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") == 0)
            {
                throw new StorageException(StorageError.Corrupt, $"The database {path} belongs to another program.");
            }

            var version = (int)connection.Scalar("SELECT version FROM schema_version");
            if (version > SqliteSchema.Current)
            {
                throw new StorageException(
                    StorageError.TooNew, $"The database {path} has schema {version}; this hub knows up to {SqliteSchema.Current}. Use the hub that made it, or a newer one.");
            }

            return Describe(connection);
        }
        catch (Exception e)
        {
            throw SqliteErrors.Translate(e, path);
        }
    }

    /// <summary>Copies a database that no hub has open, whatever its schema; it is left as it is.</summary>
    /// <exception cref="StorageException">It cannot be read, or is damaged.</exception>
    public static DatabaseCopy CopyClosed(string database, string path)
    {
        try
        {
            // It may have a log beside it that only a writer may read.
            using var source = new SqliteConnection(Unpooled(database, SqliteOpenMode.ReadWrite));
            source.Open();
            return Copy(source, path);
        }
        catch (Exception e)
        {
            throw SqliteErrors.Translate(e, database);
        }
    }

    /// <summary>Copies what a connection sees at this moment; the copy takes its place only when it is whole and on the disk.</summary>
    internal static DatabaseCopy Copy(SqliteConnection source, string path)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(unfinished, creation).Dispose();
        DatabaseCopy copied;
        using (var target = new SqliteConnection(Unpooled(unfinished, SqliteOpenMode.ReadWrite)))
        {
            target.Open();
            source.BackupDatabase(target);

            // The copy says that it has a log beside it: it shall be one file.
            target.Execute("PRAGMA journal_mode = DELETE");
            CheckIntegrity(target, unfinished);
            copied = Describe(target);
        }

        using (var file = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return copied;
    }

    private static void CheckIntegrity(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        if (command.ExecuteScalar() is not "ok" and var finding)
        {
            throw new StorageException(StorageError.Corrupt, $"The database {path} is damaged: {finding}. Use another backup.");
        }
    }

    private static DatabaseCopy Describe(SqliteConnection connection) => new(
        (int)connection.Scalar("SELECT version FROM schema_version"),
        (int)connection.Scalar("SELECT count(*) FROM identities"),
        connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'waveform_contents'") > 0
            ? SqliteWaveforms.Contents(connection)
            : new Dictionary<string, bool>());

    private static string Unpooled(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();
}
