namespace DeviceTwin.SensorNode.Link;

/// <summary>Where the connection to the hub stands.</summary>
public enum LinkState
{
    /// <summary>Not connected: the network, the time of day or the end of a wait is missing.</summary>
    Waiting = 0,

    /// <summary>TCP, TLS and CONNECT are under way.</summary>
    Opening = 1,

    /// <summary>Connected; the confirmation of the subscriptions is awaited.</summary>
    Subscribing = 2,

    /// <summary>Twin and telemetry flow.</summary>
    Ready = 3,

    /// <summary>Asking the provisioning service which hub the node belongs to.</summary>
    Registering = 4,
}
