using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DeviceTwin.Storage.Waveforms;

/// <summary>Brings a folder's entries to the disk: .NET flushes files only.</summary>
public static class FolderFlush
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // The file system's own journal does it.
            return;
        }

        var folder = Open(path, ReadOnly);
        if (folder < 0)
        {
            throw new IOException($"The folder {path} cannot be opened to bring it to the disk: {new Win32Exception().Message}");
        }

        try
        {
            if (Sync(folder) != 0)
            {
                throw new IOException($"The folder {path} cannot be brought to the disk: {new Win32Exception().Message}");
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);
}
