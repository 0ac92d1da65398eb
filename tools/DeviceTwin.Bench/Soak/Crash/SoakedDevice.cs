using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>
/// A device under load: reports and sends messages, several of each under way at once, and keeps books of what was acknowledged. After each
/// start of the hub it connects again and sends the unconfirmed messages again, as they were.
/// </summary>
public sealed class SoakedDevice(string deviceId, string key, string bootId)
{
    private const int UnderWay = 4;
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(20);
    private const string Answers = "$iothub/twin/res/";
    private int requests;

    private string Delivered => $"devices/{deviceId}/messages/devicebound/";

    public string DeviceId => deviceId;

    public SectionLedger Reported { get; } = new();

    public SectionLedger Desired { get; } = new();

    public MessageLedger Messages { get; } = new();

    public DeliveryLedger Deliveries { get; } = new();

    public long Acknowledged => Reported.Acknowledged + Desired.Acknowledged + Messages.Acknowledged + Deliveries.Acknowledged;

    /// <summary>The value of <c>kind</c> of its messages: as many as any round sends are kept of it.</summary>
    public const string Kind = "features";

    /// <summary>Loads the hub until the round ends; connects again whenever the hub lets go of the connection.</summary>
    public async Task Run(SoakedHub hub, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await RunOnce(hub, end);
            await Task.WhenAny(Task.Delay(ReconnectAfter, end));
        }
    }

    private async Task RunOnce(SoakedHub hub, CancellationToken end)
    {
        try
        {
            await using var client = await DeviceConnection.Open(hub, deviceId, key, cleanSession: false, end);
            try
            {
                await Load(client, end);
            }
            finally
            {
                // What the client has confirmed already is received, whatever became of the connection.
                while (client.Received.TryRead(out var message))
                {
                    Receive(message);
                }
            }
        }
        catch (Exception error) when (error is MqttConnectionClosedException or MqttConnectRefusedException or OperationCanceledException
            or IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // The hub was killed, or let go of the connection: what was not acknowledged by now is not in the books.
        }
    }

    private async Task Load(MqttClient client, CancellationToken end)
    {
        await client.Subscribe([new MqttSubscription("$iothub/twin/res/#", 0), new MqttSubscription($"{Delivered}#", 1)], end);
        foreach (var number in Messages.Open)
        {
            await Send(client, number, end);
        }

        await Task.WhenAll([.. Enumerable.Range(0, UnderWay).Select(_ => SendOn(client, end)), ReportOn(client, end)]);
    }

    private async Task SendOn(MqttClient client, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Send(client, Messages.Next(), end);
        }
    }

    private async Task Send(MqttClient client, long number, CancellationToken end)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"n":{{number}}}""");
        await client.Publish($"devices/{deviceId}/messages/events/kind={Kind}&bootId={bootId}&seq={number}", body, 1, end);
        Messages.Confirm(number);
    }

    private async Task ReportOn(MqttClient client, CancellationToken end)
    {
        var underWay = new Dictionary<string, long>();
        while (!end.IsCancellationRequested)
        {
            while (underWay.Count < UnderWay)
            {
                var number = Reported.Try();
                var request = (++requests).ToString(CultureInfo.InvariantCulture);
                underWay[request] = number;
                await client.Publish(
                    $"$iothub/twin/PATCH/properties/reported/?$rid={request}", Encoding.UTF8.GetBytes($$"""{"n":{{number}},"copy":{"n":{{number}} } }"""), 1, end);
            }

            var answer = await client.Received.ReadAsync(end);
            Receive(answer);
            if (Parse(answer.Topic) is var (status, id, version) && underWay.Remove(id, out var reported) && status == 204)
            {
                Reported.Acknowledge(reported, version);
            }
        }
    }

    private void Receive(MqttPublish message)
    {
        if (message.Topic.StartsWith(Delivered, StringComparison.Ordinal))
        {
            Deliveries.Receive(long.Parse(Encoding.UTF8.GetString(message.Payload.Span), CultureInfo.InvariantCulture));
        }
    }

    private static (int Status, string Request, long Version)? Parse(string topic)
    {
        if (!topic.StartsWith(Answers, StringComparison.Ordinal))
        {
            return null;
        }

        var status = int.Parse(topic.AsSpan(Answers.Length, 3), CultureInfo.InvariantCulture);
        var parameters = topic[(topic.IndexOf('?') + 1)..].Split('&').Select(parameter => parameter.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return (status, parameters["$rid"], parameters.TryGetValue("$version", out var version) ? long.Parse(version, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>An operator's next change of tags and desired properties in one; false where it was not acknowledged.</summary>
    public async Task<bool> Operate(SoakedHub hub, CancellationToken end)
    {
        var number = Desired.Try();
        var patch = new JsonObject
        {
            ["tags"] = new JsonObject { ["n"] = number },
            ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["n"] = number, ["copy"] = new JsonObject { ["n"] = number } } },
        };
        if (await hub.Send(HttpMethod.Patch, $"twins/{deviceId}?api-version=2021-04-12", patch, end) is not { } twin)
        {
            return false;
        }

        Desired.Acknowledge(number, (long)twin["properties"]!["desired"]!["$version"]!);
        return true;
    }

    /// <summary>A message to the device; not acknowledged where its queue is full.</summary>
    public async Task SendTo(SoakedHub hub, CancellationToken end)
    {
        var number = Deliveries.Next();
        if (await hub.Send(HttpMethod.Post, $"devices/{deviceId}/messages/deviceBound?api-version=2021-04-12", number, end, ("iothub-expiry", Expiry())) is not null)
        {
            Deliveries.Take(number);
        }
    }

    /// <summary>Far enough for every jump of the hub's clock.</summary>
    private static string Expiry() => DateTimeOffset.UtcNow.AddHours(24).ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Holds what the hub has after a start against the books.</summary>
    /// <exception cref="HubLostException">The hub does not show the device.</exception>
    public async Task<CrashFindings> Check(SoakedHub hub)
    {
        var twin = await hub.Send(HttpMethod.Get, $"twins/{deviceId}?api-version=2021-04-12", null, CancellationToken.None)
            ?? throw new HubLostException("hubRefused", $"The hub does not show {deviceId}");
        var desired = twin["properties"]!["desired"]!;
        var reported = twin["properties"]!["reported"]!;
        var messages = await hub.Send(HttpMethod.Get, $"api/v1/devices/{deviceId}/telemetry?kind={Kind}&limit=1000", null, CancellationToken.None) as JsonArray
            ?? throw new HubLostException("hubRefused", $"The hub does not show the messages of {deviceId}");
        return Desired.Check(new ReadSection(Number(desired["n"]), [Number(desired["copy"]?["n"]), Number(twin["tags"]!["n"])], Number(desired["$version"]))).Of($"{deviceId}, desired")
            + Reported.Check(new ReadSection(Number(reported["n"]), [Number(reported["copy"]?["n"])], Number(reported["$version"]))).Of($"{deviceId}, reported")
            + Deliveries.Check(Number(twin["cloudToDeviceMessageCount"])).Of($"{deviceId}, to the device")
            + Messages.Check([.. messages.Select(message => (long)message!["body"]!["n"]!)]).Of($"{deviceId}, messages");
    }

    private static long Number(JsonNode? node) => node is null ? 0 : (long)node;
}
