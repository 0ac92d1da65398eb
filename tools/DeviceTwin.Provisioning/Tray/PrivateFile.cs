using System.Text;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>Files that nobody but their owner may read: passwords, keys, journals.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>
    /// Replaces a file as a whole: whoever reads it, or comes after a power cut, finds the old or the new one. The new one is on the disk when this returns.
    /// Folders that are missing are made the owner's alone; on Windows the folder of the user protects what is in it.
    /// </summary>
    public static void Write(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnersFolder);
        }

        var beside = $"{path}.{Environment.ProcessId}.new";
        File.Delete(beside);
        using (var file = Open(beside, FileMode.CreateNew))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Opens a file for writing that others cannot read.</summary>
    /// <exception cref="IOException">It exists and others may read it.</exception>
    public static FileStream Open(string path, FileMode mode)
    {
        if (File.Exists(path))
        {
            RequirePrivate(path);
        }

        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>The text of a private file.</summary>
    /// <exception cref="IOException">It is not there, cannot be read, or others may read it.</exception>
    public static string Read(string path)
    {
        RequirePrivate(path);
        return File.ReadAllText(path);
    }

    /// <summary>Whether others on this machine may do anything with a file; never on Windows, where its folder protects it.</summary>
    public static bool IsExposed(string path) => !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~OwnersFolder) != 0;

    /// <exception cref="IOException">Others may read it.</exception>
    public static void RequirePrivate(string path)
    {
        if (IsExposed(path))
        {
            throw new IOException($"'{path}' can be read by others. Make it yours alone: chmod 600 '{path}'");
        }
    }
}
