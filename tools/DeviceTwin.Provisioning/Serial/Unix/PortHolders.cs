namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>Who has a device open, as <c>/proc</c> tells it: our own processes and those of others as far as we may look. Nobody on macOS.</summary>
internal static class PortHolders
{
    /// <summary>The holders of a device.</summary>
    /// <param name="path">The device, links resolved.</param>
    /// <param name="own">How many descriptors of this process do not count: those of whoever asks.</param>
    /// <param name="proc">The folder of processes.</param>
    public static IReadOnlyList<PortHolder> Of(string path, int own, string proc = "/proc")
    {
        List<PortHolder> holders = [];
        try
        {
            foreach (string folder in Directory.Exists(proc) ? Directory.EnumerateDirectories(proc) : [])
            {
                if (int.TryParse(Path.GetFileName(folder), out int process) && Count(folder, path) > (process == Environment.ProcessId ? own : 0))
                {
                    holders.Add(new PortHolder(NameOf(folder), process));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is known is known.
        }

        return holders;
    }

    private static int Count(string folder, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(folder, "fd")).Count(entry => LinkOf(entry) == path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another user's, or over by now.
            return 0;
        }
    }

    private static string? LinkOf(string entry)
    {
        try
        {
            return new FileInfo(entry).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string NameOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "a program";
        }
    }
}
