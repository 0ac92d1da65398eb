namespace DeviceTwin.Cli;

/// <summary>Files that hold secrets: nobody but their owner may read them.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folder = Owner | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Writes a file (0600) whole or not at all; folders that are missing become 0700. On Windows the user's profile folder protects it.</summary>
    public static void Write(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Folder);
        }

        // Never readable by others, not even for the moment between making it and closing it.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        var fresh = $"{path}.{Environment.ProcessId}.new";
        File.Delete(fresh);
        using (var writer = new StreamWriter(fresh, options))
        {
            writer.Write(text);
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Reads a secret, if nobody else can.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.SecretExposed"/>, with the command that mends it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadSecret(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new CommandFailedException(ExitCode.SecretExposed, $"'{path}' holds a secret, and others on this machine may read or write it.", $"Run: chmod 600 '{path}'");
        }

        return File.ReadAllText(path).Trim();
    }
}
