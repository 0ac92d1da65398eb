namespace DeviceTwin.Hub.Operation;

/// <summary>Settings of what an operator watches.</summary>
internal sealed record OperationOptions
{
    public required string DataFolder { get; init; }

    /// <summary>How long a hub that was told to stop goes on listening.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>A commit that takes longer is as good as none.</summary>
    public TimeSpan CommitBound { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>With less free space the hub is not ready: a checkpoint and a copy of the database must still fit.</summary>
    public long LeastFreeBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Answers are kept for so long: who asks often does not wear out the disk.</summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Free bytes where a folder lies; null where that cannot be told.</summary>
    public Func<string, long?> FreeBytes { get; init; } = DiskSpace.Free;
}

/// <summary>Asks the operating system.</summary>
internal static class DiskSpace
{
    public static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
