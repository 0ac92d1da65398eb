using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Closes connections beyond <see cref="GatewayOptions.MaxConnections"/> before any work, TLS above all, is done for them.</summary>
internal sealed class ConnectionLimit(GatewayServices services)
{
    private int open;

    /// <summary>Connections that are open, admitted or not.</summary>
    public int Open => Volatile.Read(ref open);

    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref open) > services.Options.MaxConnections)
            {
                services.Metrics.ConnectRefused("tooManyConnections");
                services.Logger.TooManyConnections(connection.RemoteEndPoint?.ToString(), services.Options.MaxConnections);
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    };
}
