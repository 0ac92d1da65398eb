using System.Collections.Concurrent;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Serial;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>
/// Which board belongs to which line of the plan: the one whose chip the journal has; else the one at the port that was named for the line; else the next that is
/// plugged in goes to the first line that has none. Looks at every port by itself, so that a dead one keeps nobody waiting.
/// </summary>
public sealed class BoardDesk
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(3);

    private readonly ISerialPorts ports;
    private readonly TrayOptions options;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> chips = new(StringComparer.Ordinal);
    private readonly List<Waiting> waiting = [];
    private readonly Dictionary<string, PortState> states = new(StringComparer.Ordinal);
    private readonly HashSet<string> held = new(StringComparer.Ordinal);
    private long lastMoveAt;

    /// <param name="ports">Of this computer.</param>
    /// <param name="options">Ports that were named, patience.</param>
    /// <param name="chips">Line by chip, from the journal.</param>
    /// <param name="time">For waiting.</param>
    public BoardDesk(ISerialPorts ports, TrayOptions options, IEnumerable<KeyValuePair<string, string>> chips, TimeProvider time)
    {
        this.ports = ports;
        this.options = options;
        this.time = time;
        lastMoveAt = time.GetTimestamp();
        foreach (var (chip, device) in chips)
        {
            this.chips[chip] = device;
        }
    }

    /// <summary>The board of a line, as soon as it is plugged in.</summary>
    /// <exception cref="BoardFaultException">None came in time; where a port is there that nobody could use, what is wrong with it.</exception>
    public async Task<OpenBoard> Take(PlanRow row, CancellationToken cancellation)
    {
        var wait = new Waiting(row);
        lock (gate)
        {
            waiting.Add(wait);
        }

        using (cancellation.Register(() => wait.Board.TrySetCanceled(cancellation)))
        {
            return await wait.Board.Task;
        }
    }

    /// <summary>Somebody works: who waits for a board may wait on.</summary>
    public void Touch() => Interlocked.Exchange(ref lastMoveAt, time.GetTimestamp());

    /// <summary>Looks for boards until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var looks = new ConcurrentDictionary<string, Task>();
        try
        {
            while (true)
            {
                foreach (var port in Look())
                {
                    looks[port.PortName] = Task.Run(() => Open(port, cancellation), CancellationToken.None);
                }

                GiveUp();
                await Task.Delay(LookPeriod, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way this run ends.
        }

        await Task.WhenAll(looks.Values);
    }

    /// <summary>The ports that are worth a look now.</summary>
    private List<SerialPortInfo> Look()
    {
        var there = ports.List();
        lock (gate)
        {
            waiting.RemoveAll(wait => wait.Board.Task.IsCompleted);
            foreach (var gone in states.Keys.Except(there.Select(port => port.PortName)).ToArray())
            {
                states.Remove(gone);
            }

            if (waiting.Count == 0)
            {
                return [];
            }

            var now = time.GetTimestamp();
            var worth = there.Where(port => !port.IsChipsOwn && IsNamed(port) && !held.Contains(port.PortName) && IsDue(port, now)).ToList();
            foreach (var port in worth)
            {
                held.Add(port.PortName);
            }

            return worth;
        }
    }

    private bool IsNamed(SerialPortInfo port) =>
        options.Ports.Count == 0 || options.TakesOtherPorts || options.Ports.Values.Any(named => IsPort(named, port));

    private static bool IsPort(string named, SerialPortInfo port) => named == port.PortName || named == port.Identity;

    private bool IsDue(SerialPortInfo port, long now) =>
        !states.TryGetValue(port.PortName, out var state) || (state.Waiters != waiting.Count) || time.GetElapsedTime(state.At, now) >= TryAgainAfter;

    private async Task Open(SerialPortInfo info, CancellationToken cancellation)
    {
        ISerialPort? port = null;
        try
        {
            port = ports.Open(info.PortName);
            var dialogue = new BoardDialogue(port.BaseStream, time, options.Dialogue);
            var who = await dialogue.IdentifyAsync(cancellation);
            if (Hand(info, port, dialogue, who))
            {
                return;
            }

            Leave(info, null);
        }
        catch (SerialPortException fault)
        {
            Leave(info, fault.Fault switch
            {
                SerialFault.Occupied => new BoardFaultException(Diagnosis.PortBusy, fault.Message),
                SerialFault.NotPermitted => new BoardFaultException(Diagnosis.PortDenied, fault.Message),
                _ => null,
            });
        }
        catch (BoardSilentException silent)
        {
            Leave(info, new BoardFaultException(Diagnosis.WrongCable, $"{info.PortName}: {silent.Message}"));
        }
        catch (DialogueException refused)
        {
            Leave(info, new BoardFaultException(refused.NodesVersion > 0 ? Diagnosis.OtherProtocol : Diagnosis.LineNoisy, $"{info.PortName}: {refused.Message}"));
        }
        catch (OperationCanceledException)
        {
            Leave(info, null);
        }

        port?.Dispose();
    }

    private bool Hand(SerialPortInfo info, ISerialPort port, BoardDialogue dialogue, BoardIdentification who)
    {
        lock (gate)
        {
            Touch();
            var wait = For(info, who.ChipId);
            if (wait is null)
            {
                return false;
            }

            chips[who.ChipId] = wait.Row.DeviceId;
            var board = new OpenBoard(port, info.Identity, dialogue, who, _ => Release(info.PortName));
            if (!wait.Board.TrySetResult(board))
            {
                return false;
            }

            waiting.Remove(wait);
            return true;
        }
    }

    private Waiting? For(SerialPortInfo info, string chip)
    {
        var open = waiting.Where(wait => !wait.Board.Task.IsCompleted).ToList();
        if (chips.TryGetValue(chip, out var device))
        {
            return open.FirstOrDefault(wait => wait.Row.DeviceId == device);
        }

        var taken = chips.Values.ToHashSet(StringComparer.Ordinal);
        return open.FirstOrDefault(wait => options.Ports.TryGetValue(wait.Row.DeviceId, out var named) && IsPort(named, info) && !taken.Contains(wait.Row.DeviceId))
            ?? open.Where(wait => !taken.Contains(wait.Row.DeviceId) && !options.Ports.ContainsKey(wait.Row.DeviceId)).OrderBy(wait => wait.Row.LineNumber).FirstOrDefault(_ => !options.Ports.Values.Any(named => IsPort(named, info)));
    }

    private void Leave(SerialPortInfo info, BoardFaultException? fault)
    {
        lock (gate)
        {
            states[info.PortName] = new PortState(time.GetTimestamp(), waiting.Count, fault);
            held.Remove(info.PortName);
        }
    }

    private void Release(string portName)
    {
        lock (gate)
        {
            held.Remove(portName);
            states.Remove(portName);
        }

        Touch();
    }

    // Nobody works, nothing comes: who still waits is told what is in the way.
    private void GiveUp()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(Interlocked.Read(ref lastMoveAt)) < options.BoardPatience)
            {
                return;
            }

            var trouble = states.Values.Select(state => state.Fault).FirstOrDefault(fault => fault is not null);
            foreach (var wait in waiting.ToArray())
            {
                wait.Board.TrySetException(trouble ?? new BoardFaultException(Diagnosis.NoBoard));
                waiting.Remove(wait);
            }
        }
    }

    private sealed record Waiting(PlanRow Row)
    {
        public TaskCompletionSource<OpenBoard> Board { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record PortState(long At, int Waiters, BoardFaultException? Fault);
}
