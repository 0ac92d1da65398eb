using System.Net.Sockets;
using System.Net.WebSockets;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Nonsense and malice end one connection and nothing else.</summary>
[TestFixture]
public class HardeningTests : GatewayTest
{
    /// <summary>Whatever happened, the next device is served.</summary>
    [TearDown]
    public async Task TheNextDeviceIsServed()
    {
        DeviceIdentity next = await host.Register("next");
        await using (Wire wire = await host.Connect(host.NodeConnect(next)))
        {
            await wire.Publish("devices/next/messages/events/", "x", 1, 1);
            await wire.Expect("40 02 00 01");
        }

        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [TestCase("00 00", TestName = "a packet type that does not exist")]
    [TestCase("\"GET / HTTP/1.1\" 0D 0A 0D 0A", TestName = "HTTP")]
    [TestCase("C0 00", TestName = "a packet before CONNECT")]
    [TestCase("10 FF FF FF FF 7F", TestName = "a length that is none")]
    [TestCase("10 FF FF FF 7F", TestName = "a CONNECT of 256 MB")]
    [TestCase("10 04 00 04 \"XX\"", TestName = "a CONNECT that contradicts itself")]
    public async Task Before_CONNECT(string bytes)
    {
        await using Wire wire = await host.Dial();
        await wire.SendBytes(bytes);
        await wire.ExpectClosed();
        await host.Log.Saw(1003);
    }

    [TestCase("F0 00", TestName = "a reserved packet type")]
    [TestCase("36 05 00 01 \"t\" 00 01", TestName = "QoS 3")]
    [TestCase("30 FF FF FF 7F", TestName = "a message of 256 MB")]
    [TestCase("30 03 00 05 61", TestName = "a topic longer than the packet")]
    [TestCase("82 02 00 01", TestName = "SUBSCRIBE without a filter")]
    [TestCase("20 02 00 00", TestName = "a packet that only servers send")]
    [TestCase("50 02 00 01", TestName = "an answer of QoS 2")]
    [TestCase("10 0C 00 04 \"MQTT\" 04 02 00 00 00 00", TestName = "a second CONNECT")]
    public async Task After_CONNECT(string bytes)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.SendBytes(bytes);
        await wire.ExpectClosed();
        await host.Log.Saw(1001, "dev1");
    }

    [Test]
    public async Task A_CONNECT_that_never_ends_is_cut_off()
    {
        await using Wire wire = await host.Dial();
        await wire.SendBytes("10 40 00 04 \"MQ\"");
        Task closed = wire.ExpectClosed();
        await host.Time.UntilTimerWithin(new GatewayOptions().ConnectTimeout);
        host.Time.Advance(new GatewayOptions().ConnectTimeout);
        await closed;
        Assert.That(await host.Log.Saw(1003), Does.Contain("no CONNECT within"));
    }

    [Test]
    public async Task Plain_TCP_gets_no_answer()
    {
        using var socket = new TcpClient("127.0.0.1", host.Port);
        await socket.GetStream().WriteAsync(new byte[] { 0x10, 0x0C, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 0, 0, 0 });
        var answer = new byte[16];
        int count;
        try
        {
            count = await socket.GetStream().ReadAsync(answer).AsTask().WaitAsync(GatewayHost.Patience);
        }
        catch (IOException)
        {
            count = 0;
        }

        // A TLS alert may come, MQTT does not.
        Assert.That(count == 0 || answer[0] == 0x15, Is.True);
    }

    [Test]
    public async Task A_packet_may_trickle_in_byte_by_byte()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        foreach (byte part in (byte[])[0x32, 0x22, 0, 0x1D, .. "devices/dev1/messages/events/"u8, 0, 7, (byte)'x'])
        {
            await wire.SendBytes(part.ToString("X2"));
        }

        await wire.Expect("40 02 00 07");
    }

    [TestCase(false, TestName = "A device that sends without reading is slowed down and in the end dropped")]
    [TestCase(true, TestName = "WS1 A device that sends without reading is slowed down and in the end dropped")]
    public async Task Deaf(bool overWebSocket)
    {
        // A time-out that no other timer of the hub comes near to.
        var timeOut = TimeSpan.FromSeconds(7);
        await host.DisposeAsync();
        host = await GatewayHost.Start(new GatewayOptions { SendTimeout = timeOut }, null, overWebSocket, []);
        dev1 = await host.Register("dev1");
        await host.Desire("dev1", $$"""{"filler":"{{new string('x', 4000)}}"}""");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1, keepAlive: 0));

        // Every question costs an answer of 4 KB that is not read: at last neither side can write.
        MqttPacket[] questions = [.. Enumerable.Repeat(new MqttPublish("$iothub/twin/GET/?$rid=1", default), 1000)];
        Task sending = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await wire.Send(questions);
                }
            }
            catch (Exception error) when (error is IOException or WebSocketException)
            {
                // The hub closed the connection.
            }
        });
        while (!sending.IsCompleted)
        {
            await Task.WhenAny(sending, host.Time.UntilTimerWithin(timeOut));
            host.Time.Advance(timeOut);
        }

        await sending;
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("does not read"));
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_before_TLS()
    {
        await host.DisposeAsync();
        host = await GatewayHost.Start(new GatewayOptions { MaxConnections = 2 });
        DeviceIdentity one = await host.Register("one");
        DeviceIdentity two = await host.Register("two");
        await using (await host.Connect(host.NodeConnect(one)))
        {
            await using (await host.Connect(host.NodeConnect(two)))
            {
                Assert.That(async () => await host.Dial(), Throws.InstanceOf<IOException>());
                await host.Log.Saw(1004);
            }

            await host.Log.Saw(1001, "two");
        }
    }

    [Test]
    public async Task A_request_identifier_beyond_all_measure_is_confirmed_and_not_answered()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("$iothub/twin/GET/?$rid=" + new string('1', 65_000), "", 1, 1);
        await wire.Expect("40 02 00 01");
        await wire.ExpectQuiet();
    }

    [Test]
    public async Task What_a_client_sends_cannot_forge_lines_of_the_log()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(new MqttSubscribe(1, [new("a\n1000 Device root connected" + new string('x', 60_000), 0)]));
        await wire.Expect("90 03 00 01 80");
        string line = await host.Log.Saw(1005);
        Assert.That(line, Does.Not.Contain("\n"));
        Assert.That(line, Has.Length.LessThan(300));
    }

    [Test]
    public async Task Stopping_the_hub_ends_the_connections_at_once()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        Task closed = wire.ExpectClosed();
        await host.Restart();
        await closed;
        Assert.That(await host.Log.Saw(1001, "dev1"), Does.Contain("stopping"));
    }
}
