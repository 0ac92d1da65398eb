using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>An address that devices connect to, and nobody else.</summary>
internal sealed class DeviceEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>
/// The sockets of devices. What arrives is worked off on the thread that noticed it, without a way through the thread pool or pipes in between,
/// which would cost more than the message. Nothing in the gateway blocks such a thread: the store commits on one of its own. Pages and REST,
/// which read the database, keep Kestrel's own sockets.
/// </summary>
internal sealed class DeviceTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>
    /// Setting of the runtime's sockets without which the rest has no effect; read when the first socket is made, so the program
    /// sets it before.
    /// </summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private const int Backlog = 4096;

    public bool CanBind(EndPoint endpoint) => endpoint is DeviceEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return ValueTask.FromResult<IConnectionListener>(new Listener(socket));
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw error.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(error.Message, error) : error;
        }
    }

    private sealed class Listener(Socket socket) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    Socket accepted = await socket.AcceptAsync(cancellationToken);
                    accepted.NoDelay = true;
                    return new DeviceSocket(accepted);
                }
                catch (Exception error) when (error is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    // No longer bound.
                    return null;
                }
                catch (SocketException)
                {
                    // The client was gone before it was accepted.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
