using System.ComponentModel;
using System.Diagnostics;

namespace DeviceTwin.Provisioning.Flashing;

/// <summary>How a program ended and what it said.</summary>
/// <param name="ExitCode">0 = well.</param>
/// <param name="Lines">Of both its outputs, as they came.</param>
public sealed record ProcessEnd(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>The last thing it said; empty where it said nothing.</summary>
    public string LastLine => Lines.LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? "";
}

/// <summary>Runs programs that are installed on this computer.</summary>
public interface IProcessRunner
{
    /// <returns>Null where the program is not installed.</returns>
    Task<ProcessEnd?> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancellation);
}

/// <summary>Runs them as processes.</summary>
public sealed class SystemProcesses : IProcessRunner
{
    /// <inheritdoc/>
    public async Task<ProcessEnd?> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            var lines = new List<string>();
            void Hear(object _, DataReceivedEventArgs line)
            {
                lock (lines)
                {
                    lines.Add(line.Data ?? "");
                }
            }

            process.OutputDataReceived += Hear;
            process.ErrorDataReceived += Hear;
            process.StandardInput.Close();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            lock (lines)
            {
                return new ProcessEnd(process.ExitCode, [.. lines]);
            }
        }
    }
}
