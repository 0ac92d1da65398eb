using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Where the gateway listens.</summary>
public sealed class GatewayEndpoint
{
    internal ListenOptions? Listening { get; set; }

    /// <summary>The TCP port; with option 0 the real one once the application has started.</summary>
    public int Port => Listening?.IPEndPoint?.Port ?? 0;
}
