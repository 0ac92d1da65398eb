using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DeviceTwin.Provisioning.Serial;

namespace DeviceTwin.Cli.Doctor;

/// <summary>What commands ask of the machine they run on.</summary>
internal interface IMachine
{
    DateTimeOffset Now { get; }

    /// <summary>The first line that a program prints; null where there is no such program, or it failed.</summary>
    Task<string?> FirstLine(string program, string[] arguments, CancellationToken cancellation);

    /// <summary>The serial ports.</summary>
    /// <param name="folder">A folder whose links are ports, too; none where null.</param>
    ISerialPorts Ports(string? folder);

    /// <summary>Whether this user may read and write a port. It is not opened to find out: on many boards that pulls a line which restarts them.</summary>
    bool MayUse(string port);

    /// <summary>Free bytes where files of the user go, and the folder.</summary>
    (string Folder, long Free) Disk();
}

/// <summary>The machine itself.</summary>
internal sealed partial class ThisMachine : IMachine
{
    /// <summary>The one that commands run on; a test has its own.</summary>
    internal static IMachine Current { get; set; } = new ThisMachine();

    private const int ReadAndWrite = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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

    public ISerialPorts Ports(string? folder) => SerialPorts.OfThisComputer(folder);

    public bool MayUse(string port) => OperatingSystem.IsWindows() || Access(port, ReadAndWrite) == 0;

    public (string Folder, long Free) Disk()
    {
        var folder = Path.GetTempPath();
        return (folder, new DriveInfo(folder).AvailableFreeSpace);
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
