using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Who is too fast, too slow or never done makes the hub hold no more than it says, and costs nobody else anything.</summary>
[TestFixture]
public class BackPressureTests
{
    private const string Events = "devices/dev1/messages/events/";
    private GatewayHost host = null!;
    private DeviceIdentity dev1 = null!;

    /// <summary>How devices connect.</summary>
    private protected virtual bool OverWebSocket => false;

    [TearDown]
    public async Task StopHost()
    {
        Assert.That(host.Log.Errors(), Is.Empty);
        await host.DisposeAsync();
    }

    [Test]
    public async Task While_the_disk_is_slow_no_more_than_the_bound_is_read_and_nothing_is_lost()
    {
        const int Bound = 4;
        const int Count = 200;
        var underWay = new UnderWay(Bound);
        await Start(new GatewayOptions { MaxInFlight = Bound }, services => services.AddSingleton<ITelemetrySubject>(underWay));
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        Task sent;
        using (host.HoldCommits())
        {
            sent = wire.Send([.. Enumerable.Range(1, Count).Select(id => new MqttPublish(Events, BitConverter.GetBytes(id), 1, id))]);
            await underWay.Full;
        }

        await sent;
        for (int id = 1; id <= Count; id++)
        {
            Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(id));
        }

        Assert.That(underWay.Most, Is.EqualTo(Bound), "as much as may be was under way, and never more");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, Count), Has.Count.EqualTo(Count));
    }

    [Test]
    public async Task While_the_disk_is_slow_large_messages_are_bounded_by_their_bytes()
    {
        var underWay = new UnderWay(2);
        await Start(new GatewayOptions { MaxInFlightBytes = 200_000 }, services => services.AddSingleton<ITelemetrySubject>(underWay));
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        Task sent;
        using (host.HoldCommits())
        {
            sent = wire.Send([.. Enumerable.Range(1, 20).Select(id => new MqttPublish(Events, new byte[100_000], 1, id))]);
            await underWay.Full;
        }

        await sent;
        for (int id = 1; id <= 20; id++)
        {
            Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(id));
        }

        Assert.That(underWay.Most, Is.EqualTo(2));
    }

    [Test]
    public async Task Another_device_is_served_while_one_is_held_back()
    {
        await Start(new GatewayOptions { MaxInFlight = 1, MaxInFlightBytes = 1, Telemetry = new(1, 1) });
        DeviceIdentity dev2 = await host.Register("dev2");
        await using Wire flood = await host.Connect(host.NodeConnect(dev1));
        await using Wire other = await host.Connect(host.NodeConnect(dev2));
        await flood.Send([.. Enumerable.Range(1, 1000).Select(id => new MqttPublish(Events, new byte[1000], 1, id))]);
        await flood.Expect("40 02 00 01");
        await other.Publish("devices/dev2/messages/events/", "x", 1, 7);
        await other.Expect("40 02 00 07");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Has.Count.EqualTo(1), "the second waits for its turn");
    }

    [TestCase("SUBSCRIBE")]
    [TestCase("UNSUBSCRIBE")]
    [TestCase("PINGREQ")]
    public async Task A_flood_of_packets_whose_answers_are_read_is_answered_one_by_one(string packet)
    {
        await Start(new GatewayOptions { MaxInFlight = 2, MaxInFlightBytes = 1 });
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        const int Count = 100;
        Task sent = wire.Send([.. Enumerable.Range(1, Count).Select(id => Packet(packet, id))]);
        for (int id = 1; id <= Count; id++)
        {
            MqttPacket? answer = await wire.Next();
            Assert.That(answer is MqttSubAck granted ? granted.PacketId : answer is MqttUnsubAck ended ? ended.PacketId : id, Is.EqualTo(id));
            Assert.That(answer!.Type.ToString(), Is.EqualTo(packet switch { "SUBSCRIBE" => "SubAck", "UNSUBSCRIBE" => "UnsubAck", _ => "PingResp" }).IgnoreCase);
        }

        await sent;
        await wire.ExpectQuiet();
    }

    [TestCase("SUBSCRIBE")]
    [TestCase("UNSUBSCRIBE")]
    public async Task More_filters_in_a_packet_than_any_device_has_close_the_connection(string packet)
    {
        await Start();
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(packet == "SUBSCRIBE"
            ? new MqttSubscribe(1, [.. Enumerable.Repeat(new MqttSubscription("a", 0), 60_000)])
            : new MqttUnsubscribe(1, [.. Enumerable.Repeat("a", 60_000)]));
        await wire.ExpectClosed();
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("60000 filters, 64 are allowed"));
        Assert.That(host.Log.Count(1005), Is.Zero, "nor does it fill the log");
    }

    [Test]
    public async Task CONNECT_in_drops_gains_no_time()
    {
        await Start();
        await using Wire wire = await host.Dial();
        Task closed = wire.ExpectClosed();
        await host.Time.UntilTimerWithin(new GatewayOptions().ConnectTimeout);
        foreach (string drop in new[] { "10", "40", "00", "04" })
        {
            await wire.SendBytes(drop);
            host.Time.Advance(new GatewayOptions().ConnectTimeout / 4.001);
            Assert.That(closed.IsCompleted, Is.False);
        }

        host.Time.Advance(TimeSpan.FromSeconds(1));
        await closed;
        Assert.That(await host.Log.Saw(1003), Does.Contain("no CONNECT within"));
    }

    [Test]
    public async Task A_packet_in_drops_is_no_sign_of_life()
    {
        await Start();
        await using Wire wire = await host.Connect(host.NodeConnect(dev1, keepAlive: 60));
        await wire.ExpectQuiet();
        Task closed = wire.ExpectClosed();
        await wire.SendBytes("32 FF 7F");
        for (int second = 0; second < 89; second++)
        {
            await wire.SendBytes("61");
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(closed.IsCompleted, Is.False);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await closed;
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("keep-alive"));
    }

    [Test]
    public async Task A_packet_in_drops_to_provisioning_is_no_sign_of_life()
    {
        await Start();
        host.CatchUp();
        Enrollment enrollment = await host.EnrolKey("node-01");
        await using Wire wire = await host.Connect(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        await wire.ExpectQuiet();
        Task closed = wire.ExpectClosed();
        await host.Time.UntilTimerIn(TimeSpan.FromSeconds(90));
        await wire.SendBytes("32 FF 7F");
        for (int second = 0; second < 90; second++)
        {
            await wire.SendBytes("61");
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await closed;
        Assert.That(await host.Log.Saw(4805), Does.Contain("keep-alive"));
    }

    [Test]
    public async Task Methods_for_a_device_that_does_not_read_are_refused_beyond_the_bound()
    {
        const int Bound = 3;
        await Start(new GatewayOptions { MaxMethodsWaiting = Bound, MaxMethodCallsPerDevice = int.MaxValue });
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, ("$iothub/methods/POST/#", 0));

        // What is on its way fills TCP first; then three wait, and no more.
        string payload = $"\"{new string('x', 100_000)}\"";
        var calls = new List<Task<MethodResult>>();
        do
        {
            Task<MethodResult> call = host.Invoke("dev1", "slow", payload, response: 300);
            calls.Add(call);
            await Task.WhenAny(call, AuditRows(calls.Count));
        }
        while (!calls.Any(call => call.IsFaulted));

        HubException refusal = (HubException)calls.First(call => call.IsFaulted).Exception!.InnerException!;
        Assert.That((refusal.Error.HttpStatus, refusal.Message), Is.EqualTo((429, "Too many methods wait to be sent to device dev1. Call again when it has answered some.")));

        // Once it reads, it gets all that were taken.
        Task all = Task.WhenAll(calls);
        Task<MqttPacket?> next = wire.Next();
        while (await Task.WhenAny(all, next) == next)
        {
            var request = (MqttPublish)(await next)!;
            await wire.Publish("$iothub/methods/res/200/?$rid=" + request.Topic[(request.Topic.LastIndexOf('=') + 1)..], "1");
            next = wire.Next();
        }

        int[] answered = [.. calls.Where(call => !call.IsFaulted).Select(call => call.Result.Status)];
        Assert.That(answered, Has.Length.GreaterThanOrEqualTo(Bound).And.All.EqualTo(200));
    }

    [Test]
    public async Task Messages_that_are_never_confirmed_are_bounded_by_their_bytes_too()
    {
        await Start(new GatewayOptions { MaxMessageBytesUnconfirmed = 100_000 });
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, ("devices/dev1/messages/devicebound/#", 1));
        string body = new('x', 60_000);
        for (int i = 0; i < 5; i++)
        {
            await host.Enqueue("dev1", body);
        }

        MqttPublish first = await wire.Next<MqttPublish>();
        await wire.Next<MqttPublish>();
        await wire.ExpectQuiet();
        Assert.That(host.Fleet.FindTwin("dev1")!.CloudToDeviceMessageCount, Is.EqualTo(5), "the others wait on the disk");
        await wire.Send(new MqttPubAck(first.PacketId));
        await wire.Next<MqttPublish>();
    }

    /// <summary>Completes when a call has come past its audit row, which it writes before it is taken or refused.</summary>
    private async Task AuditRows(int count)
    {
        while (host.Fleet.ReadAudit("dev1", count + 1).Count(row => row.Action == "method.invoke") < count)
        {
            await Task.Yield();
        }
    }

    private static MqttPacket Packet(string name, int id) => name switch
    {
        "SUBSCRIBE" => new MqttSubscribe(id, [.. Enumerable.Repeat(new MqttSubscription("$iothub/twin/res/#", 0), 20)]),
        "UNSUBSCRIBE" => new MqttUnsubscribe(id, [.. Enumerable.Repeat("$iothub/twin/res/#", 20)]),
        _ => new MqttPingReq(),
    };

    private async Task Start(GatewayOptions? options = null, params Action<IServiceCollection>[] services)
    {
        host = await GatewayHost.Start(options, null, OverWebSocket, services);
        dev1 = await host.Register("dev1");
    }

    /// <summary>Counts the messages that the store has been given and has not yet made durable.</summary>
    private sealed class UnderWay(int full) : ITelemetrySubject
    {
        private readonly Lock gate = new();
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int now;

        /// <summary>Completes when so many were under way at once for the first time.</summary>
        public Task Full => reached.Task.WaitAsync(GatewayHost.Patience);

        public int Most { get; private set; }

        public TelemetryPart? Take(TelemetryMessage message)
        {
            lock (gate)
            {
                now++;
                Most = Math.Max(Most, now);
                if (Most == full)
                {
                    reached.TrySetResult();
                }
            }

            return new TelemetryPart([], Durable: Durable);
        }

        public void FallBack()
        {
        }

        private void Durable()
        {
            lock (gate)
            {
                now--;
            }
        }
    }
}
