namespace DeviceTwin.Hub.Options;

/// <summary>The hub's folder, made private and held for as long as the process lives.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>What is being restored lies here until all of it is checked.</summary>
    public const string Restoring = ".restoring";

    private readonly FileStream hold;

    private DataFolder(FileStream hold)
    {
        this.hold = hold;
    }

    /// <summary>Makes the folder if need be and takes it; the lock ends with the process, however it ends.</summary>
    /// <exception cref="StartException">The folder cannot be written, or another hub has it.</exception>
    public static DataFolder Take(string path)
    {
        try
        {
            Make(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, problem);
        }

        if (Directory.Exists(Path.Combine(path, Restoring)))
        {
            throw new StartException(
                ExitCode.DataUnreadable, $"A restore into {path} was interrupted: it holds half a backup. Empty it and restore again.");
        }

        var file = Path.Combine(path, "hub.lock");
        try
        {
            return new DataFolder(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException problem)
        {
            throw Unwritable(path, problem);
        }
        catch (IOException problem) when (File.Exists(file))
        {
            throw new StartException(
                ExitCode.DataFolderInUse,
                $"Another hub works on {path}: stop it, or give this one a folder of its own with --data.",
                problem);
        }
        catch (IOException problem)
        {
            throw Unwritable(path, problem);
        }
    }

    /// <summary>Keys live here: a folder that we make is for its owner only. One that exists is the operator's choice.</summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => hold.Dispose();

    private static StartException Unwritable(string path, Exception problem) => new(
        ExitCode.DataFolderUnwritable,
        $"The data folder {path} cannot be written ({problem.Message.TrimEnd('.')}): give it to the user that runs the hub, or name another with --data.",
        problem);
}
