using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>The client against a scripted server, under a clock that the test moves.</summary>
[TestFixture]
public class ClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private ManualTime time = null!;
    private ScriptedServer server = null!;
    private MqttClientOptions options = null!;

    [SetUp]
    public void SetUp()
    {
        time = new ManualTime();
        server = new ScriptedServer();
        options = new MqttClientOptions { ClientId = "dev1", KeepAliveSeconds = 60, Time = time };
    }

    [Test]
    public async Task Says_in_CONNECT_what_it_was_given()
    {
        Task<MqttClient> connecting = MqttClient.Connect(
            server.ClientStream,
            options with { UserName = "hub/dev1/", Password = "secret"u8.ToArray(), CleanSession = false });
        MqttConnect connect = await server.Expect<MqttConnect>();
        Assert.That(connect.ClientId, Is.EqualTo("dev1"));
        Assert.That(connect.UserName, Is.EqualTo("hub/dev1/"));
        Assert.That(connect.Password!.Value.ToArray(), Is.EqualTo("secret"u8.ToArray()));
        Assert.That(connect.CleanSession, Is.False);
        await server.Send(new MqttConnAck(true, MqttConnectReturnCode.Accepted));
        await using MqttClient client = await connecting.WaitAsync(Patience);
        Assert.That(client.SessionPresent, Is.True);
    }

    [Test]
    public async Task A_refusal_carries_its_code()
    {
        Task<MqttClient> connecting = MqttClient.Connect(server.ClientStream, options);
        await server.Expect<MqttConnect>();
        await server.Send(new MqttConnAck(false, MqttConnectReturnCode.NotAuthorized));
        var refused = await Assert.ThrowsAsync<MqttConnectRefusedException>(() => connecting.WaitAsync(Patience));
        Assert.That(refused!.ReturnCode, Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        Assert.That(await server.Next(), Is.Null, "the stream is closed");
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        Task<MqttClient> connecting = MqttClient.Connect(server.ClientStream, options);
        await server.Expect<MqttConnect>();
        time.Advance(options.ConnectTimeout);
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => connecting.WaitAsync(Patience));
    }

    [Test]
    public async Task Another_answer_than_CONNACK_ends_the_attempt()
    {
        Task<MqttClient> connecting = MqttClient.Connect(server.ClientStream, options);
        await server.Expect<MqttConnect>();
        await server.Send(new MqttPingResp());
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => connecting.WaitAsync(Patience));
    }

    [Test]
    public async Task A_QoS_1_message_is_done_when_its_PUBACK_comes()
    {
        await using MqttClient client = await server.Accept(options);
        Task first = client.Publish("t/1", "a"u8.ToArray(), 1);
        Task second = client.Publish("t/2", "b"u8.ToArray(), 1);
        MqttPublish one = await server.Expect<MqttPublish>();
        MqttPublish two = await server.Expect<MqttPublish>();
        Assert.That((one.Topic, two.Topic), Is.EqualTo(("t/1", "t/2")));
        Assert.That(one.PacketId, Is.Not.EqualTo(two.PacketId));

        await server.Send(new MqttPubAck(two.PacketId));
        await second.WaitAsync(Patience);
        Assert.That(first.IsCompleted, Is.False);
        await server.Send(new MqttPubAck(one.PacketId));
        await first.WaitAsync(Patience);
    }

    [Test]
    public async Task A_confirmation_of_another_kind_or_that_nobody_waits_for_changes_nothing()
    {
        await using MqttClient client = await server.Accept(options);
        Task publishing = client.Publish("t", default, 1);
        MqttPublish message = await server.Expect<MqttPublish>();
        await server.Send(new MqttPubAck(0));
        await server.Send(new MqttPubAck(999));
        await server.Send(new MqttUnsubAck(message.PacketId));
        await server.Send(new MqttPubAck(message.PacketId));
        await publishing.WaitAsync(Patience);
        Assert.That(client.Closed.IsCompleted, Is.False);
    }

    [Test]
    public async Task Subscribing_returns_what_was_granted()
    {
        await using MqttClient client = await server.Accept(options);
        Task<IReadOnlyList<byte>> subscribing = client.Subscribe([new("a/#", 1), new("b", 0)]);
        MqttSubscribe subscribe = await server.Expect<MqttSubscribe>();
        await server.Send(new MqttSubAck(subscribe.PacketId, new byte[] { 1, MqttSubAck.Failure }));
        Assert.That(await subscribing.WaitAsync(Patience), Is.EqualTo(new byte[] { 1, 0x80 }));

        Task unsubscribing = client.Unsubscribe(["a/#"]);
        MqttUnsubscribe unsubscribe = await server.Expect<MqttUnsubscribe>();
        await server.Send(new MqttUnsubAck(unsubscribe.PacketId));
        await unsubscribing.WaitAsync(Patience);
    }

    [Test]
    public async Task Received_messages_keep_their_order_and_QoS_1_is_confirmed()
    {
        await using MqttClient client = await server.Accept(options);
        await server.Send(new MqttPublish("t", "1"u8.ToArray()));
        await server.Send(new MqttPublish("t", "2"u8.ToArray(), 1, 7));
        MqttPublish first = await client.Received.ReadAsync().AsTask().WaitAsync(Patience);
        MqttPublish second = await client.Received.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.That((first.Payload.ToArray(), second.Payload.ToArray()), Is.EqualTo(("1"u8.ToArray(), "2"u8.ToArray())));
        Assert.That((await server.Expect<MqttPubAck>()).PacketId, Is.EqualTo(7));
    }

    [Test]
    public async Task A_consumer_that_does_not_take_messages_stops_the_reading()
    {
        await using MqttClient client = await server.Accept(options with { ReceiveCapacity = 2 });
        for (int id = 1; id <= 4; id++)
        {
            await server.Send(new MqttPublish("t", default, 1, id));
        }

        Assert.That((await server.Expect<MqttPubAck>()).PacketId, Is.EqualTo(1));
        Assert.That((await server.Expect<MqttPubAck>()).PacketId, Is.EqualTo(2));
        Task<MqttPacket?> third = server.Next();
        Assert.That(third.IsCompleted, Is.False, "the third message is confirmed only when there is room for it");
        await client.Received.ReadAsync();
        Assert.That(((MqttPubAck)(await third.WaitAsync(Patience))!).PacketId, Is.EqualTo(3));
    }

    [Test]
    public async Task Sending_more_than_the_server_takes_waits_until_it_does()
    {
        await using MqttClient client = await server.Accept(options with { SendCapacity = 1000 });
        var sent = new List<Task>();
        for (int i = 0; i < 60; i++)
        {
            // The pipe to the server takes 64 KiB, the client keeps about 1000 bytes more.
            sent.Add(client.Publish("t", new byte[4000]));
        }

        Assert.That(sent.Any(task => !task.IsCompleted), Is.True);

        // While the pipe is being filled there is room for a small one now and then.
        int more = 0;
        while (client.TryPublish("t", default, 0, out _, out _))
        {
            Assert.That(++more, Is.LessThan(100_000), "there is always room");
        }

        for (int i = 0; i < 60 + more; i++)
        {
            await server.Expect<MqttPublish>();
        }

        await Task.WhenAll(sent).WaitAsync(Patience);
    }

    [Test]
    public async Task Pings_when_it_has_been_silent_for_half_the_keep_alive()
    {
        await using MqttClient client = await server.Accept(options);
        time.Advance(TimeSpan.FromSeconds(30));
        await server.Expect<MqttPingReq>();
        await server.Send(new MqttPingResp());
        await server.Send(new MqttPublish("t", default));
        await client.Received.ReadAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        await server.Expect<MqttPingReq>();
        Assert.That(client.Closed.IsCompleted, Is.False);
    }

    [Test]
    public async Task Gives_the_connection_up_when_a_ping_is_not_answered()
    {
        await using MqttClient client = await server.Accept(options);
        Task publishing = client.Publish("t", default, 1);
        await server.Expect<MqttPublish>();
        time.Advance(TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(await client.Closed.WaitAsync(Patience), Does.Contain("PINGREQ"));
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => publishing.WaitAsync(Patience));
    }

    [Test]
    public async Task Without_keep_alive_it_never_pings()
    {
        await using MqttClient client = await server.Accept(options with { KeepAliveSeconds = 0 });
        time.Advance(TimeSpan.FromDays(1));
        await client.Publish("t", default);
        await server.Expect<MqttPublish>();
    }

    [Test]
    public async Task The_end_of_the_connection_fails_what_waits_and_completes_what_was_received()
    {
        await using MqttClient client = await server.Accept(options);
        Task publishing = client.Publish("t", default, 1);
        Task<IReadOnlyList<byte>> subscribing = client.Subscribe([new("a", 0)]);
        await server.Send(new MqttPublish("t", "last"u8.ToArray()));
        server.Close();
        Assert.That(await client.Closed.WaitAsync(Patience), Does.Contain("server closed"));
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => publishing.WaitAsync(Patience));
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => subscribing.WaitAsync(Patience));
        await Assert.ThrowsAsync<MqttConnectionClosedException>(() => client.Publish("t", default));
        Assert.That(client.Received.TryRead(out MqttPublish? last), Is.True);
        Assert.That(last!.Payload.ToArray(), Is.EqualTo("last"u8.ToArray()));
        await client.Received.Completion.WaitAsync(Patience);
    }

    [TestCase("F0 00", TestName = "a malformed packet ends the connection")]
    [TestCase("34 05 00 01 \"t\" 00 01", TestName = "QoS 2, never asked for, ends the connection")]
    [TestCase("82 06 00 01 00 01 \"t\" 00", TestName = "a packet that only clients send ends the connection")]
    public async Task Nonsense_from_the_server(string bytes)
    {
        await using MqttClient client = await server.Accept(options);
        await server.SendBytes(Bytes.Of(bytes));
        Assert.That(await client.Closed.WaitAsync(Patience), Does.Contain("the server sent"));
    }

    [Test]
    public async Task Disconnect_goes_out_behind_everything_else()
    {
        MqttClient client = await server.Accept(options);
        await client.Publish("t", default);
        await client.Disconnect();
        await server.Expect<MqttPublish>();
        await server.Expect<MqttDisconnect>();
        Assert.That(await server.Next(), Is.Null);
    }

    [Test]
    public async Task Disposing_vanishes_without_DISCONNECT()
    {
        MqttClient client = await server.Accept(options);
        await client.DisposeAsync();
        Assert.That(await server.Next(), Is.Null);
    }

    [Test]
    public async Task A_message_that_cannot_be_expressed_takes_no_identifier()
    {
        await using MqttClient client = await server.Accept(options);
        await Assert.ThrowsAsync<ArgumentException>(() => client.Publish("a/#", default, 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Publish("a", default, 2));
        Task publishing = client.Publish("a", default, 1);
        MqttPublish message = await server.Expect<MqttPublish>();
        await server.Send(new MqttPubAck(message.PacketId));
        await publishing.WaitAsync(Patience);
    }

    [Test]
    public async Task Identifiers_run_out_only_when_all_are_in_flight_and_come_back()
    {
        await using MqttClient client = await server.Accept(options with { SendCapacity = 10_000_000 });
        var inFlight = new List<Task>();
        for (int i = 0; i < 65_535; i++)
        {
            Assert.That(client.TryPublish("t", default, 1, out int id, out Task confirmed), Is.True);
            Assert.That(id, Is.EqualTo(i + 1));
            inFlight.Add(confirmed);
        }

        Assert.That(client.TryPublish("t", default, 1, out _, out _), Is.False);
        Task waiting = client.Publish("last", default, 1);
        for (int i = 0; i < 65_535; i++)
        {
            await server.Expect<MqttPublish>();
        }

        Assert.That(waiting.IsCompleted, Is.False);
        await server.Send(new MqttPubAck(4711));
        await inFlight[4710].WaitAsync(Patience);
        MqttPublish next = await server.Expect<MqttPublish>();
        Assert.That((next.Topic, next.PacketId), Is.EqualTo(("last", 4711)));
        await server.Send(new MqttPubAck(4711));
        await waiting.WaitAsync(Patience);
    }
}
