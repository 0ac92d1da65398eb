using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using DeviceTwin.Hub.Rest;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// MQTT over WebSocket, for devices behind firewalls that let HTTPS through alone. A connection is served by what serves those of the MQTT port, over the
/// bytes in its binary messages: the same credentials, sessions, limits and answers, provisioning too.
/// </summary>
internal sealed class WebSocketGateway(DeviceConnectionHandler handler, RestRefusals refusals)
{
    /// <summary>Where Azure's clients look for it.</summary>
    public const string Path = "/$iothub/websocket";

    private const string Subprotocol = "mqtt";

    /// <summary>How long a client may take to say goodbye.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    public async Task Serve(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol))
        {
            await refusals.Answer(
                context, HubError.ArgumentInvalid, $"This address speaks MQTT over WebSocket: connect with a WebSocket and the subprotocol \"{Subprotocol}\".");
            return;
        }

        // MQTT has its own signs of life; compression would let a small message become a large one.
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { SubProtocol = Subprotocol, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var stream = new WebSocketBytes(socket);
        await using var connection = new WebSocketConnection(context, stream);
        await handler.OnConnectedAsync(connection);
        await connection.Transport.Input.CompleteAsync();

        // As on the MQTT port: what was not flushed is not sent any more, perhaps to a device that does not read.
        await connection.Transport.Output.CompleteAsync(new ConnectionAbortedException());
        await stream.Close(ClosePatience);
    }

    /// <summary>A WebSocket as what the gateway serves.</summary>
    private sealed class WebSocketConnection : DefaultConnectionContext
    {
        private static long last;
        private readonly HttpContext context;

        public WebSocketConnection(HttpContext context, WebSocketBytes stream)
            : base($"W{Interlocked.Increment(ref last):X8}")
        {
            this.context = context;
            RemoteEndPoint = context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null;
            ConnectionClosed = context.RequestAborted;
            Transport = new Duplex(PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
            Features.Set<SslStream>(context.Features.Get<ISslStreamFeature>()?.SslStream);
            Features.Set(context.Features.Get<IConnectionLifetimeNotificationFeature>());
        }

        public override void Abort(ConnectionAbortedException abortReason) => context.Abort();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
