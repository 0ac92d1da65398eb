using System.Buffers;

namespace DeviceTwin.Mqtt;

/// <summary>
/// Packets on their way to a stream: any thread adds, one loop writes. What was added while a write was under way goes out as one
/// write.
/// </summary>
internal sealed class MqttSendBuffer(Stream stream, int capacity, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim added = new(0, 1);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> filling = new();
    private ArrayBufferWriter<byte> writing = new();
    private TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool completed;
    private long lastSentAt = time.GetTimestamp();

    /// <summary>Completes once nothing more will be written. Never faults.</summary>
    public Task Finished => finished.Task;

    /// <summary>Timestamp of the last packet added.</summary>
    public long LastSentAt => Volatile.Read(ref lastSentAt);

    /// <summary>Completes when what waits now has been taken by the writing loop, or the connection has ended.</summary>
    public Task Drained()
    {
        lock (gate)
        {
            return completed ? Task.CompletedTask : drained.Task;
        }
    }

    /// <exception cref="ArgumentException">The packet cannot be expressed.</exception>
    public bool TrySend(MqttPacket packet, bool evenIfFull = false)
    {
        lock (gate)
        {
            if (completed || (!evenIfFull && filling.WrittenCount >= capacity))
            {
                return false;
            }

            MqttWriter.Write(filling, packet);
            lastSentAt = time.GetTimestamp();
            Wake();
            return true;
        }
    }

    /// <summary>Nothing more may be added; what waits is still written.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            drained.TrySetResult();
            Wake();
        }
    }

    /// <summary>Writes until <see cref="Complete"/> and the last byte.</summary>
    /// <returns>Null at the ordinary end, else why the stream could not be written.</returns>
    public async Task<string?> Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await added.WaitAsync(cancellation).ConfigureAwait(false);
                bool last;
                lock (gate)
                {
                    (filling, writing) = (writing, filling);
                    last = completed;
                    drained.TrySetResult();
                    drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                if (writing.WrittenCount > 0)
                {
                    await stream.WriteAsync(writing.WrittenMemory, cancellation).ConfigureAwait(false);
                    await stream.FlushAsync(cancellation).ConfigureAwait(false);
                    writing.ResetWrittenCount();
                }

                if (last)
                {
                    return null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception error)
        {
            // Whatever the stream's way to say it: it cannot be written any more.
            return error.Message;
        }
        finally
        {
            finished.TrySetResult();
        }
    }

    private void Wake()
    {
        if (added.CurrentCount == 0)
        {
            added.Release();
        }
    }
}
