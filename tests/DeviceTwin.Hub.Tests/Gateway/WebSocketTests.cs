using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>MQTT over WebSocket on the hub's own HTTPS port: the same sessions as on the MQTT port.</summary>
[TestFixture]
public class WebSocketTests
{
    private HubFixture hub = null!;
    private DeviceIdentity devws = null!;

    [SetUp]
    public async Task SetUp()
    {
        hub = await HubFixture.Start(https: new IPEndPoint(IPAddress.Loopback, 0));
        devws = await Register("devws");
    }

    [TearDown]
    public async Task TearDown() => await hub.DisposeAsync();

    [Test]
    public async Task WS1_TW1_A_session_of_Nodes_client_byte_by_byte()
    {
        await using Wire wire = await Connect(devws);
        await wire.Publish("devices/devws/messages/events/", "ws", 1, 34875);
        await wire.Expect("40 02 88 3B");
        await wire.SendBytes("""82 17 88 3C 00 12 "$iothub/twin/res/#" 00""");
        await wire.Expect("90 03 88 3C 00");
        await wire.Publish("$iothub/twin/GET/?$rid=929f4c66-2eca-470d-91d2-15a081786121", " ");
        await wire.ExpectPublish(
            "$iothub/twin/res/200/?$rid=929f4c66-2eca-470d-91d2-15a081786121", """{"desired":{"$version":1},"reported":{"$version":1}}""");
        await wire.SendBytes("E0 00");
        await wire.ExpectClosed();
        Assert.That(hub.Fleet.ReadTelemetry("devws", null, 10), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task WS1_SE1_A_session_goes_on_from_one_transport_to_the_other()
    {
        await using Wire over = await Connect(devws);
        await over.Subscribe(1, ("$iothub/twin/PATCH/properties/desired/#", 0));
        await using Wire raw = await Wire.Dial(hub.MqttPort, hub.AuthorityFile);
        await raw.Send(Packet(devws));
        await raw.Expect("20 02 01 00");
        await over.ExpectClosed();
        await hub.Fleet.PatchTwin("devws", (JsonObject)JsonNode.Parse("""{"properties":{"desired":{"a":1}}}""")!, null, "operator", CancellationToken.None);
        await raw.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=2", """{"a":1,"$version":2}""");
        await using Wire again = await Connect(devws, sessionPresent: true);
        await raw.ExpectClosed();
        await again.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=2", """{"a":1,"$version":2}""");
    }

    [Test]
    public async Task WS1_A_certificate_opens_as_on_the_MQTT_port()
    {
        using X509Certificate2 own = TestCertificates.SelfSigned("whatever", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await hub.Fleet.PutIdentity(
            devws with { Authentication = AuthenticationType.SelfSigned, PrimaryThumbprint = CertificateText.Sha256(own) }, "*", "test", CancellationToken.None);
        await using Wire shown = await Dial(own);
        await shown.Send(GatewayHost.CertificateConnect("devws"));
        await shown.Expect("20 02 00 00");
        await using Wire without = await Dial();
        await without.Send(GatewayHost.CertificateConnect("devws"));
        await without.Expect("20 02 00 05");
        await without.ExpectClosed();
    }

    [Test]
    public async Task WS1_A_module_connects_too()
    {
        DeviceIdentity module = await hub.Fleet.PutIdentity(devws with { ModuleId = "mod1", PrimaryKey = "", SecondaryKey = "" }, null, "test", CancellationToken.None);
        await using Wire wire = await Connect(module);
        await wire.Publish("devices/devws/modules/mod1/messages/events/%24.on=out1/", "o", 1, 7);
        await wire.Expect("40 02 00 07");
        Assert.That(hub.Fleet.ReadTelemetry("devws/mod1", null, 1)[0].Properties["$.on"], Is.EqualTo("out1"));
    }

    [Test]
    public async Task WS1_Provisioning_answers_there_as_well()
    {
        await using Wire wire = await Dial();
        await wire.Send(new MqttConnect(
            "reg1", true, 60, $"{hub.Application.IdScope}/registrations/reg1/api-version=2019-03-31", Encoding.UTF8.GetBytes("SharedAccessSignature sr=x&sig=AAAA&se=1")));
        await wire.Expect("20 02 00 05");
    }

    [Test]
    public async Task WS1_Where_a_message_begins_or_ends_means_nothing()
    {
        using ClientWebSocket socket = await Open();
        var packets = new System.Buffers.ArrayBufferWriter<byte>();
        MqttWriter.Write(packets, Packet(devws));
        MqttWriter.Write(packets, new MqttPublish("devices/devws/messages/events/", "x"u8.ToArray(), 1, 1));
        MqttWriter.Write(packets, new MqttPingReq());

        // The first packets byte by byte: as messages of their own, as parts of one, with empty ones between them.
        for (int at = 0; at < packets.WrittenCount - 8; at++)
        {
            await socket.SendAsync(packets.WrittenMemory.Slice(at, 1), WebSocketMessageType.Binary, endOfMessage: at % 3 == 0, CancellationToken.None);
        }

        await socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, true, CancellationToken.None);
        await socket.SendAsync(packets.WrittenMemory[^8..], WebSocketMessageType.Binary, true, CancellationToken.None);
        await using var wire = new Wire(WebSocketStream.Create(socket, WebSocketMessageType.Binary));
        await wire.Expect("20 02 00 00 40 02 00 01 D0 00");
    }

    [Test]
    public async Task WS1_Thousands_of_messages_are_confirmed_in_their_order()
    {
        await using Wire wire = await Connect(devws);
        var payload = new string('x', 2000);
        Task sending = Send();
        for (int id = 1; id <= 2000; id++)
        {
            Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(id));
        }

        await sending;

        async Task Send()
        {
            for (int id = 1; id <= 2000; id += 10)
            {
                await wire.Send([.. Enumerable.Range(id, 10).Select(next => new MqttPublish("devices/devws/messages/events/", Encoding.UTF8.GetBytes(payload), 1, next))]);
            }
        }
    }

    [Test]
    public async Task WS1_Text_and_what_is_no_MQTT_end_the_connection()
    {
        using ClientWebSocket text = await Open();
        await text.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.That(await Ends(text), Is.EqualTo(WebSocketCloseStatus.NormalClosure));
        using ClientWebSocket other = await Open();
        await other.SendAsync("GET / HTTP/1.1"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.That(await Ends(other), Is.EqualTo(WebSocketCloseStatus.NormalClosure));
    }

    [Test]
    public async Task WS1_The_hub_says_goodbye_when_it_stops()
    {
        await using HubFixture another = await HubFixture.Start(https: new IPEndPoint(IPAddress.Loopback, 0));
        using ClientWebSocket socket = await Open(another);
        var connect = new System.Buffers.ArrayBufferWriter<byte>();
        DeviceIdentity device = await another.Fleet.PutIdentity(new DeviceIdentity("d", "", "", true, "", "", default), null, "test", CancellationToken.None);
        MqttWriter.Write(connect, Packet(device));
        await socket.SendAsync(connect.WrittenMemory, WebSocketMessageType.Binary, true, CancellationToken.None);
        byte[] answer = new byte[4];
        Assert.That((await socket.ReceiveAsync(answer.AsMemory(), CancellationToken.None)).Count, Is.EqualTo(4));
        Task<WebSocketCloseStatus?> ended = Ends(socket);
        Task stopped = another.Application.WaitForStop();
        another.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.That(await ended, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
        await stopped;
    }

    [TestCase(null)]
    [TestCase("amqp")]
    public async Task Another_subprotocol_is_refused(string? subprotocol)
    {
        using var socket = new ClientWebSocket();
        Prepare(socket, hub, null);
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }

        await Assert.ThatAsync(() => socket.ConnectAsync(Address(hub), CancellationToken.None), Throws.InstanceOf<WebSocketException>());
    }

    [Test]
    public async Task A_request_that_is_no_WebSocket_is_refused_in_words()
    {
        var (response, body) = await hub.Send(HttpMethod.Get, WebSocketGateway.Path);
        Assert.That((response.StatusCode, (string?)body!["Message"]), Is.EqualTo((
            HttpStatusCode.BadRequest,
            "ErrorCode:ArgumentInvalid;This address speaks MQTT over WebSocket: connect with a WebSocket and the subprotocol \"mqtt\".")));
    }

    [Test]
    public async Task A_page_of_another_site_may_not_connect()
    {
        using var socket = new ClientWebSocket();
        Prepare(socket, hub, null);
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.SetRequestHeader("Origin", "https://elsewhere.example");
        await Assert.ThatAsync(() => socket.ConnectAsync(Address(hub), CancellationToken.None), Throws.InstanceOf<WebSocketException>());
    }

    [Test]
    public async Task REST_and_pages_answer_on_the_HTTPS_port_too()
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = HubFixture.Trusting(hub.AuthorityFile);
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{hub.Application.HttpsPort}") };
        Assert.That((string?)JsonNode.Parse(await http.GetStringAsync("/devices/devws"))!["deviceId"], Is.EqualTo("devws"));
    }

    private Task<DeviceIdentity> Register(string deviceId) =>
        hub.Fleet.PutIdentity(new DeviceIdentity(deviceId, "", "", true, "", "", default), null, "test", CancellationToken.None);

    private async Task<Wire> Connect(DeviceIdentity identity, bool sessionPresent = false)
    {
        Wire wire = await Dial();
        await wire.Send(Packet(identity));
        await wire.Expect(sessionPresent ? "20 02 01 00" : "20 02 00 00");
        return wire;
    }

    private async Task<Wire> Dial(X509Certificate2? certificate = null) =>
        new(WebSocketStream.Create(await Open(hub, certificate), WebSocketMessageType.Binary, ownsWebSocket: true));

    private Task<ClientWebSocket> Open() => Open(hub);

    private static async Task<ClientWebSocket> Open(HubFixture at, X509Certificate2? certificate = null)
    {
        var socket = new ClientWebSocket();
        Prepare(socket, at, certificate);
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(Address(at), CancellationToken.None);
        Assert.That(socket.SubProtocol, Is.EqualTo("mqtt"));
        return socket;
    }

    private static void Prepare(ClientWebSocket socket, HubFixture at, X509Certificate2? certificate)
    {
        socket.Options.RemoteCertificateValidationCallback = HubFixture.Trusting(at.AuthorityFile);
        if (certificate is not null)
        {
            socket.Options.ClientCertificates.Add(certificate);
        }
    }

    private static Uri Address(HubFixture at) => new($"wss://localhost:{at.Application.HttpsPort}/$iothub/websocket");

    /// <summary>How the hub ends the connection; null = without a word.</summary>
    private static async Task<WebSocketCloseStatus?> Ends(ClientWebSocket socket)
    {
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        byte[] buffer = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), late.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            return null;
        }

        return socket.CloseStatus;
    }

    private static MqttConnect Packet(DeviceIdentity identity)
    {
        string scope = "localhost%2Fdevices%2F" + identity.Address.Replace("/", "%2Fmodules%2F");
        long expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        string token = $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(identity.PrimaryKey, scope, expiry))}&se={expiry}";
        return new MqttConnect(identity.Address, false, 180, $"localhost/{identity.Address}/?api-version=2021-04-12", Encoding.UTF8.GetBytes(token));
    }
}
