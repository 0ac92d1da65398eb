using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using DeviceTwin.Hub.Options;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Backup;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Backup;

/// <summary>
/// Makes a data folder of a backup. Everything is unpacked aside and checked before anything takes its place, the database last; a restore that is
/// interrupted leaves a folder that no hub starts on.
/// </summary>
internal static class Restore
{
    private const UnixFileMode Allowed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="StartException">The backup or the folder cannot be used.</exception>
    public static BackupManifest Run(string backup, string dataFolder)
    {
        RequireEmpty(dataFolder);
        try
        {
            using var file = new FileStream(backup, FileMode.Open, FileAccess.Read, FileShare.Read);
            var staging = Path.Combine(dataFolder, DataFolder.Restoring);
            DataFolder.Make(dataFolder);
            DataFolder.Make(staging);
            BackupManifest manifest;
            try
            {
                manifest = Unpack(file, staging, backup);
                Check(manifest, staging, backup);
            }
            catch
            {
                Directory.Delete(staging, recursive: true);
                throw;
            }

            MoveIntoPlace(staging, dataFolder);
            return manifest;
        }
        catch (StorageException problem)
        {
            throw Unusable(backup, $"its database is not usable: [{(int)problem.Error}] {problem.Message}", problem);
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or JsonException or FormatException or ArgumentException)
        {
            throw Unusable(backup, $"it is damaged, cut off or no backup ({problem.Message.TrimEnd('.')}).", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                ExitCode.BackupUnusable, $"The backup {backup} cannot be restored into {dataFolder}: {problem.Message.TrimEnd('.')}. Check paths, rights and free space.", problem);
        }
    }

    private static void RequireEmpty(string dataFolder)
    {
        if (File.Exists(dataFolder) || (Directory.Exists(dataFolder) && Directory.EnumerateFileSystemEntries(dataFolder).Any()))
        {
            throw new StartException(
                ExitCode.FolderNotEmpty, $"{dataFolder} is not empty: a backup is restored into a new folder only. Name another with --data, or move this one away.");
        }
    }

    /// <summary>Unpacks regular files below the folder, and nothing else.</summary>
    private static BackupManifest Unpack(FileStream file, string staging, string backup)
    {
        BackupManifest? manifest = null;
        var unpacked = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        using var tar = new TarReader(file);
        while (tar.GetNextEntry() is { } entry)
        {
            if (manifest is not null || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsBelow(entry.Name) || unpacked.ContainsKey(entry.Name))
            {
                throw Unusable(backup, $"it holds '{entry.Name}', which no backup does.");
            }

            if (entry.Name == BackupManifest.Name)
            {
                if (entry.Length > BackupManifest.Longest)
                {
                    throw Unusable(backup, "its manifest is too long.");
                }

                var text = new byte[entry.Length];
                entry.DataStream?.ReadExactly(text);
                manifest = BackupManifest.Read(text);
            }
            else
            {
                unpacked.Add(entry.Name, UnpackOne(entry, Path.Combine(staging, entry.Name)));
            }
        }

        if (manifest is null)
        {
            throw Unusable(backup, "its manifest is missing: the file was cut off, or is no backup.");
        }

        if (manifest.Format != BackupManifest.CurrentFormat)
        {
            throw Unusable(backup, $"it has format {manifest.Format}; this hub knows {BackupManifest.CurrentFormat}. Use the hub that made it.");
        }

        var wrong = manifest.Files.FirstOrDefault(expected => unpacked.GetValueOrDefault(expected.Name) != expected)?.Name
            ?? unpacked.Keys.Except(manifest.Files.Select(expected => expected.Name)).FirstOrDefault();
        return wrong is null ? manifest : throw Unusable(backup, $"'{wrong}' is missing in it or is not what its manifest says.");
    }

    private static BackupFile UnpackOne(TarEntry entry, string path)
    {
        DataFolder.Make(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = entry.Mode & Allowed;
        }

        using var file = new FileStream(path, options);
        entry.DataStream?.CopyTo(file);
        file.Flush(flushToDisk: true);
        file.Position = 0;
        return new BackupFile(entry.Name, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    private static void Check(BackupManifest manifest, string staging, string backup)
    {
        var database = Path.Combine(staging, BackupWriter.Database);
        if (!File.Exists(database))
        {
            throw Unusable(backup, "it holds no database.");
        }

        DatabaseCopy copy = SqliteBackup.Examine(database);
        var waveforms = new WaveformFiles(Path.Combine(staging, BackupWriter.Waveforms));
        var lost = copy.Contents.Keys.Except(manifest.MissingWaveforms).FirstOrDefault(sha256 => !File.Exists(waveforms.PathOf(sha256)));
        if (lost is not null)
        {
            throw Unusable(backup, $"its database names waveform {lost}, which is not in it.");
        }
    }

    /// <summary>The database comes last: until it is there the folder is an interrupted restore.</summary>
    private static void MoveIntoPlace(string staging, string dataFolder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(staging).OrderBy(path => Path.GetFileName(path) == BackupWriter.Database))
        {
            Directory.Move(path, Path.Combine(dataFolder, Path.GetFileName(path)));
        }

        FolderFlush.Flush(dataFolder);
        Directory.Delete(staging);
        FolderFlush.Flush(dataFolder);
    }

    private static bool IsBelow(string name) =>
        name.Length is > 0 and < 1024 && !name.Contains('\\') && !name.Contains('\0') && !Path.IsPathRooted(name)
        && name.Split('/').All(part => part is not ("" or "." or ".."));

    private static StartException Unusable(string backup, string why, Exception? cause = null) =>
        new(ExitCode.BackupUnusable, $"The backup {backup} cannot be used: {why} Use another; nothing was restored.", cause);
}
