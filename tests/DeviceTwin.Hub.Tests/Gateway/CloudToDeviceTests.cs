using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Messages from the cloud to a device: durable, in order, at least once.</summary>
[TestFixture]
public class CloudToDeviceTests : GatewayTest
{
    private const string Filter = "devices/dev1/messages/devicebound/#";
    private const string To = "%24.to=%2Fdevices%2Fdev1%2Fmessages%2FdeviceBound";

    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    private int Waiting => host.Fleet.FindTwin("dev1")!.CloudToDeviceMessageCount;

    [Test]
    public async Task A_message_is_sent_with_QoS_1_and_leaves_the_queue_with_its_PUBACK()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(53888, (Filter, 1));
        await host.Enqueue("dev1", "hello", null, ("$.mid", "m-1"), ("p", "1"));
        MqttPublish message = await wire.Next<MqttPublish>();
        Assert.That((message.Topic, Wire.Text(message)), Is.EqualTo(($"devices/dev1/messages/devicebound/{To}&%24.mid=m-1&p=1", "hello")));
        Assert.That((message.Qos, message.Duplicate, message.Retain), Is.EqualTo((1, false, false)));
        Assert.That(Waiting, Is.EqualTo(1));
        await wire.Send(new MqttPubAck(message.PacketId));
        await UntilWaiting(0);
        await host.Restart();
        Assert.That(Waiting, Is.Zero);
    }

    [Test]
    public async Task Every_reserved_character_is_encoded_and_keys_too()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        await host.Enqueue("dev1", "", null, ("$.mid", "1"), ("$.ct", "application/json"), ("a&b=c/d", "e&f=g/h +%#ü"), ("none", ""));
        Assert.That(
            (await wire.Next<MqttPublish>()).Topic,
            Is.EqualTo($"devices/dev1/messages/devicebound/{To}&%24.mid=1&%24.ct=application%2Fjson&a%26b%3Dc%2Fd=e%26f%3Dg%2Fh%20%2B%25%23%C3%BC&none="));
    }

    [Test]
    public async Task What_would_break_the_bag_for_nanoFramework_is_encoded_twice_and_arrives_encoded_once()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, (Filter, 1), ("$iothub/twin/#", 1), ("$iothub/methods/POST/#", 1));
        await host.Enqueue("dev1", "", null, ("$.mid", "1"), ("a", "b&c=d"), ("e", "50 %"));
        string bag = (await wire.Next<MqttPublish>()).Topic["devices/dev1/messages/devicebound/".Length..];

        // Its client decodes the whole bag and splits it then.
        Assert.That(Uri.UnescapeDataString(bag).Split('&'), Is.EqualTo(new[] { "$.to=/devices/dev1/messages/deviceBound", "$.mid=1", "a=b%26c%3Dd", "e=50 %" }));
    }

    [Test]
    public async Task A_message_without_identifier_is_given_one()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        await host.Enqueue("dev1", "x");
        Assert.That((await wire.Next<MqttPublish>()).Topic, Does.EndWith("&%24.mid=c2d-1"));
    }

    [Test]
    public async Task C2D1_Messages_wait_for_a_device_that_is_away_and_come_in_their_order()
    {
        for (int i = 1; i <= 3; i++)
        {
            await host.Enqueue("dev1", $"{i}");
        }

        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.ExpectQuiet();
        await wire.Subscribe(1, (Filter, 1));
        await Take(wire, "1", "2", "3");
        await UntilWaiting(0);
    }

    [Test]
    public async Task C2D1_They_wait_for_a_clean_client_too()
    {
        await host.Enqueue("dev1", "for nano");
        await using (Wire first = await host.Connect(host.NanoConnect(dev1)))
        {
            await first.Subscribe(1, (Filter, 1), ("$iothub/twin/#", 1), ("$iothub/methods/POST/#", 1));
            Assert.That(Wire.Text(await first.Next<MqttPublish>()), Is.EqualTo("for nano"));
        }

        // It vanished before it confirmed.
        await using Wire second = await host.Connect(host.NanoConnect(dev1));
        await second.Subscribe(1, (Filter, 1));
        MqttPublish again = await second.Next<MqttPublish>();
        Assert.That((Wire.Text(again), again.Duplicate), Is.EqualTo(("for nano", false)), "a clean client has no earlier delivery to compare with");
        await second.Send(new MqttPubAck(again.PacketId));
        await UntilWaiting(0);
    }

    [Test]
    public async Task C2D1_What_was_not_confirmed_comes_again_on_the_next_connection_marked_as_a_duplicate()
    {
        int packetId;
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Filter, 1));
            await host.Enqueue("dev1", "one");
            packetId = (await first.Next<MqttPublish>()).PacketId;
        }

        await host.Log.Saw(1001, "dev1");
        await host.Enqueue("dev1", "two");
        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        MqttPublish again = await second.Next<MqttPublish>();
        Assert.That((Wire.Text(again), again.Duplicate, again.PacketId), Is.EqualTo(("one", true, packetId)));
        MqttPublish next = await second.Next<MqttPublish>();
        Assert.That((Wire.Text(next), next.Duplicate), Is.EqualTo(("two", false)));
    }

    [Test]
    public async Task C2D1_A_restart_of_the_hub_loses_no_message()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Filter, 1));
            await host.Enqueue("dev1", "one", null, ("k", "v"));
            await host.Enqueue("dev1", "two");
            MqttPublish one = await first.Next<MqttPublish>();
            await first.Next<MqttPublish>();
            await first.Send(new MqttPubAck(one.PacketId));
            await UntilWaiting(1);
        }

        await host.Restart();
        Assert.That(Waiting, Is.EqualTo(1));
        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await Take(second, "two");
        await UntilWaiting(0);
        await host.Enqueue("dev1", "three");
        MqttPublish three = await second.Next<MqttPublish>();
        Assert.That((Wire.Text(three), three.PacketId), Is.EqualTo(("three", 3)), "numbers are not given twice");
    }

    [Test]
    public async Task A_subscriber_with_QoS_0_is_sent_each_message_once_and_confirms_nothing()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Filter, 0));
        await host.Enqueue("dev1", "x", null, ("$.mid", "1"));
        await wire.ExpectPublish($"devices/dev1/messages/devicebound/{To}&%24.mid=1", "x");
        await UntilWaiting(0);
    }

    [Test]
    public async Task Unconfirmed_messages_are_bounded_and_confirmations_make_room()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        for (int i = 0; i < 15; i++)
        {
            await host.Enqueue("dev1", $"{i}");
        }

        var packets = new List<int>();
        for (int i = 0; i < 10; i++)
        {
            packets.Add((await wire.Next<MqttPublish>()).PacketId);
        }

        await wire.ExpectQuiet();
        await wire.Send(new MqttPubAck(packets[3]));
        Assert.That(Wire.Text(await wire.Next<MqttPublish>()), Is.EqualTo("10"));
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task NanoFramework_is_sent_one_message_at_a_time()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        await host.Enqueue("dev1", "one");
        await host.Enqueue("dev1", "two");
        MqttPublish one = await wire.Next<MqttPublish>();
        await wire.ExpectQuiet();
        await wire.Send(new MqttPubAck(one.PacketId));
        Assert.That(Wire.Text(await wire.Next<MqttPublish>()), Is.EqualTo("two"));
    }

    [TestCase("40 02 00 00")]
    [TestCase("40 02 FF FF")]
    public async Task SE4_A_confirmation_of_nothing_changes_nothing(string bytes)
    {
        await using Wire wire = await host.Connect(host.CSharpConnect(dev1));
        await wire.Subscribe(4, (Filter, 1));
        await host.Enqueue("dev1", "x");
        await wire.Next<MqttPublish>();
        await wire.SendBytes(bytes);
        await wire.ExpectQuiet();
        Assert.That(Waiting, Is.EqualTo(1));
    }

    [Test]
    public async Task A_queue_holds_fifty_messages_and_says_so()
    {
        await Task.WhenAll(Enumerable.Range(0, CloudToDeviceQueues.MaximumDepth).Select(i => host.Enqueue("dev1", $"{i}")));
        await AssertRefused(() => host.Enqueue("dev1", "one too many"), 403004, "DeviceMaximumQueueDepthExceeded");
        Assert.That(await host.Messages.Purge("dev1", "operator"), Is.EqualTo(50));
        Assert.That(Waiting, Is.Zero);
        await host.Enqueue("dev1", "again");
        Assert.That(Waiting, Is.EqualTo(1));
        Assert.That(host.Fleet.ReadAudit("dev1", 2).Select(row => row.Action), Is.EqualTo(new[] { "message.send", "message.purge" }));
    }

    [Test]
    public async Task A_message_that_expires_is_dropped_and_makes_room()
    {
        await host.Enqueue("dev1", "short", host.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        await host.Enqueue("dev1", "standard");
        host.Time.Advance(TimeSpan.FromMinutes(2));
        await UntilWaiting(1);
        await host.Log.Saw(1016, "1 messages for device dev1");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        Assert.That(Wire.Text(await wire.Next<MqttPublish>()), Is.EqualTo("standard"));
        host.Time.Advance(TimeSpan.FromHours(1));
        await UntilWaiting(0);
    }

    [Test]
    public async Task A_message_expires_while_the_hub_is_down_too()
    {
        await host.Enqueue("dev1", "x", host.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        host.Time.Advance(TimeSpan.FromSeconds(59));
        await host.Restart();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilWaiting(0);
    }

    [Test]
    public async Task Too_large_too_long_or_for_nobody_is_refused()
    {
        await AssertRefused(() => host.Enqueue("nobody", "x"), 404001, "DeviceNotFound");
        await AssertRefused(() => host.Enqueue("dev1", new string('x', 65537)), 413001, "RequestEntityTooLarge");
        await AssertRefused(() => host.Enqueue("dev1", "x", null, ("k", new string('v', 8192))), 413001, "RequestEntityTooLarge");
        await AssertRefused(() => host.Enqueue("dev1", "x", host.Time.GetUtcNow()), 400004, "ArgumentInvalid");
        await AssertRefused(() => host.Enqueue("dev1", "x", host.Time.GetUtcNow() + TimeSpan.FromHours(48.1)), 400004, "ArgumentInvalid");
        Assert.That(Waiting, Is.Zero);
    }

    [Test]
    public async Task The_largest_properties_fit_into_a_topic_even_encoded_twice()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, (Filter, 1));
        await host.Enqueue("dev1", "x", null, ("k", "&" + new string('ü', 4095)));
        Assert.That(Encoding.UTF8.GetByteCount((await wire.Next<MqttPublish>()).Topic), Is.GreaterThan(40_000));
    }

    [Test]
    public async Task A_device_that_is_made_anew_finds_no_message_of_its_predecessor()
    {
        await host.Enqueue("dev1", "old");
        await host.Fleet.DeleteIdentity("dev1", null, "operator", CancellationToken.None);
        DeviceIdentity again = await host.Register("dev1");
        Assert.That(Waiting, Is.Zero);
        await host.Enqueue("dev1", "new");
        await host.Restart();
        await using Wire wire = await host.Connect(host.NodeConnect(again));
        await wire.Subscribe(1, ("DEVICES/dev1/Messages/deviceBound/#", 1));
        await Take(wire, "new");
        await UntilWaiting(0);
    }

    private static async Task Take(Wire wire, params string[] bodies)
    {
        foreach (string body in bodies)
        {
            MqttPublish message = await wire.Next<MqttPublish>();
            Assert.That(Wire.Text(message), Is.EqualTo(body));
            await wire.Send(new MqttPubAck(message.PacketId));
        }
    }

    /// <summary>What a device confirms is removed a commit later: the twin says when.</summary>
    private async Task UntilWaiting(int count)
    {
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        while (Waiting != count)
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task AssertRefused(Func<Task> act, int code, string name)
    {
        HubException refusal = (await Assert.ThrowsAsync<HubException>(() => act()))!;
        Assert.That((refusal.Error.Code, refusal.Error.Name), Is.EqualTo((code, name)));
    }
}
