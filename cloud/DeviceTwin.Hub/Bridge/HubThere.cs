using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Options;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

/// <summary>A stream to the other hub, not encrypted yet.</summary>
internal delegate Task<Stream> BridgeDial(string host, int port, CancellationToken cancellation);

/// <summary>Desired properties that the other hub sent.</summary>
internal delegate void DesiredTold(long version, JsonObject patch);

/// <summary>A method that somebody calls there.</summary>
/// <param name="request">Its <c>$rid</c>, to answer with.</param>
internal delegate void MethodAsked(string name, string request, ReadOnlyMemory<byte> payload);

/// <summary>
/// A connection to the other hub as one device: Azure IoT Hub's MQTT dialect from the device's side. One request for the twin at a time.
/// </summary>
internal sealed class HubThere : IAsyncDisposable
{
    /// <summary>How long a token opens the other hub; the connection is renewed before.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>How long an answer may take, TLS and CONNACK too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How the bridge calls itself: a hub that has a bridge of its own knows it by that.</summary>
    public const string ClientType = "DeviceTwin.Bridge/";

    /// <summary>Azure's limit of a message is 256 KB, topic and all.</summary>
    public const int LargestPayload = 250 * 1024;

    private const string TwinAnswers = "$iothub/twin/res/";
    private const string DesiredPatches = "$iothub/twin/PATCH/properties/desired/";
    private const string Methods = "$iothub/methods/POST/";

    private readonly MqttClient client;
    private readonly string deviceId;
    private readonly TimeProvider time;
    private readonly Task reading;
    private readonly DesiredTold desired;
    private readonly MethodAsked method;
    private Waiting? waiting;
    private long requests;

    private HubThere(MqttClient client, string deviceId, TimeProvider time, DesiredTold desired, MethodAsked method)
    {
        this.client = client;
        this.deviceId = deviceId;
        this.time = time;
        this.desired = desired;
        this.method = method;
        reading = Read();
    }

    /// <summary>Completes, with the reason in words, when the connection has ended. Never faults.</summary>
    public Task<string> Closed => client.Closed;

    /// <summary>Connects and subscribes.</summary>
    /// <exception cref="BridgeException">It did not come to that.</exception>
    public static async Task<HubThere> Connect(
        BridgeSettings settings, BridgeCredential credential, string? modelId, BridgeOptions options, DesiredTold desired, MethodAsked method, TimeProvider time, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        MqttClient? client = null;
        HubThere? there = null;
        try
        {
            client = await MqttClient.Connect(await Encrypted(settings, credential, options.Dial, either.Token), Connect(settings, credential, modelId, options, time), either.Token);
            there = new HubThere(client, credential.DeviceId, time, desired, method);
            MqttSubscription[] filters = [new(TwinAnswers + "#", 0), new(DesiredPatches + "#", 0), .. settings.Methods ? [new MqttSubscription(Methods + "#", 0)] : Array.Empty<MqttSubscription>()];
            var granted = await client.Subscribe(filters, either.Token);
            return granted.Contains(MqttSubAck.Failure)
                ? throw new BridgeException(BridgeFault.NotUnderstood, $"{settings.Host} does not let {credential.DeviceId} subscribe to its twin: is it an IoT hub?")
                : there;
        }
        catch (Exception problem)
        {
            if (there is not null)
            {
                await there.DisposeAsync();
            }
            else if (client is not null)
            {
                await client.DisposeAsync();
            }

            cancellation.ThrowIfCancellationRequested();
            throw Explain(problem, settings);
        }
    }

    /// <summary>The twin as its device sees it.</summary>
    /// <exception cref="BridgeException">It was refused, or not understood.</exception>
    public async Task<TwinThere> ReadTwin(CancellationToken cancellation)
    {
        var (status, _, body) = await Ask(request => $"$iothub/twin/GET/?$rid={request}", ReadOnlyMemory<byte>.Empty, cancellation);
        if (status != 200)
        {
            // There is nothing in the request that could be refused.
            throw Refusal(status, body) is var refusal && refusal.Fault == BridgeFault.PropertyRefused ? new BridgeException(BridgeFault.FailedThere, refusal.Message) : refusal;
        }

        try
        {
            var twin = StrictJson.ReadObject(body, "The twins");
            var reportedVersion = Json.Integer((twin["reported"] as JsonObject)?["$version"]);
            return twin["desired"] is JsonObject desiredThere && twin["reported"] is JsonObject reported && Json.Integer(desiredThere["$version"]) is { } version
                ? new TwinThere(Plain(desiredThere), version, Plain(reported), reportedVersion)
                : throw new BridgeException(BridgeFault.NotUnderstood, "The twin there has no desired and reported properties with a $version: is it an IoT hub?");
        }
        catch (TwinException problem)
        {
            throw new BridgeException(BridgeFault.NotUnderstood, $"The twin there cannot be read: {problem.Message}");
        }
    }

    /// <summary>Has a patch of reported properties merged; accepted there when this returns.</summary>
    /// <returns>The version of the reported properties there since; null where the other hub does not say.</returns>
    /// <exception cref="BridgeException">It was refused, or not understood.</exception>
    public async Task<long?> Report(JsonObject patch, CancellationToken cancellation)
    {
        var payload = DeviceJson.Serialize(patch);
        if (payload.Length > LargestPayload)
        {
            throw new BridgeException(BridgeFault.PropertyRefused, $"The patch has {payload.Length} bytes; a hub takes {LargestPayload} in a message.");
        }

        var (status, version, body) = await Ask(request => $"$iothub/twin/PATCH/properties/reported/?$rid={request}", payload, cancellation);
        return status is 200 or 204 ? version : throw Refusal(status, body);
    }

    /// <summary>Sends a message as the device's own; accepted there when this returns.</summary>
    /// <exception cref="BridgeException">There is no answer.</exception>
    public async Task Send(TelemetryMessage message, CancellationToken cancellation)
    {
        var topic = new StringBuilder($"devices/{deviceId}/messages/events/");
        foreach (var (key, value) in message.Properties)
        {
            topic.Append(topic[^1] == '/' ? "" : "&").Append(Uri.EscapeDataString(key));
            if (value is not null)
            {
                topic.Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        await InTime(client.Publish(topic.ToString(), message.Body, 1, cancellation), cancellation);
    }

    /// <summary>Answers a method. What cannot be sent any more is not: who called is told by the time-out there.</summary>
    public void Answer(string request, int status, JsonNode? payload) =>
        client.TryPublish(string.Create(CultureInfo.InvariantCulture, $"$iothub/methods/res/{status}/?$rid={request}"), DeviceJson.Serialize(payload), 0, out _, out _);

    /// <summary>Ends the connection in good order.</summary>
    public Task Disconnect() => client.Disconnect();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await reading;
    }

    private static MqttClientOptions Connect(BridgeSettings settings, BridgeCredential credential, string? modelId, BridgeOptions options, TimeProvider time) => new()
    {
        ClientId = credential.DeviceId,
        UserName = $"{settings.Host}/{credential.DeviceId}/?api-version=2021-04-12"
            + $"&DeviceClientType={Uri.EscapeDataString(ClientType + VersionText.Current)}"
            + (string.IsNullOrEmpty(modelId) ? "" : $"&model-id={Uri.EscapeDataString(modelId)}"),
        Password = credential is BridgeCredential.Key key ? Encoding.UTF8.GetBytes(Token(settings.Host, key, time.GetUtcNow() + TokenLifetime)) : null,
        CleanSession = true,
        KeepAliveSeconds = options.KeepAliveSeconds,
        ConnectTimeout = Patience,
        ReceiveCapacity = 64,
        Time = time,
    };

    private static string Token(string host, BridgeCredential.Key key, DateTimeOffset expires)
    {
        var scope = Uri.EscapeDataString($"{host}/devices/{key.DeviceId}");
        var expiry = expires.ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData(Convert.FromBase64String(key.Base64), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{scope}\n{expiry}")));
        return string.Create(CultureInfo.InvariantCulture, $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={expiry}");
    }

    private static async Task<SslStream> Encrypted(BridgeSettings settings, BridgeCredential credential, BridgeDial dial, CancellationToken cancellation)
    {
        var trust = new SslClientAuthenticationOptions
        {
            TargetHost = settings.Host,
            CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck },
        };
        if (settings.Authorities is { } authorities)
        {
            trust.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            trust.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        }

        if (credential is BridgeCredential.Certificate certificate)
        {
            trust.ClientCertificateContext = SslStreamCertificateContext.Create(certificate.Leaf, null, offline: true);
        }

        var stream = new SslStream(await dial(settings.Host, settings.Port, cancellation));
        try
        {
            await stream.AuthenticateAsClientAsync(trust, cancellation);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>TCP, as a bridge dials where nobody says otherwise.</summary>
    public static async Task<Stream> Tcp(string host, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static BridgeException Explain(Exception problem, BridgeSettings settings)
    {
        var place = $"{settings.Host}:{settings.Port}";
        return problem switch
        {
            BridgeException known => known,
            MqttConnectRefusedException { ReturnCode: MqttConnectReturnCode.ServerUnavailable } => new(BridgeFault.Busy, $"{place} is busy (CONNACK 3)."),
            MqttConnectRefusedException { ReturnCode: MqttConnectReturnCode.IdentifierRejected or MqttConnectReturnCode.BadUserNameOrPassword or MqttConnectReturnCode.NotAuthorized } refused => new(
                BridgeFault.NotAuthorized,
                $"{place} refuses the device (CONNACK {(int)refused.ReturnCode}): it is unknown or disabled there, or its key or certificate is another. Mend it there or in the bridge's file, which is read again when it changes.",
                refused),
            MqttConnectRefusedException refused => new(BridgeFault.NotUnderstood, $"{place} answered CONNECT with {(int)refused.ReturnCode}: is it an IoT hub?", refused),
            AuthenticationException => new(
                BridgeFault.Untrusted, $"TLS with {place} failed: {Sentence(problem)} \"ca\" in the bridge's file names the authorities to trust; without it the system's count.", problem),
            SocketException or IOException => new(BridgeFault.Unreachable, $"{place} cannot be reached: {Sentence(problem)} Check name, port and firewall.", problem),
            MqttConnectionClosedException => new(BridgeFault.ConnectionLost, $"{place} closed the connection: {Sentence(problem)}", problem),
            OperationCanceledException => new(BridgeFault.NoAnswer, $"{place} did not answer CONNECT within {Patience.TotalSeconds:0} s.", problem),
            _ => new(BridgeFault.Unexpected, problem.Message, problem),
        };
    }

    private static string Sentence(Exception problem) => LogText.Of(problem.Message).TrimEnd('.') + ".";

    private static JsonObject Plain(JsonObject section)
    {
        foreach (var key in section.Select(member => member.Key).Where(key => key.StartsWith('$')).ToArray())
        {
            section.Remove(key);
        }

        return section;
    }

    private static BridgeException Refusal(int status, ReadOnlyMemory<byte> body)
    {
        var message = LogText.Of(Encoding.UTF8.GetString(body.Span));
        try
        {
            if (JsonNode.Parse(body.Span) is JsonObject error && error["message"] is JsonValue text && text.TryGetValue(out string? sentence))
            {
                message = LogText.Of(sentence);
            }
        }
        catch (System.Text.Json.JsonException)
        {
            // Then its text as it is.
        }

        return status switch
        {
            429 => new BridgeException(BridgeFault.Throttled, $"The other hub wants it slower (429): {message}"),
            >= 400 and < 500 => new BridgeException(BridgeFault.PropertyRefused, $"The other hub answered {status}: {message}"),
            >= 500 => new BridgeException(BridgeFault.FailedThere, $"The other hub answered {status}: {message}"),
            _ => new BridgeException(BridgeFault.NotUnderstood, $"The other hub answered {status}, which is no answer to a request for a twin."),
        };
    }

    private async Task<(int Status, long? Version, ReadOnlyMemory<byte> Body)> Ask(Func<string, string> topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var request = (++requests).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<(int, long?, ReadOnlyMemory<byte>)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref waiting, new Waiting(request, answer));
        await InTime(client.Publish(topic(request), payload, 0, cancellation), cancellation);
        var first = await InTime(Task.WhenAny(answer.Task, Closed), cancellation);
        return first == answer.Task ? await answer.Task : throw Lost(await Closed);
    }

    private static BridgeException Lost(string reason) => new(BridgeFault.ConnectionLost, $"The connection ended: {LogText.Of(reason).TrimEnd('.')}.");

    private async Task InTime(Task task, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new BridgeException(BridgeFault.NoAnswer, $"The other hub did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (MqttConnectionClosedException closed)
        {
            throw Lost(closed.Message);
        }
    }

    private async Task<T> InTime<T>(Task<T> task, CancellationToken cancellation)
    {
        await InTime((Task)task, cancellation);
        return await task;
    }

    private async Task Read()
    {
        await foreach (var message in client.Received.ReadAllAsync())
        {
            Take(message);
        }
    }

    private void Take(MqttPublish message)
    {
        var topic = message.Topic;
        var query = topic.IndexOf("/?", StringComparison.Ordinal);
        var parameters = PropertyBag.Parse(query < 0 ? "" : topic.AsSpan(query + 2));
        if (topic.StartsWith(TwinAnswers, StringComparison.Ordinal))
        {
            if (query > 0
                && int.TryParse(topic.AsSpan(TwinAnswers.Length, query - TwinAnswers.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                && Volatile.Read(ref waiting) is { } current
                && parameters.GetValueOrDefault("$rid") == current.Request)
            {
                current.Answer.TrySetResult((status, Number(parameters.GetValueOrDefault("$version")), message.Payload));
            }
        }
        else if (topic.StartsWith(DesiredPatches, StringComparison.Ordinal))
        {
            try
            {
                var patch = StrictJson.ReadObject(message.Payload, "The desired properties");
                var version = Json.Integer(patch["$version"]) ?? Number(parameters.GetValueOrDefault("$version")) ?? long.MaxValue;
                desired(version, Plain(patch));
            }
            catch (TwinException)
            {
                // Whatever it was: the twin is read again.
                desired(long.MaxValue, []);
            }
        }
        else if (topic.StartsWith(Methods, StringComparison.Ordinal) && query > 0 && parameters.GetValueOrDefault("$rid") is { } request)
        {
            method(topic[Methods.Length..query], request, message.Payload);
        }
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Waiting(string Request, TaskCompletionSource<(int Status, long? Version, ReadOnlyMemory<byte> Body)> Answer);
}
