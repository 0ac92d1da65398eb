using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeviceTwin.Cli.Doctor;

/// <summary>What the doctor asks of the machine it runs on.</summary>
internal interface IMachine
{
    DateTimeOffset Now { get; }

    /// <summary>The first line that a program prints; null where there is no such program, or it failed.</summary>
    Task<string?> FirstLine(string program, string[] arguments, CancellationToken cancellation);

    /// <summary>Serial ports that there are, and whether this user may use each.</summary>
    IReadOnlyList<(string Port, bool MayUse)> SerialPorts();

    /// <summary>Free bytes where files of the user go, and the folder.</summary>
    (string Folder, long Free) Disk();
}

/// <summary>The machine itself.</summary>
internal sealed partial class ThisMachine : IMachine
{
    private const int ReadAndWrite = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Names = ["ttyUSB*", "ttyACM*", "cu.usb*", "cu.SLAB*", "cu.wch*"];

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async Task<string?> FirstLine(string program, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardInput.Close();
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(Patience);
            try
            {
                var (text, talk) = (process.StandardOutput.ReadToEndAsync(timeout.Token), process.StandardError.ReadToEndAsync(timeout.Token));
                await process.WaitForExitAsync(timeout.Token);
                _ = await talk;
                var lines = (await text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                return process.ExitCode == 0 ? lines.FirstOrDefault() ?? "" : null;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // A port is never opened to find out: on many boards that pulls a line which restarts them.
    public IReadOnlyList<(string Port, bool MayUse)> SerialPorts() => OperatingSystem.IsWindows()
        ? []
        : [.. Names.SelectMany(name => Directory.EnumerateFiles("/dev", name)).Order(StringComparer.Ordinal).Select(port => (port, Access(port, ReadAndWrite) == 0))];

    public (string Folder, long Free) Disk()
    {
        var folder = Path.GetTempPath();
        return (folder, new DriveInfo(folder).AvailableFreeSpace);
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
