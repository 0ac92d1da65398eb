using System.Text.Json.Nodes;
using DeviceTwin.Hub.Options;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Hub.Backup;

/// <summary>What the command line asks for in place of a hub: <c>--restore</c> and <c>--backup-to</c>.</summary>
internal static class OfflineBackup
{
    /// <returns>What was done; null where a hub is to be started.</returns>
    /// <exception cref="StartException">It cannot be done.</exception>
    public static JsonObject? Run(HubOptions options)
    {
        if (options.Restore is { } backup)
        {
            var restored = BackupEndpoints.Write(Backup.Restore.Run(backup, options.DataFolder));
            restored["restored"] = options.DataFolder;
            return restored;
        }

        return options.BackupTo is { } folder ? BackupEndpoints.Write(Write(options.DataFolder, folder)) : null;
    }

    private static BackupResult Write(string dataFolder, string folder)
    {
        var database = Path.Combine(dataFolder, BackupWriter.Database);
        if (!File.Exists(database))
        {
            throw new StartException(ExitCode.BackupUnusable, $"There is no hub's database in {dataFolder}: name its data folder with --data.");
        }

        // A running hub has the folder; it makes its backups itself.
        using var held = DataFolder.Take(dataFolder);
        try
        {
            return new BackupWriter(dataFolder, target => SqliteBackup.CopyClosed(database, target), TimeProvider.System).Write(folder, keys: true);
        }
        catch (Exception problem) when (problem is StorageException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(ExitCode.BackupUnusable, $"The backup could not be written to {folder}: {problem.Message}", problem);
        }
    }
}
