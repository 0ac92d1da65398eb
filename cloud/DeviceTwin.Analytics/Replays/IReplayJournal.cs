namespace DeviceTwin.Analytics.Replays;

/// <summary>Where the parts of a replay that are done wait for the rest. Used by one replay at a time.</summary>
public interface IReplayJournal
{
    /// <summary>The bytes written so far; empty where there is nothing.</summary>
    byte[] Read();

    /// <summary>Forgets all bytes behind the first <paramref name="length"/>: they are not whole.</summary>
    void Cut(long length);

    /// <summary>Writes behind all others; durable when this returns.</summary>
    void Append(ReadOnlySpan<byte> bytes);
}

/// <summary>A journal in a file.</summary>
public sealed class FileReplayJournal(string path) : IReplayJournal
{
    /// <inheritdoc/>
    public byte[] Read() => File.Exists(path) ? File.ReadAllBytes(path) : [];

    /// <inheritdoc/>
    public void Cut(long length)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(length);
        file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }
}
