using System.Net;
using DeviceTwin.Hub.Gateway.Shaping;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What can be set about the device gateway.</summary>
public sealed record GatewayOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 = any free port; <see cref="GatewayEndpoint.Port"/> says which.</summary>
    public int Port { get; init; } = 8883;

    /// <summary>Connections beyond this are closed before TLS has said a word.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>How long a client may take from the end of the TLS handshake to its answered CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a client may leave what is sent to it unread.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far a device's clock may lag when its token expires.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longer keep-alives, and none (0), count as this one: Azure's limit.</summary>
    public TimeSpan LongestKeepAlive { get; init; } = TimeSpan.FromSeconds(1767);

    /// <summary>Bytes of one message's payload: Azure's limit.</summary>
    public int MaxPayload { get; init; } = 256 * 1024;

    /// <summary>Messages of one connection that may be under way to the store.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>Payload bytes of one connection that may be under way to the store; a single message always may.</summary>
    public int MaxInFlightBytes { get; init; } = 1024 * 1024;

    /// <summary>Method requests that may wait for one slow connection; more are refused with 429.</summary>
    public int MaxMethodsWaiting { get; init; } = 16;

    /// <summary>Calls of methods of one device that may be unanswered at once, those that wait for it to connect included; more are refused with 429.</summary>
    public int MaxMethodCallsPerDevice { get; init; } = 32;

    /// <summary>The same of all devices together.</summary>
    public int MaxMethodCalls { get; init; } = 4096;

    /// <summary>Cloud-to-device messages that one connection may be sent without having confirmed them.</summary>
    public int MaxMessagesUnconfirmed { get; init; } = 10;

    /// <summary>No further message is sent while this much is unconfirmed.</summary>
    public int MaxMessageBytesUnconfirmed { get; init; } = 128 * 1024;

    /// <summary>Twin reads of one device; Azure's S1 lets a whole hub have 100 a second.</summary>
    public Pace TwinReads { get; init; } = new(500, 1000);

    /// <summary>Reported patches of one device; Azure's S1 lets a whole hub have 50 a second.</summary>
    public Pace TwinUpdates { get; init; } = new(2000, 4000);

    /// <summary>Telemetry of one device. Beyond it the hub reads more slowly.</summary>
    public Pace Telemetry { get; init; } = new(20_000, 40_000);

    /// <summary>CONNECT packets of all clients together; Azure's S1 takes 100 a second.</summary>
    public Pace Connects { get; init; } = new(1000, 10_000);

    /// <summary>
    /// A twin request that is too fast is answered later by this much at most, then with 429. Below a second: nanoFramework's client sends
    /// again what is not confirmed by then.
    /// </summary>
    public TimeSpan LongestTwinDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A CONNECT that comes with too many others is answered later by this much at most, then with CONNACK 3.</summary>
    public TimeSpan LongestConnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long PUBACK to nanoFramework's client is held back: it starts to listen for the answer only after it has sent the
    /// question, and a faster one is lost. It sends again after a second.
    /// </summary>
    public TimeSpan NanoPubAckDelay { get; init; } = TimeSpan.FromMilliseconds(75);

    /// <summary>Connections that may replace one another per device within <see cref="TakeoverWindow"/>; then CONNACK 3.</summary>
    public int MaxTakeovers { get; init; } = 10;

    public TimeSpan TakeoverWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection that is taken over may take to end in good order before it is cut.</summary>
    public TimeSpan TakeoverPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether a device's GET is answered with <c>$metadata</c>; Azure does, and a small device pays for it in memory.</summary>
    public bool IncludeMetadata { get; init; }

    /// <summary>What devices call this hub; what provisioning tells them where <see cref="AssignedHub"/> says nothing else.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>
    /// What provisioning tells devices that their hub is: a name, or name:port. The port is for Azure's Node client alone, as the others take
    /// a bare name only. Null = <see cref="HostName"/>, with the gateway's port where that is not 8883.
    /// </summary>
    public string? AssignedHub { get; init; }
}
