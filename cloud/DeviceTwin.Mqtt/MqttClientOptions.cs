namespace DeviceTwin.Mqtt;

/// <summary>What a client says in CONNECT, and its own limits.</summary>
public sealed record MqttClientOptions
{
    public required string ClientId { get; init; }

    public string? UserName { get; init; }

    public ReadOnlyMemory<byte>? Password { get; init; }

    public bool CleanSession { get; init; } = true;

    /// <summary>0 to 65535; 0 = no PINGREQ is sent and a dead peer is noticed by the transport alone.</summary>
    public int KeepAliveSeconds { get; init; } = 60;

    public MqttWill? Will { get; init; }

    /// <summary>How long CONNACK may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Received messages that may wait to be taken; beyond that the client stops reading from the connection.</summary>
    public int ReceiveCapacity { get; init; } = 256;

    /// <summary>Bytes that may wait to be sent; beyond that <see cref="MqttClient.Publish"/> waits.</summary>
    public int SendCapacity { get; init; } = 1024 * 1024;

    /// <summary>Longest packet taken from the server, in bytes after the fixed header.</summary>
    public int MaxRemainingLength { get; init; } = 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
