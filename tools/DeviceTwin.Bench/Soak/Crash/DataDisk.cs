using System.Diagnostics;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>The data folder of the hub: on a small file system of its own where one can be mounted, so that it can be full.</summary>
public sealed class DataDisk : IDisposable
{
    private const int Megabytes = 512;

    private DataDisk(string folder, bool canFill)
    {
        Folder = folder;
        CanFill = canFill;
    }

    public string Folder { get; }

    public bool CanFill { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    public static DataDisk Make()
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-soak-").FullName;
        return new DataDisk(folder, OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0700", "devicetwin-soak", folder));
    }

    /// <summary>Leaves no more than so many bytes free.</summary>
    public void Fill(int free)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create);
        var block = new byte[1024 * 1024];
        try
        {
            while (new DriveInfo(Folder).AvailableFreeSpace - free is > 0 and var room)
            {
                ballast.Write(block, 0, (int)Math.Min(block.Length, room));
                ballast.Flush();
            }
        }
        catch (IOException)
        {
            // The hub was faster: the disk is full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Ends the database's log in the middle of a frame that no commit belongs to.</summary>
    public void CutLog(Random random)
    {
        var log = new FileInfo(Path.Combine(Folder, "hub.db-wal"));
        if (!log.Exists || log.Length == 0)
        {
            return;
        }

        using var file = log.Open(FileMode.Open, FileAccess.ReadWrite);
        var frame = new byte[random.Next(1, 4096 + 24)];
        if (random.Next(2) == 0)
        {
            // What lies in a reused log behind the last commit looks like a frame, with an older salt.
            file.ReadExactly(frame.AsSpan(0, (int)Math.Min(frame.Length, file.Length)));
        }
        else
        {
            random.NextBytes(frame);
        }

        file.Seek(0, SeekOrigin.End);
        file.Write(frame);
    }

    public void Dispose()
    {
        if (CanFill)
        {
            Run("umount", Folder);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
