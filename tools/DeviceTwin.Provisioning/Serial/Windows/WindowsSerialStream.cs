using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DeviceTwin.Provisioning.Serial.Windows;

/// <summary>The bytes of a port. One read of the system's is always under way: whoever gives up waiting for it takes none of its bytes.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSerialStream : SerialStream
{
    private readonly string _name;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[4096];
    private Task<int>? _pending;
    private int _first;
    private int _count;

    /// <param name="name">The port, for messages.</param>
    /// <param name="handle">Opened for overlapped use; closed with the stream.</param>
    public WindowsSerialStream(string name, SafeFileHandle handle)
    {
        _name = name;
        _file = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0, isAsync: true);
    }

    /// <summary>Forgets what has arrived.</summary>
    public void Forget() => _count = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_count == 0)
        {
            try
            {
                _pending ??= _file.ReadAsync(_buffer, CancellationToken.None).AsTask();
                _count = await _pending.WaitAsync(cancellationToken).ConfigureAwait(false);
                _first = 0;
                _pending = null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _pending = null;
                throw SerialTrouble.Vanished(_name, exception);
            }
        }

        int taken = Math.Min(_count, buffer.Length);
        _buffer.AsMemory(_first, taken).CopyTo(buffer);
        _first += taken;
        _count -= taken;
        return taken;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SerialTrouble.Vanished(_name, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Closing the handle ends the read that is under way; nobody is to hear of it.
        _pending?.ContinueWith(read => read.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        _file.Dispose();
        base.Dispose(disposing);
    }
}
