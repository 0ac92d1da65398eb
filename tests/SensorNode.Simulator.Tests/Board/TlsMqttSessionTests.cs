using System.Diagnostics;
using System.Security.Authentication;
using System.Text;
using DeviceTwin.Mqtt;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

/// <summary>The simulated node's session over real TLS, seen through the firmware's polled interface.</summary>
[TestFixture]
public class TlsMqttSessionTests
{
    private TlsHub hub = null!;
    private TlsMqttSession session = null!;

    [SetUp]
    public void SetUp()
    {
        hub = new TlsHub();
        session = new TlsMqttSession();
    }

    [TearDown]
    public async Task TearDown()
    {
        session.Dispose();
        await hub.DisposeAsync();
    }

    [Test]
    public async Task Opens_without_blocking_and_says_what_it_was_given()
    {
        Assert.That(session.State(), Is.EqualTo(MqttSessionState.Closed));
        Assert.That(session.ConnectReturnCode(), Is.EqualTo(-1));
        session.Open(Options());
        Assert.That(session.State(), Is.EqualTo(MqttSessionState.Opening));
        MqttConnect connect = await hub.LetIn(sessionPresent: true);
        await Until(() => session.State() == MqttSessionState.Open);
        Assert.That(session.ConnectReturnCode(), Is.Zero);
        Assert.That(session.SessionPresent(), Is.True);
        Assert.That((connect.ClientId, connect.UserName), Is.EqualTo(("node-1", "localhost/node-1/?api-version=2021-04-12")));
        Assert.That(Encoding.UTF8.GetString(connect.Password!.Value.Span), Is.EqualTo("token"));
        Assert.That((connect.CleanSession, connect.KeepAliveSeconds), Is.EqualTo((false, 120)));
    }

    [Test]
    public async Task Publishes_and_reports_what_the_hub_confirmed()
    {
        await Open();
        Assert.That(session.Publish("a", "0"u8.ToArray(), 0), Is.Zero);
        int first = session.Publish("b", "1"u8.ToArray(), 1);
        int second = session.Subscribe(["$iothub/twin/res/#", "$iothub/methods/POST/#"], [0, 1]);
        Assert.That((first, second), Is.EqualTo((1, 2)));
        Assert.That((await hub.Next<MqttPublish>()).Topic, Is.EqualTo("a"));
        Assert.That((await hub.Next<MqttPublish>()).PacketId, Is.EqualTo(first));
        Assert.That(
            (await hub.Next<MqttSubscribe>()).Subscriptions,
            Is.EqualTo(new MqttSubscription[] { new("$iothub/twin/res/#", 0), new("$iothub/methods/POST/#", 1) }));
        Assert.That(session.NextConfirmed(), Is.Zero);
        await hub.Send(new MqttPubAck(first));
        int confirmed = 0;
        await Until(() => (confirmed = session.NextConfirmed()) != 0);
        Assert.That(confirmed, Is.EqualTo(first));
        await hub.Send(new MqttSubAck(second, new byte[] { 0, 1 }));
        await Until(() => (confirmed = session.NextConfirmed()) != 0);
        Assert.That(confirmed, Is.EqualTo(second));
    }

    [Test]
    public async Task Receives_in_order()
    {
        await Open();
        Assert.That(session.Receive(), Is.Null);
        await hub.Send(new MqttPublish("t/1", "one"u8.ToArray()), new MqttPublish("t/2", "two"u8.ToArray(), 1, 9));
        Assert.That((await hub.Next<MqttPubAck>()).PacketId, Is.EqualTo(9));
        MqttMessage? first = session.Receive();
        MqttMessage? second = session.Receive();
        Assert.That((first!.Topic, Encoding.UTF8.GetString(first.Payload)), Is.EqualTo(("t/1", "one")));
        Assert.That((second!.Topic, Encoding.UTF8.GetString(second.Payload)), Is.EqualTo(("t/2", "two")));
        Assert.That(session.Receive(), Is.Null);
    }

    [Test]
    public async Task A_node_that_does_not_look_holds_back_the_hub_and_loses_nothing()
    {
        await Open();
        const int Count = 3 * TlsMqttSession.InboundCapacity;
        await hub.Send([.. Enumerable.Range(1, Count).Select(id => new MqttPublish("t", BitConverter.GetBytes(id), 1, id))]);
        for (int id = 1; id <= TlsMqttSession.InboundCapacity; id++)
        {
            Assert.That((await hub.Next<MqttPubAck>()).PacketId, Is.EqualTo(id));
        }

        for (int id = 1; id <= Count; id++)
        {
            MqttMessage? message = null;
            await Until(() => (message = session.Receive()) is not null);
            Assert.That(BitConverter.ToInt32(message!.Payload), Is.EqualTo(id));
        }
    }

    [TestCase(MqttConnectReturnCode.ServerUnavailable)]
    [TestCase(MqttConnectReturnCode.NotAuthorized)]
    public async Task A_refusal_closes_it_with_the_code(MqttConnectReturnCode code)
    {
        session.Open(Options());
        await hub.Accept();
        await hub.Next<MqttConnect>();
        await hub.Send(new MqttConnAck(false, code));
        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(session.ConnectReturnCode(), Is.EqualTo((int)code));
        Assert.That(session.Reason, Is.Not.Empty);
    }

    [Test]
    public async Task A_hub_under_another_name_is_not_trusted()
    {
        await using var other = new TlsHub("other.example");
        await ExpectRefused(other, other.Authority);
    }

    [Test]
    public async Task A_hub_of_another_authority_is_not_trusted()
    {
        await using var other = new TlsHub();
        await ExpectRefused(other, hub.Authority);
    }

    [Test]
    public async Task Only_TLS_1_2_is_spoken_like_on_the_board()
    {
        await using var modern = new TlsHub(protocols: SslProtocols.Tls13);
        await ExpectRefused(modern, modern.Authority);
    }

    [TestCase("not a certificate")]
    [TestCase("")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public async Task An_authority_that_is_none_closes_it(string authority)
    {
        session.Open(Options(authority));
        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(session.ConnectReturnCode(), Is.EqualTo(-1));
    }

    [Test]
    public async Task A_hub_that_is_not_there_closes_it()
    {
        int port = hub.Port;
        await hub.DisposeAsync();
        session.Open(Options(port: port));
        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(session.ConnectReturnCode(), Is.EqualTo(-1));
        Assert.That(session.Reason, Is.Not.Empty);
    }

    [Test]
    public async Task The_end_of_the_connection_closes_it_and_what_was_received_can_still_be_taken()
    {
        await Open();
        await hub.Send(new MqttPublish("t", "last"u8.ToArray()));
        await hub.Hang();
        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(Encoding.UTF8.GetString(session.Receive()!.Payload), Is.EqualTo("last"));
        Assert.That(session.Publish("t", [], 1), Is.EqualTo(-1));
        Assert.That(session.Subscribe(["t"], [0]), Is.EqualTo(-1));
    }

    [Test]
    public async Task Closing_says_DISCONNECT_and_it_can_be_opened_again()
    {
        await Open();
        session.Close();
        Assert.That(session.State(), Is.EqualTo(MqttSessionState.Closed));
        await hub.Next<MqttDisconnect>();
        Assert.That(await hub.Next(), Is.Null);
        await Open();
        Assert.That(session.Publish("again", [], 1), Is.EqualTo(1));
    }

    [Test]
    public async Task Opening_again_leaves_the_old_connection_behind()
    {
        await Open();
        int old = session.Publish("old", [], 1);
        await hub.Next<MqttPublish>();
        await hub.Send(new MqttPublish("for the old one", default), new MqttPubAck(old));
        session.Open(Options());
        await hub.LetIn();
        await Until(() => session.State() == MqttSessionState.Open);
        Assert.That(session.Receive(), Is.Null);
        Assert.That(session.NextConfirmed(), Is.Zero);
    }

    [Test]
    public async Task A_refused_filter_closes_it()
    {
        await Open();
        int id = session.Subscribe(["#"], [0]);
        await hub.Next<MqttSubscribe>();
        await hub.Send(new MqttSubAck(id, new[] { MqttSubAck.Failure }));
        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(session.Reason, Does.Contain("subscription"));
        Assert.That(session.NextConfirmed(), Is.Zero);
    }

    [Test]
    public async Task What_cannot_be_sent_is_minus_one_and_harmless()
    {
        await Open();
        Assert.That(session.Publish("a/#", [], 1), Is.EqualTo(-1));
        Assert.That(session.Publish("a", [], 2), Is.EqualTo(-1));
        Assert.That(session.Subscribe(["a", "b"], [0]), Is.EqualTo(-1));
        Assert.That(session.Publish("a", [], 1), Is.GreaterThan(0));
        Assert.That(session.State(), Is.EqualTo(MqttSessionState.Open));
    }

    private async Task Open()
    {
        session.Open(Options());
        await hub.LetIn();
        await Until(() => session.State() == MqttSessionState.Open);
    }

    private async Task ExpectRefused(TlsHub other, string authority)
    {
        session.Open(Options(authority, other.Port));
        try
        {
            await other.Accept();
            Assert.That(await other.Next(), Is.Null, "the node says nothing to a hub that it does not trust");
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            // The handshake failed on this side too.
        }

        await Until(() => session.State() == MqttSessionState.Closed);
        Assert.That(session.ConnectReturnCode(), Is.EqualTo(-1));
    }

    private MqttSessionOptions Options(string? authority = null, int port = 0) => new()
    {
        Host = "localhost",
        Port = port == 0 ? hub.Port : port,
        ClientId = "node-1",
        UserName = "localhost/node-1/?api-version=2021-04-12",
        Password = "token",
        CleanSession = false,
        KeepAliveSeconds = 120,
        CertificateAuthority = authority ?? hub.Authority,
    };

    /// <summary>Polls, as the node does, until it is so.</summary>
    private static async Task Until(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(watch.Elapsed, Is.LessThan(TlsHub.Patience), "it did not come to be");
            await Task.Yield();
        }
    }
}
