using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>
/// The bytes of a port. A thread of its own waits for them, so that a cancelled read takes none and twenty ports do not wait for each other. What nobody reads for long
/// pushes out what came before it.
/// </summary>
internal sealed class TermiosStream : SerialStream
{
    private const int HeldBytes = 65536;
    private const int WriteWaitMs = 100;
    private const int WriteWaits = 50;
    private const int StackBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _held = new byte[HeldBytes];
    private readonly string _name;
    private readonly int _descriptor;
    private readonly int _wakeRead;
    private readonly int _wakeWrite;
    private readonly Thread _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _first;
    private int _count;
    private TaskCompletionSource? _arrival;
    private SerialPortException? _fault;
    private bool _isClosed;

    /// <param name="name">The port, for messages.</param>
    /// <param name="descriptor">Open, non-blocking; closed with the stream.</param>
    public TermiosStream(string name, int descriptor)
    {
        _name = name;
        _descriptor = descriptor;
        Span<int> wake = stackalloc int[2];
        if (UnixNative.Pipe(wake) != 0)
        {
            throw SerialTrouble.Failed(name, new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        _wakeRead = wake[0];
        _wakeWrite = wake[1];
        _reader = new Thread(Listen, StackBytes) { IsBackground = true, Name = $"serial {name}" };
        _reader.Start();
    }

    /// <summary>Uses the descriptor while it is surely open.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int Use(Func<int, int> use)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_fault is { } fault)
            {
                throw Again(fault);
            }

            return use(_descriptor);
        }
    }

    /// <summary>Forgets what has arrived.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _count = 0;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task arrival;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                if (_count > 0 || buffer.IsEmpty)
                {
                    return Take(buffer.Span);
                }

                if (_fault is { } fault)
                {
                    throw Again(fault);
                }

                _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _arrival.Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int waits = 0; !buffer.IsEmpty;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int written = TryWrite(buffer.Span);
                buffer = buffer[written..];
                if (written > 0)
                {
                    waits = 0;
                }
                else if (++waits > WriteWaits)
                {
                    throw SerialTrouble.Stuck(_name);
                }
                else
                {
                    // The driver's memory is full, which at 229 bytes a frame it hardly ever is.
                    await Task.Delay(WriteWaitMs, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _arrival?.TrySetResult();
        }

        // The number of a descriptor that is closed is given to the next file: not while anybody waits on it.
        _ = UnixNative.Write(_wakeWrite, [1], 1);
        _reader.Join();
        _ = UnixNative.Close(_descriptor);
        _ = UnixNative.Close(_wakeRead);
        _ = UnixNative.Close(_wakeWrite);
        base.Dispose(disposing);
    }

    // Each who is told gets an exception of his own: one that was thrown twice tells nobody where from.
    private static SerialPortException Again(SerialPortException fault) => new(fault.Fault, fault.PortName, fault.Message, fault.Remedy, fault.InnerException);

    private int TryWrite(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_fault is { } fault)
            {
                throw Again(fault);
            }

            nint written = UnixNative.Write(_descriptor, bytes, bytes.Length);
            int error = Marshal.GetLastPInvokeError();
            return written >= 0 ? (int)written
                : error == UnixNumbers.Current.TryAgain || error == UnixNumbers.Interrupted ? 0
                : throw SerialTrouble.Vanished(_name, new Win32Exception(error));
        }
    }

    private int Take(Span<byte> buffer)
    {
        int taken = Math.Min(_count, buffer.Length);
        for (int index = 0; index < taken; index++)
        {
            buffer[index] = _held[(_first + index) % HeldBytes];
        }

        _first = (_first + taken) % HeldBytes;
        _count -= taken;
        return taken;
    }

    private void Listen()
    {
        Span<UnixNative.PollEntry> entries = stackalloc UnixNative.PollEntry[2];
        Span<byte> bytes = stackalloc byte[4096];
        while (true)
        {
            entries[0] = new UnixNative.PollEntry { Descriptor = _descriptor, Wanted = UnixNumbers.PollIn };
            entries[1] = new UnixNative.PollEntry { Descriptor = _wakeRead, Wanted = UnixNumbers.PollIn };
            int happened = UnixNative.Poll(entries, 2, -1);
            int error = Marshal.GetLastPInvokeError();
            if (entries[1].Happened != 0)
            {
                return;
            }

            if (happened < 0 && error != UnixNumbers.Interrupted)
            {
                Fail(SerialTrouble.Failed(_name, new Win32Exception(error)));
                return;
            }

            if (happened > 0 && entries[0].Happened != 0 && !ReadAll(bytes, (entries[0].Happened & UnixNumbers.PollErrorHangUpInvalid) != 0))
            {
                return;
            }
        }
    }

    // Whether the port lives.
    private bool ReadAll(Span<byte> bytes, bool isHungUp)
    {
        while (true)
        {
            nint count = UnixNative.Read(_descriptor, bytes, bytes.Length);
            int error = Marshal.GetLastPInvokeError();
            if (count > 0)
            {
                Hold(bytes[..(int)count]);
                continue;
            }

            if (count < 0 && error == UnixNumbers.Interrupted)
            {
                continue;
            }

            if (count < 0 && error == UnixNumbers.Current.TryAgain && !isHungUp)
            {
                return true;
            }

            Fail(SerialTrouble.Vanished(_name, count < 0 ? new Win32Exception(error) : null));
            return false;
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (byte next in bytes)
            {
                if (_count == HeldBytes)
                {
                    _first = (_first + 1) % HeldBytes;
                    _count--;
                }

                _held[(_first + _count) % HeldBytes] = next;
                _count++;
            }

            Tell();
        }
    }

    private void Fail(SerialPortException fault)
    {
        lock (_gate)
        {
            _fault = fault;
            Tell();
        }
    }

    private void Tell()
    {
        _arrival?.TrySetResult();
        _arrival = null;
    }
}
