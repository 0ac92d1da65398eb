using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Options;
using DeviceTwin.Storage.Backup;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Backup;

/// <summary>
/// Writes a backup as one tar file: the database as it was at one moment, the waveforms that it names, the audit log's archive, and on
/// request everything else in the data folder. The file has its name only when it is whole and on the disk.
/// </summary>
/// <param name="copyDatabase">Copies the database into a file.</param>
internal sealed class BackupWriter(string dataFolder, Func<string, DatabaseCopy> copyDatabase, TimeProvider time)
{
    public const string Database = "hub.db";
    public const string Waveforms = "waveforms";
    public const string Ending = ".tar";
    public const string StandardFolder = "backups";

    /// <exception cref="IOException">The disk is full, or a file cannot be read or written.</exception>
    public BackupResult Write(string folder, bool keys)
    {
        MakeFolder(folder);
        var at = time.GetUtcNow();
        var path = FreeName(folder, at);
        var (unfinished, copy) = (path + ".new", path + ".db");
        try
        {
            var copied = copyDatabase(copy);
            var manifest = WriteTar(unfinished, copy, copied, at, keys);
            File.Move(unfinished, path);
            FolderFlush.Flush(folder);
            return new BackupResult(path, new FileInfo(path).Length, manifest);
        }
        finally
        {
            File.Delete(copy);
            File.Delete(copy + ".new");
            File.Delete(unfinished);
        }
    }

    private BackupManifest WriteTar(string path, string database, DatabaseCopy copied, DateTimeOffset at, bool keys)
    {
        var files = new List<BackupFile>();
        var missing = new List<string>();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        using var tar = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true);
        files.Add(Add(tar, Database, database, at));
        var waveforms = new WaveformFiles(Path.Combine(dataFolder, Waveforms));
        foreach (var sha256 in copied.Contents.Keys.Order(StringComparer.Ordinal))
        {
            var content = waveforms.PathOf(sha256);
            if (File.Exists(content))
            {
                files.Add(Add(tar, Below(dataFolder, content), content, at));
            }
            else
            {
                missing.Add(sha256);
            }
        }

        var count = files.Count - 1;
        foreach (var other in OtherFiles(Path.GetDirectoryName(path)!))
        {
            // Rows that were moved out of the audit log are in no database any more: every backup has them.
            var name = Below(dataFolder, other);
            if (keys || name.StartsWith(AuditArchive.FolderName + "/", StringComparison.Ordinal))
            {
                files.Add(Add(tar, name, other, at));
            }
        }

        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, VersionText.Current, at, copied.SchemaVersion, copied.Devices, count, keys, missing, files);
        using (var text = new MemoryStream(manifest.Write()))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupManifest.Name) { DataStream = text, ModificationTime = at, Mode = Owner });
        }

        tar.Dispose();
        file.Flush(flushToDisk: true);
        return manifest;
    }

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Certificates, keys and settings: what is in the folder and belongs neither to the database nor to waveforms or backups.</summary>
    private IEnumerable<string> OtherFiles(string backups) => Directory.EnumerateFiles(dataFolder, "*", SearchOption.AllDirectories)
        .Where(path => Below(dataFolder, path) is var name
            && !name.StartsWith(Database, StringComparison.Ordinal)
            && !name.EndsWith(".lock", StringComparison.Ordinal)
            && !name.EndsWith(".new", StringComparison.Ordinal)
            && !name.StartsWith(Waveforms + "/", StringComparison.Ordinal)
            && !name.StartsWith(StandardFolder + "/", StringComparison.Ordinal)
            && Path.GetDirectoryName(path) != backups
            && new FileInfo(path).LinkTarget is null)
        .Order(StringComparer.Ordinal);

    private static BackupFile Add(TarWriter tar, string name, string path, DateTimeOffset at)
    {
        using var content = File.OpenRead(path);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        content.Position = 0;
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            ModificationTime = at,
            Mode = OperatingSystem.IsWindows() || name == Database ? Owner : File.GetUnixFileMode(path),
        });
        return new BackupFile(name, content.Length, sha256);
    }

    private static string Below(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private static string FreeName(string folder, DateTimeOffset at)
    {
        var stem = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"devicetwin-{at.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));
        var path = stem + Ending;
        for (var number = 2; File.Exists(path); number++)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}{Ending}");
        }

        return path;
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>A finished backup.</summary>
internal sealed record BackupResult(string Path, long Bytes, BackupManifest Manifest);
