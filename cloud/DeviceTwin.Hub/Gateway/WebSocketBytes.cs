using System.Net.WebSockets;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// The bytes in the binary messages of a WebSocket, one after the other: where a message begins or ends means nothing to MQTT. Fails with
/// <see cref="IOException"/> alone.
/// </summary>
internal sealed class WebSocketBytes(WebSocket socket) : ConnectionStream
{
    /// <summary>What is read at once; more waits in TLS and TCP, which slows the sender.</summary>
    private const int BufferBytes = 4096;

    private readonly byte[] buffer = new byte[BufferBytes];
    private Memory<byte> rest;
    private Task<int>? receiving;

    /// <summary>
    /// Giving up the wait leaves what is being received: a receive that is cancelled would end the WebSocket, and with it what is still to be sent.
    /// </summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (rest.IsEmpty)
        {
            receiving ??= Receive();
            int count = await receiving.WaitAsync(cancellationToken);
            receiving = null;
            rest = buffer.AsMemory(0, count);
        }

        int taken = Math.Min(rest.Length, destination.Length);
        rest[..taken].CopyTo(destination);
        rest = rest[taken..];
        return taken;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(source, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Says that nothing more comes, and waits for the other side to say so too.</summary>
    /// <param name="patience">For how long; then the connection just ends.</param>
    public async Task Close(TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, late.Token);
            while (await (receiving ??= Receive()).WaitAsync(late.Token) > 0)
            {
                receiving = null;
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The other side was faster, or does not listen.
        }
    }

    /// <returns>Bytes in the buffer; 0 = the other side has said that nothing more comes.</returns>
    private async Task<int> Receive()
    {
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return 0;
                    case WebSocketMessageType.Text:
                        throw new IOException("a text message: MQTT comes in binary ones");
                    case var _ when received.Count > 0:
                        return received.Count;
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            throw new IOException(error.Message, error);
        }
    }
}
