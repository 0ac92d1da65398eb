using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Shaping;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Who is too fast is slowed down before he is refused; in virtual time.</summary>
[TestFixture]
public class ShapingTests
{
    private const string Events = "devices/dev1/messages/events/";
    private GatewayHost host = null!;
    private DeviceIdentity dev1 = null!;

    [TearDown]
    public async Task StopHost()
    {
        if (host is not null)
        {
            Assert.That(host.Log.Errors(), Is.Empty);
            await host.DisposeAsync();
            host = null!;
        }
    }

    [Test]
    public void A_bucket_lets_a_burst_pass_and_then_one_after_the_other()
    {
        var bucket = new TokenBucket(new Pace(10, 3), frequency: 1000);
        TimeSpan longest = TimeSpan.FromMilliseconds(250);
        var waits = Enumerable.Range(0, 7).Select(_ => bucket.Take(5000, longest)?.TotalMilliseconds);
        Assert.That(waits, Is.EqualTo(new double?[] { 0, 0, 0, 100, 200, null, null }), "who is refused takes no token");
        Assert.That(bucket.Take(5100, longest)?.TotalMilliseconds, Is.EqualTo(200));
        Assert.That(bucket.Take(60_000, longest)?.TotalMilliseconds, Is.Zero);
    }

    [Test]
    public async Task Twin_reads_that_come_too_fast_are_answered_later_and_only_then_refused()
    {
        await Start(new GatewayOptions { TwinReads = new Pace(10, 1), LongestTwinDelay = TimeSpan.FromMilliseconds(150) });
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send([.. Enumerable.Range(1, 3).Select(i => new MqttPublish($"$iothub/twin/GET/?$rid={i}", default))]);
        await ExpectTwin(wire, 1);
        await Pass(100);
        await ExpectTwin(wire, 2);
        Assert.That(await wire.ExpectError(429, "3", 429001), Does.Contain("less often"));
        await Pass(1000);
        await wire.Publish("$iothub/twin/GET/?$rid=4");
        await ExpectTwin(wire, 4);
    }

    [Test]
    public async Task TW3_Nano_is_told_500_for_429()
    {
        await Start(new GatewayOptions { TwinUpdates = new Pace(10, 1), LongestTwinDelay = TimeSpan.Zero });
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        const string Patch = "$iothub/twin/PATCH/properties/reported/?$rid=";
        await wire.Publish(Patch + "1", """{"a":1}""");
        await wire.ExpectPublish("$iothub/twin/res/204/?$rid=1&$version=2", "");
        await wire.Publish(Patch + "2", """{"a":2}""");
        await wire.ExpectError(500, "2", 429001);
        Assert.That((long?)host.Fleet.FindTwin("dev1")!.Reported.Properties["a"], Is.EqualTo(1));
    }

    [Test]
    public async Task Telemetry_that_comes_too_fast_is_read_more_slowly_and_never_refused()
    {
        await Start(new GatewayOptions { Telemetry = new Pace(2, 2) });
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send([.. Enumerable.Range(1, 4).Select(i => new MqttPublish(Events, new[] { (byte)i }, 1, i))]);
        await wire.Expect("40 02 00 01 40 02 00 02");
        await Pass(500);
        await wire.Expect("40 02 00 03");
        await Pass(500);
        await wire.Expect("40 02 00 04");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Has.Count.EqualTo(4));
    }

    [Test]
    public async Task A_device_cannot_outrun_its_pace_by_connecting_again()
    {
        await Start(new GatewayOptions { TwinReads = new Pace(1, 1), LongestTwinDelay = TimeSpan.Zero });
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Publish("$iothub/twin/GET/?$rid=1");
            await ExpectTwin(first, 1);
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await second.Publish("$iothub/twin/GET/?$rid=2");
        await second.ExpectError(429, "2", 429001);
    }

    [Test]
    public async Task Of_clients_that_all_connect_at_once_some_wait_and_the_rest_are_asked_to_come_again()
    {
        await Start(new GatewayOptions { Connects = new Pace(1, 1), LongestConnectDelay = TimeSpan.FromSeconds(1.5) });
        await using Wire first = await host.Connect(host.NodeConnect(dev1));
        DeviceIdentity dev2 = await host.Register("dev2");
        await using Wire second = await host.Dial();
        await second.Send(host.NodeConnect(dev2));
        await host.Time.UntilTimerWithin(TimeSpan.FromSeconds(1));
        Assert.That(await host.ConnectCode(host.NodeConnect(dev1)), Is.EqualTo(MqttConnectReturnCode.ServerUnavailable));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await second.Expect("20 02 00 00");
        Assert.That(await host.Log.Saw(1002, "at once"), Does.Contain("dev1"));
    }

    [Test]
    public void Nobody_who_behaves_ever_notices()
    {
        var options = new GatewayOptions();
        Assert.That(options.TwinReads.PerSecond, Is.GreaterThan(100));
        Assert.That(options.MaxInFlight / options.TwinReads.PerSecond, Is.LessThan(options.LongestTwinDelay.TotalSeconds), "what may be under way is never refused");
    }

    private async Task Start(GatewayOptions options)
    {
        host = await GatewayHost.Start(options);
        dev1 = await host.Register("dev1");
    }

    private async Task Pass(int milliseconds)
    {
        TimeSpan span = TimeSpan.FromMilliseconds(milliseconds);
        if (milliseconds < 1000)
        {
            await host.Time.UntilTimerWithin(span);
        }

        host.Time.Advance(span);
    }

    private static async Task ExpectTwin(Wire wire, int request)
    {
        MqttPublish answer = await wire.Next<MqttPublish>();
        Assert.That(answer.Topic, Is.EqualTo($"$iothub/twin/res/200/?$rid={request}"));
        Assert.That(JsonNode.Parse(answer.Payload.Span)!["desired"], Is.Not.Null);
    }
}
