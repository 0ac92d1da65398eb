using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DeviceTwin.Load.Report;

/// <summary>What figures are worth nothing without.</summary>
internal sealed record Machine(string Processor, int Cores, long MemoryMebibytes, string Kernel, string Runtime, TimeSpan Flush)
{
    private const int Flushes = 200;
    private const int Page = 4096;

    /// <summary>Processes that want to run, averaged over a minute: above the clients' and servers' few, the machine did other work too.</summary>
    public static string LoadAverage => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <param name="folder">On the disk whose flush is measured.</param>
    public static Machine Describe(string folder) => new(
        Field("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024,
        $"{RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        RuntimeInformation.FrameworkDescription,
        MeasureFlush(Path.Combine(folder, "flush")));

    /// <summary>The median of fdatasync after each of many appended pages.</summary>
    private static TimeSpan MeasureFlush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var page = new byte[Page];
        var times = new List<TimeSpan>();
        for (var i = 0; i < Flushes; i++)
        {
            RandomAccess.Write(file, page, (long)i * Page);
            var begin = Stopwatch.GetTimestamp();
            if (FlushData((int)file.DangerousGetHandle()) != 0)
            {
                throw new LoadException("notFlushed", $"fdatasync of {path} failed; name a folder on a disk with --folder.");
            }

            times.Add(Stopwatch.GetElapsedTime(begin));
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':') + 1)..].Trim() : "unknown";

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static extern int FlushData(int descriptor);
}
