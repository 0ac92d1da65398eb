using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Sessions of section 3.2 and rules of 3.3, as the recorded clients use them.</summary>
[TestFixture]
public class SessionTests : GatewayTest
{
    private const string Responses = "$iothub/twin/res/#";
    private const string Desired = "$iothub/twin/PATCH/properties/desired/#";
    private const string Methods = "$iothub/methods/POST/#";

    [Test]
    public async Task SE1_After_a_token_renewal_a_client_that_subscribes_to_nothing_still_gets_desired_patches()
    {
        await host.Desire("dev1", """{"interval":10}""");
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(51657, (Responses, 0));
            await first.Publish("$iothub/twin/GET/?$rid=c1c92a31", " ");
            await first.ExpectPublish(
                "$iothub/twin/res/200/?$rid=c1c92a31",
                """{"desired":{"interval":10,"$version":2},"reported":{"$version":1}}""");
            await first.Subscribe(51658, (Desired, 0));
            await first.Send(new MqttDisconnect());
            await first.ExpectClosed();
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await host.Desire("dev1", """{"interval":11}""");
        await second.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"interval":11,"$version":3}""");
    }

    [Test]
    public async Task SE2_A_restart_of_the_hub_forgets_no_session()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Responses, 0), (Desired, 1), (Methods, 0), ("devices/dev1/messages/devicebound/#", 1));
        }

        await host.Restart();
        Assert.That(host.Fleet.FindSession("dev1")!.Subscriptions, Is.EquivalentTo(new Dictionary<string, int>
        {
            [Responses] = 0,
            [Desired] = 1,
            [Methods] = 0,
            ["devices/dev1/messages/devicebound/#"] = 1,
        }));
        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await host.Desire("dev1", """{"interval":12}""");
        await second.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=2", """{"interval":12,"$version":2}""");
    }

    [Test]
    public async Task TW4_What_changed_while_the_device_was_away_is_sent_whole_when_it_is_back()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Desired, 0));
            await first.Publish("$iothub/twin/GET/?$rid=1");
            await first.Next<MqttPublish>();
            await first.Send(new MqttDisconnect());
            await first.ExpectClosed();
        }

        await host.Log.Saw(1001, "dev1");
        await host.Desire("dev1", """{"a":1,"b":{"c":2}}""");
        await host.Desire("dev1", """{"b":{"c":null,"d":3}}""");
        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await second.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"a":1,"b":{"d":3,"c":null},"$version":3}""");
        await second.ExpectQuiet();
    }

    [Test]
    public async Task A_device_that_has_read_the_newest_version_is_sent_nothing_when_it_is_back()
    {
        await host.Desire("dev1", """{"a":1}""");
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Desired, 0));
            await first.Publish("$iothub/twin/GET/?$rid=1");
            await first.Next<MqttPublish>();
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await second.ExpectQuiet();
    }

    [Test]
    public async Task SE3_A_clean_client_ends_the_session()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Desired, 0));
        }

        await using (await host.Connect(host.NanoConnect(dev1)))
        {
            Assert.That(host.Fleet.FindSession("dev1"), Is.Null);
        }

        await using Wire third = await host.Connect(host.NodeConnect(dev1));
        await host.Desire("dev1", """{"a":1}""");
        await third.ExpectQuiet();
    }

    [Test]
    public async Task SE3_Another_connection_of_the_device_closes_the_older_one()
    {
        await using Wire older = await host.Connect(host.NodeConnect(dev1));
        await using Wire newer = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await older.ExpectClosed();
        await newer.ExpectQuiet();
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("took over"));
        Assert.That(host.Fleet.FindTwin("dev1")!.Connected, Is.True, "the end of the older connection does not disconnect the device");
    }

    [Test]
    public async Task Two_clients_that_steal_the_connection_from_each_other_are_slowed_down()
    {
        var wires = new List<Wire>();
        for (int i = 0; i <= new GatewayOptions().MaxTakeovers; i++)
        {
            wires.Add(await host.Connect(host.NodeConnect(dev1), sessionPresent: i > 0));
        }

        Assert.That(await host.ConnectCode(host.NodeConnect(dev1)), Is.EqualTo(MqttConnectReturnCode.ServerUnavailable));
        await wires[^1].ExpectQuiet();
        host.Time.Advance(new GatewayOptions().TakeoverWindow + TimeSpan.FromSeconds(1));
        wires.Add(await host.Connect(host.NodeConnect(dev1), sessionPresent: true));
        foreach (Wire wire in wires)
        {
            await wire.DisposeAsync();
        }
    }

    [Test]
    public async Task A_client_that_falls_silent_is_dropped_after_one_and_a_half_keep_alives()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1, keepAlive: 60));
        host.Time.Advance(TimeSpan.FromSeconds(89));
        await wire.ExpectQuiet();
        host.Time.Advance(TimeSpan.FromSeconds(89));
        await wire.ExpectQuiet();
        await ClosedWhileTimePasses(wire);
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("keep-alive"));
    }

    [Test]
    public async Task SE3_Keep_alive_0_is_accepted_and_lasts_as_long_as_the_longest()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1, keepAlive: 0));
        host.Time.Advance(TimeSpan.FromMinutes(44));
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task SE4_PUBACK_with_identifier_0_is_tolerated()
    {
        await using Wire wire = await host.Connect(host.CSharpConnect(dev1));
        await wire.SendBytes("40 02 00 00");
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task SE4_QoS_2_is_granted_as_1_when_subscribing()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(new MqttSubscribe(9, [new(Responses, 2), new(Desired, 1), new(Methods, 0)]));
        await wire.Expect("90 05 00 09 01 01 00");
    }

    [Test]
    public async Task SE4_QoS_2_closes_the_connection_when_publishing()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("devices/dev1/messages/events/", "x", qos: 2, packetId: 1);
        await wire.ExpectClosed();
    }

    [TestCase("devices/dev2/messages/events/")]
    [TestCase("devices/dev1/messages/eventsx/")]
    [TestCase("devices/dev1/modules/m/messages/events/")]
    [TestCase("plant/line1")]
    [TestCase("$iothub/twin/res/200/?$rid=1")]
    [TestCase("$iothub/twin/PATCH/properties/desired/?$version=9")]
    [TestCase("$SYS/broker")]
    public async Task SE4_A_topic_that_is_not_the_devices_own_closes_the_connection(string topic)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(topic, "{}", qos: 1, packetId: 1);
        await wire.ExpectClosed();
        await (await host.Connect(host.NodeConnect(dev1), sessionPresent: true)).DisposeAsync();
    }

    [TestCase("#")]
    [TestCase("$iothub/#")]
    [TestCase("devices/dev2/messages/devicebound/#")]
    [TestCase("devices/+/messages/devicebound/#")]
    [TestCase("devices/dev1/messages/events/#")]
    [TestCase("$iothub/twin/PATCH/properties/reported/#")]
    [TestCase("$SYS/#")]
    public async Task SE4_A_filter_that_is_not_the_devices_own_is_refused_and_the_rest_granted(string filter)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(new MqttSubscribe(3, [new(filter, 0), new(Responses, 0)]));
        await wire.Expect("90 04 00 03 80 00");
        await host.Log.Saw(1005, filter);
    }

    [Test]
    public async Task SE5_A_device_never_hears_what_it_publishes()
    {
        await using Wire nano = await host.Connect(host.NanoConnect(dev1));
        await nano.Subscribe(1, ("devices/dev1/messages/devicebound/#", 1), ("$iothub/twin/#", 1), (Methods, 1));
        await nano.Publish("$iothub/twin/PATCH/properties/reported/?$rid=77", """{"a":1}""");
        await nano.ExpectPublish("$iothub/twin/res/204/?$rid=77&$version=2", "");
        await nano.ExpectQuiet();
    }

    [Test]
    public async Task SE6_A_reported_PATCH_that_is_sent_again_counts_once()
    {
        await using Wire nano = await host.Connect(host.NanoConnect(dev1));
        const string Topic = "$iothub/twin/PATCH/properties/reported/?$rid=1b4b5383";
        foreach (var again in new[] { false, true })
        {
            await nano.Publish(Topic, """{"firmware":"1.0"}""", qos: 1, packetId: 3, duplicate: again);
            await host.PassNanoDelay();
            await nano.Expect("40 02 00 03");
            await nano.ExpectPublish("$iothub/twin/res/204/?$rid=1b4b5383&$version=2", "");
        }

        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(2));
    }

    [Test]
    public async Task Telemetry_that_is_sent_again_on_the_next_connection_is_stored_once()
    {
        const string Topic = "devices/dev1/messages/events/";
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Publish(Topic, "one", qos: 1, packetId: 5);
            await first.Expect("40 02 00 05");
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await second.Publish(Topic, "one", qos: 1, packetId: 5, duplicate: true);
        await second.Expect("40 02 00 05");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Has.Count.EqualTo(1));

        // The same identifier for another message, or a new message with the same text, is new.
        await second.Publish(Topic, "two", qos: 1, packetId: 5, duplicate: true);
        await second.Publish(Topic, "one", qos: 1, packetId: 5);
        await second.Expect("40 02 00 05 40 02 00 05");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Deleting_a_device_ends_its_connection_and_its_session()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await host.Fleet.DeleteIdentity("dev1", null, "operator", CancellationToken.None);
        await wire.ExpectClosed();
        DeviceIdentity again = await host.Register("dev1");
        await (await host.Connect(host.NodeConnect(again))).DisposeAsync();
    }

    [Test]
    public async Task Unsubscribing_ends_the_pushes()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Desired, 0));
        await wire.Send(new MqttUnsubscribe(2, [Desired]));
        await wire.Expect("B0 02 00 02");
        await host.Desire("dev1", """{"a":1}""");
        await wire.ExpectQuiet();
        Assert.That(host.Fleet.FindSession("dev1")!.Subscriptions, Is.Empty);
    }

    [Test]
    public async Task PN1_The_model_id_with_its_raw_semicolon_reaches_the_twin()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        Assert.That(host.Fleet.FindTwin("dev1")!.ModelId, Is.EqualTo("dtmi:com:example:Thermostat;1"));
    }

    [Test]
    public async Task The_will_of_a_device_that_vanishes_is_telemetry()
    {
        MqttConnect connect = host.NodeConnect(dev1) with
        {
            Will = new MqttWill("devices/dev1/messages/events/kind=will", "gone"u8.ToArray(), 0, true),
        };
        await (await host.Connect(connect)).DisposeAsync();
        await host.Log.Saw(1001, "dev1");
        TelemetryMessage will = host.Fleet.ReadTelemetry("dev1", null, 1).Single();
        Assert.That(will.Body.ToArray(), Is.EqualTo("gone"u8.ToArray()));
        Assert.That(will.Properties["iothub-MessageType"], Is.EqualTo("Will"));
        Assert.That(will.Properties["mqtt-retain"], Is.EqualTo("true"));
    }

    [Test]
    public async Task A_device_that_leaves_properly_has_no_will()
    {
        MqttConnect connect = host.NodeConnect(dev1) with
        {
            Will = new MqttWill("devices/dev1/messages/events/", "gone"u8.ToArray(), 0, false),
        };
        await using Wire wire = await host.Connect(connect);
        await wire.Send(new MqttDisconnect());
        await wire.ExpectClosed();
        await host.Log.Saw(1001, "dev1");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1), Is.Empty);
    }

    /// <summary>Moves the clock until the hub has closed the connection.</summary>
    private async Task ClosedWhileTimePasses(Wire wire)
    {
        Task closed = wire.ExpectClosed();
        while (!closed.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        await closed;
    }
}
