using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Backup;

/// <summary>Backups of the running hub, one at a time.</summary>
internal sealed class BackupService(IHubStore store, WaveformKeeper waveforms, BackupOptions options, TimeProvider time, ILogger<BackupService> logger)
{
    private static readonly HubError Running = new(409581, "BackupRunning", 409);
    private static readonly HubError Failed = new(500581, "BackupFailed", 500);
    private static readonly HubError NotFound = new(404581, "BackupNotFound", 404);

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Makes a backup while the hub goes on.</summary>
    /// <exception cref="HubException">One is being made, or it cannot be written.</exception>
    public async Task<BackupResult> Make(bool keys, string author, CancellationToken cancellation)
    {
        if (!await turn.WaitAsync(TimeSpan.Zero, cancellation))
        {
            throw new HubException(Running, "A backup is being made. Wait for it, then ask again.");
        }

        try
        {
            using var held = await waveforms.Hold(cancellation);
            var result = await Task.Run(() => new BackupWriter(options.DataFolder, store.CopyDatabase, time).Write(options.Folder, keys), cancellation);
            await store.Write([new StoreChange.AppendAudit(
                new AuditRow(time.GetUtcNow(), author, null, "backup.create", Path.GetFileName(result.Path), null, null))]);
            BackupLog.Made(logger, result.Path, result.Bytes, author);
            return result;
        }
        catch (Exception problem) when (problem is StorageException or IOException or UnauthorizedAccessException)
        {
            BackupLog.Failed(logger, options.Folder, problem.Message);
            throw new HubException(Failed, $"The backup could not be written to {options.Folder}: {problem.Message} Free space there, or choose another folder with --backup-folder.");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The backups in the folder, newest first.</summary>
    public IReadOnlyList<FileInfo> List() => Directory.Exists(options.Folder)
        ? [.. new DirectoryInfo(options.Folder).GetFiles("*" + BackupWriter.Ending).OrderByDescending(file => file.Name, StringComparer.Ordinal)]
        : [];

    /// <exception cref="HubException">There is no backup of this name.</exception>
    public FileInfo Find(string name) => List().FirstOrDefault(file => file.Name == name)
        ?? throw new HubException(NotFound, $"There is no backup \"{name}\". GET /api/v1/backup lists them.");
}

/// <param name="DataFolder">What is backed up.</param>
/// <param name="Folder">Where backups are kept; another disk is better.</param>
internal sealed record BackupOptions(string DataFolder, string Folder);

/// <summary>Log lines of backups: 4500 to 4599.</summary>
internal static partial class BackupLog
{
    [LoggerMessage(4500, LogLevel.Information, "Backup {Path} made for {Author}: {Bytes} bytes")]
    public static partial void Made(ILogger logger, string path, long bytes, string author);

    [LoggerMessage(4501, LogLevel.Error, "A backup could not be written to {Folder}: {Problem}")]
    public static partial void Failed(ILogger logger, string folder, string problem);
}
