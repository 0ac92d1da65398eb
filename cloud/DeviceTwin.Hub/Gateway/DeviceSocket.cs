using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>One accepted socket. It has no pipes of its own: <see cref="DeviceHandshake"/> puts those of TLS in their place.</summary>
internal sealed class DeviceSocket : DefaultConnectionContext
{
    private static long last;

    private readonly Socket socket;

    /// <summary>Not the base's own, which may be cancelled after it was disposed. Never disposed: it holds nothing.</summary>
    private readonly CancellationTokenSource closed = new();

    public DeviceSocket(Socket socket)
        : base($"D{Interlocked.Increment(ref last):X8}")
    {
        this.socket = socket;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = closed.Token;
        Stream = new SocketStream(socket);
    }

    /// <summary>What arrives and what is sent, before TLS.</summary>
    public Stream Stream { get; }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => Close();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Close();
        await base.DisposeAsync();
    }

    private void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side was faster, or this one closed it before.
        }

        socket.Dispose();
        _ = closed.CancelAsync();
    }

    /// <summary>Reads and writes at once where that is possible; fails with <see cref="IOException"/> alone.</summary>
    private sealed class SocketStream(Socket socket) : ConnectionStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw new IOException(error.Message, error);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                while (!buffer.IsEmpty)
                {
                    buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, cancellationToken)..];
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw new IOException(error.Message, error);
            }
        }
    }
}
