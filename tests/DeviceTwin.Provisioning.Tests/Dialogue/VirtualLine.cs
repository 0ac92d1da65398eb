using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>
/// The line between tool and board in virtual time, on one thread: reading lets the board run until it says something or until the reader's patience is over. Every byte of
/// either direction can be changed, dropped, doubled or delayed on its way.
/// </summary>
internal sealed class VirtualLine(ProvisionableBoard board, ManualTime time) : Stream
{
    private readonly DateTimeOffset start = time.GetUtcNow();
    private readonly Queue<byte> arrived = new();
    private readonly PriorityQueue<byte[], long> delayed = new();

    /// <summary>What arrives at the board in place of a byte; gets the byte's place in the stream.</summary>
    public Func<int, byte, byte[]>? ToBoard { get; set; }

    /// <summary>What arrives at the tool in place of a byte; gets the byte's place in the stream.</summary>
    public Func<int, byte, byte[]>? ToTool { get; set; }

    /// <summary>How long the bytes of a write are under way in milliseconds; gets the number of the write.</summary>
    public Func<int, int>? Delay { get; set; }

    /// <summary>Called before the tool writes a frame, with the number of the write: to pull cables and cut power.</summary>
    public Action<int>? Writing { get; set; }

    /// <summary>Whether the cable is out.</summary>
    public bool IsPulled { get; set; }

    public int SentBytes { get; private set; }

    public int ReceivedBytes { get; private set; }

    public int Writes { get; private set; }

    public List<byte> Sent { get; } = [];

    public long NowMs => (long)(time.GetUtcNow() - start).TotalMilliseconds;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets the board run.</summary>
    public void Run(TimeSpan duration)
    {
        long untilMs = NowMs + (long)duration.TotalMilliseconds;
        while (NowMs < untilMs)
        {
            Step(untilMs, isListened: false);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (arrived.Count == 0)
        {
            if (IsPulled)
            {
                return ValueTask.FromResult(0);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }

            Step(long.MaxValue, isListened: true);
        }

        int count = 0;
        while (count < buffer.Length && arrived.TryDequeue(out byte next))
        {
            buffer.Span[count++] = next;
        }

        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Writing?.Invoke(Writes);
        int delayMs = Delay?.Invoke(Writes) ?? 0;
        Writes++;
        if (IsPulled)
        {
            throw new IOException("pulled");
        }

        Sent.AddRange(buffer.Span);
        List<byte> bytes = [];
        foreach (byte next in buffer.Span)
        {
            bytes.AddRange(ToBoard?.Invoke(SentBytes, next) ?? [next]);
            SentBytes++;
        }

        delayed.Enqueue([.. bytes], NowMs + delayMs);
        Deliver();
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Somebody may restart the board in between, and its start is the bench's time of that moment.
    private void Step(long untilMs, bool isListened)
    {
        Deliver();
        long next = Math.Min(Math.Clamp(board.Step(NowMs), NowMs + 1, NowMs + 10), untilMs);
        foreach (byte answer in board.Pipe.Receive())
        {
            foreach (byte heard in ToTool?.Invoke(ReceivedBytes, answer) ?? [answer])
            {
                arrived.Enqueue(heard);
            }

            ReceivedBytes++;
        }

        if (arrived.Count == 0 || !isListened)
        {
            time.Advance(TimeSpan.FromMilliseconds(next - NowMs));
        }
    }

    private void Deliver()
    {
        while (delayed.TryPeek(out byte[]? bytes, out long atMs) && atMs <= NowMs)
        {
            delayed.Dequeue();
            board.Pipe.Send(bytes);
        }
    }
}
