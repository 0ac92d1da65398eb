using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Closes connections beyond a number before any work, TLS above all, is done for them. Kestrel's own limit is one for all that it listens to:
/// browsers could keep devices out, and devices browsers.
/// </summary>
/// <param name="most">Connections that may be open at once, whatever becomes of them: an upgraded one counts until it ends.</param>
/// <param name="refused">Told of each that is turned away, with where it came from.</param>
internal sealed class ConnectionLimit(int most, Action<string?> refused)
{
    private int open;

    /// <summary>Connections that are open, admitted or not.</summary>
    public int Open => Volatile.Read(ref open);

    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref open) > most)
            {
                refused(connection.RemoteEndPoint?.ToString());
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
