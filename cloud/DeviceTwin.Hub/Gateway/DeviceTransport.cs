using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DeviceTwin.Hub.Gateway;

/// <summary>An address that devices connect to, and nobody else.</summary>
internal sealed class DeviceEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>
/// The sockets of devices. What arrives is worked off on the thread that noticed it, without a way through the thread pool, which
/// would cost more than the message. Nothing in the gateway blocks such a thread: the store commits on one of its own. Pages and REST,
/// which read the database, keep Kestrel's own sockets.
/// </summary>
internal sealed class DeviceTransport(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>
    /// Setting of the runtime's sockets without which the rest has no effect; read when the first socket is made, so the program
    /// sets it before.
    /// </summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private readonly SocketTransportFactory sockets = new(
        Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true, Backlog = 4096 }), loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is DeviceEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        sockets.BindAsync(endpoint, cancellationToken);
}
