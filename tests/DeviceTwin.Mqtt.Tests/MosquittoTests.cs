using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Our client against an independent broker.</summary>
[TestFixture]
public class MosquittoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Mosquitto broker = null!;

    [OneTimeSetUp]
    public async Task StartBroker() => broker = await Mosquitto.Start();

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        if (broker is not null)
        {
            await broker.DisposeAsync();
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task A_message_comes_back_through_the_broker(int qos)
    {
        await using MqttClient client = await Connect("loop" + qos);
        Assert.That(await client.Subscribe([new($"loop/{qos}/#", qos)]), Is.EqualTo(new[] { (byte)qos }));
        byte[] payload = [.. Enumerable.Range(0, 70_000).Select(i => (byte)i)];
        await client.Publish($"loop/{qos}/é/水", payload, qos).WaitAsync(Patience);
        MqttPublish received = await client.Received.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.That(received.Topic, Is.EqualTo($"loop/{qos}/é/水"));
        Assert.That(received.Qos, Is.EqualTo(qos));
        Assert.That(received.Payload.ToArray(), Is.EqualTo(payload));
        await client.Disconnect();
    }

    [Test]
    public async Task A_thousand_QoS_1_messages_are_all_confirmed_and_arrive_in_order()
    {
        await using MqttClient client = await Connect("many");
        await client.Subscribe([new("many", 1)]);
        Task reading = Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                MqttPublish message = await client.Received.ReadAsync();
                Assert.That(BitConverter.ToInt32(message.Payload.Span), Is.EqualTo(i));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => client.Publish("many", BitConverter.GetBytes(i), 1))).WaitAsync(Patience);
        await reading.WaitAsync(Patience);
    }

    [Test]
    public async Task A_persistent_session_is_found_again()
    {
        await using (MqttClient first = await Connect("persistent", clean: false))
        {
            Assert.That(first.SessionPresent, Is.False);
            await first.Subscribe([new("kept", 1)]);
            await first.Disconnect();
        }

        await using (MqttClient other = await Connect("other"))
        {
            await other.Publish("kept", "while away"u8.ToArray(), 1).WaitAsync(Patience);
        }

        await using MqttClient second = await Connect("persistent", clean: false);
        Assert.That(second.SessionPresent, Is.True);
        MqttPublish kept = await second.Received.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.That(kept.Payload.ToArray(), Is.EqualTo("while away"u8.ToArray()));
    }

    [Test]
    public async Task The_will_is_published_when_the_client_vanishes()
    {
        await using MqttClient witness = await Connect("witness");
        await witness.Subscribe([new("wills/#", 0)]);
        MqttClient mortal = await MqttClient.Connect(
            await broker.Connect(),
            new MqttClientOptions { ClientId = "mortal", Will = new MqttWill("wills/mortal", "gone"u8.ToArray(), 0, false) });
        await mortal.DisposeAsync();
        MqttPublish will = await witness.Received.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.That((will.Topic, will.Payload.ToArray()), Is.EqualTo(("wills/mortal", "gone"u8.ToArray())));
    }

    [Test]
    public async Task A_ping_is_answered()
    {
        var time = new ManualTime();
        await using MqttClient client = await MqttClient.Connect(
            await broker.Connect(), new MqttClientOptions { ClientId = "pinger", KeepAliveSeconds = 60, Time = time });
        await client.Subscribe([new("after", 0)]);
        for (int i = 0; i < 4; i++)
        {
            // The message comes back behind the answer to the ping; without that answer the third round would end the connection.
            time.Advance(TimeSpan.FromSeconds(30));
            await client.Publish("after", default);
            await client.Received.ReadAsync().AsTask().WaitAsync(Patience);
        }

        Assert.That(client.Closed.IsCompleted, Is.False);
    }

    private async Task<MqttClient> Connect(string clientId, bool clean = true) =>
        await MqttClient.Connect(await broker.Connect(), new MqttClientOptions { ClientId = clientId, CleanSession = clean });
}
