using System.Net;
using System.Net.Sockets;
using DeviceTwin.Hub.Options;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Hubs on port 443, which is the only one that Azure's service SDKs and its WebSocket clients speak to.</summary>
internal static class StandardPort
{
    private const int Https = 443;
    private const int LastAddress = 30;

    /// <summary>Fixtures run beside one another: each takes a loopback address of its own.</summary>
    private static int taken = 1;

    /// <summary>A hub whose name is its address; skips the running test, or all of its fixture, where the port cannot be had.</summary>
    public static async Task<HubFixture> Start()
    {
        string problem = "no loopback address is left";
        for (int last = Interlocked.Increment(ref taken); last <= LastAddress; last = Interlocked.Increment(ref taken))
        {
            var address = IPAddress.Parse($"127.0.0.{last}");
            try
            {
                // Tried before a whole hub is made for it.
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(address, Https));
            }
            catch (SocketException exception)
            {
                problem = $"{address}: {exception.Message}";
                if (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    continue;
                }

                break;
            }

            try
            {
                return await HubFixture.Start(hostName: address.ToString(), https: new IPEndPoint(address, Https));
            }
            catch (StartException exception)
            {
                problem = exception.Message;
            }
        }

        Assert.Ignore($"Port {Https} of a loopback address cannot be had, and these unmodified clients speak to no other ({problem}). "
            + "Run as root, or allow it with: sysctl net.ipv4.ip_unprivileged_port_start=443");
        throw new InvalidOperationException();
    }
}
