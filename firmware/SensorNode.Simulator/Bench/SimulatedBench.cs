#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.SensorNode.Simulator.Bench;

/// <summary>
/// A technician's bench without boards: each is a <see cref="ProvisionableBoard"/> behind a pseudo-terminal, provisioned by the same tool over the same bytes as a real one,
/// and after its restart a node of the hub that it was given. Linux and macOS.
/// </summary>
public sealed class SimulatedBench : IDisposable
{
    private const int MostBoards = 99;
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly BenchBoard[] _boards;

    /// <summary>Lays out the boards; their ports are there at once, and answer once <see cref="RunAsync"/> runs.</summary>
    /// <param name="options">What lies on it.</param>
    /// <param name="time">Its clock.</param>
    /// <exception cref="PlatformNotSupportedException">Neither Linux nor macOS.</exception>
    /// <exception cref="IOException">The system has no more pseudo-terminals, or a folder cannot be written.</exception>
    public SimulatedBench(SimulatedBenchOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Boards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Boards, MostBoards);
        _time = time;
        if (options.PortsFolder != null)
        {
            Directory.CreateDirectory(options.PortsFolder);
        }

        List<BenchBoard> boards = [];
        try
        {
            for (int place = 0; place < options.Boards; place++)
            {
                boards.Add(Lay(options, place));
            }
        }
        catch
        {
            boards.ForEach(board => board.Dispose());
            throw;
        }

        _boards = [.. boards];
    }

    /// <summary>The boards, by place.</summary>
    public IReadOnlyList<BenchBoard> Boards => _boards;

    /// <summary>The address of a board's radio by its place from 0: locally administered, and nobody's.</summary>
    public static string MacOf(int place) => $"02d7b0a2d0{place + 1:x2}";

    /// <summary>Lets the boards run until it is cancelled; then it ends without an exception.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.Run(() => PaceAsync(cancellation), CancellationToken.None);

    /// <summary>Clears the bench.</summary>
    public void Dispose() => Array.ForEach(_boards, board => board.Dispose());

    private BenchBoard Lay(SimulatedBenchOptions options, int place)
    {
        string name = $"board-{place + 1:00}";
        ProvisionableBoardOptions board = new()
        {
            Mac = MacOf(place),
            Files = options.FilesFolder == null ? null : new FolderFiles(Path.Combine(options.FilesFolder, name)),
            Session = options.HasNetwork ? () => new TlsMqttSession(_time) : null,
            TimeServer = () => options.HasTimeServer ? _time.GetUtcNow().ToUnixTimeMilliseconds() : null,
            IsTapped = options.IsTapped,
        };
        board = options.Each?.Invoke(place, board) ?? board;
        return new BenchBoard(name, board.Mac, new ProvisionableBoard(board), options.PortsFolder == null ? null : Path.Combine(options.PortsFolder, name));
    }

    private async Task PaceAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        try
        {
            while (true)
            {
                foreach (BenchBoard board in _boards)
                {
                    board.Step((long)_time.GetElapsedTime(start).TotalMilliseconds);
                }

                await Task.Delay(Grain, _time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way this run ends.
        }
    }
}
