using System.Runtime.InteropServices;

namespace DeviceTwin.Bench.Startup;

/// <summary>Processor time of all children that have ended, as getrusage(2) counts it: of a child by itself nobody knows any more.</summary>
internal static class ChildTimes
{
    private const int Children = -1;

    /// <summary>User and system; zero on Windows, where a process that has ended still says it.</summary>
    public static TimeSpan Read()
    {
        // Two times of seconds and microseconds come first; what follows is not looked at.
        Span<long> usage = stackalloc long[36];
        return !OperatingSystem.IsWindows() && GetUsage(Children, ref usage[0]) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds((usage[1] & uint.MaxValue) + (usage[3] & uint.MaxValue))
            : TimeSpan.Zero;
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern int GetUsage(int who, ref long usage);
}
