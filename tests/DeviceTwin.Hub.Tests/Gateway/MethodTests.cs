using System.Globalization;
using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Direct methods over MQTT, section 4.4.</summary>
[TestFixture]
public class MethodTests : GatewayTest
{
    private const string Methods = "$iothub/methods/POST/#";

    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    [Test]
    public async Task ME1_A_method_is_asked_for_with_QoS_0_and_its_answer_comes_back()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "reboot", """{"a":1,"text":"Zürich 😀"}""");
        var (name, request, payload) = await Request(wire);
        Assert.That((name, payload), Is.EqualTo(("reboot", """{"a":1,"text":"Zürich 😀"}""")));
        await wire.Publish($"$iothub/methods/res/201/?$rid={request}", """{"ok":true}""");
        MethodResult result = await call;
        Assert.That((result.Status, result.Payload!.ToJsonString()), Is.EqualTo((201, """{"ok":true}""")));
        var row = host.Fleet.ReadAudit("dev1", 1)[0];
        Assert.That((row.Author, row.Action, row.Path), Is.EqualTo(("operator", "method.invoke", "reboot")));
    }

    [Test]
    public async Task ME1_The_request_identifier_is_what_nanoFramework_can_read()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.Subscribe(1, ("devices/dev1/messages/devicebound/#", 1), ("$iothub/twin/#", 1), (Methods, 1));
        for (int i = 0; i < 20; i++)
        {
            Task<MethodResult> call = host.Invoke("dev1", "blink", $"{i}");
            var (_, request, _) = await Request(wire);
            Assert.That(request, Does.Match("^[1-9A-F][0-9A-F]{0,7}$"), "upper-case hexadecimal without leading zeros, at the end of the topic");
            int number = int.Parse(request, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Assert.That(number, Is.Positive);

            // The number counts, not its spelling.
            string spelling = i % 2 == 0 ? number.ToString("x8", CultureInfo.InvariantCulture) : number.ToString("X", CultureInfo.InvariantCulture);
            await wire.Publish($"$iothub/methods/res/200/?$rid={spelling}", $"{i}", qos: 1, packetId: 9);
            await host.PassNanoDelay();
            await wire.Expect("40 02 00 09");
            Assert.That((await call).Payload!.ToJsonString(), Is.EqualTo($"{i}"));
        }
    }

    [Test]
    public async Task ME5_CSharp_echoes_the_identifier_and_answers_with_a_status_of_its_own()
    {
        await using Wire wire = await host.Connect(host.CSharpConnect(dev1));
        await wire.Subscribe(3, (Methods, 1));
        Task<MethodResult> call = host.Invoke("dev1", "unknown");
        var (_, request, _) = await Request(wire);
        await wire.Publish($"$iothub/methods/res/501/?$rid={request}", "");
        MethodResult result = await call;
        Assert.That((result.Status, result.Payload), Is.EqualTo((501, (object?)null)), "the device's own error is an answer");
    }

    [Test]
    public async Task ME1_No_payload_is_sent_as_null_and_never_as_nothing()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "stop");
        var (_, request, payload) = await Request(wire);
        Assert.That(payload, Is.EqualTo("null"));
        await wire.Publish($"$iothub/methods/res/200/?$rid={request}", "null");
        Assert.That((await call).Payload, Is.Null);
    }

    [TestCase("""{"Exception:":"a "quoted" text"}""")]
    [TestCase("plain words")]
    [TestCase("{")]
    [TestCase("""{"a":1,"a":2}""")]
    [TestCase("""{"a":"\uD800"}""")]
    public async Task ME5_What_is_no_JSON_comes_back_as_a_string(string body)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "x");
        var (_, request, _) = await Request(wire);
        await wire.Publish($"$iothub/methods/res/504/?$rid={request}", body);
        MethodResult result = await call;
        Assert.That((result.Status, (string?)result.Payload), Is.EqualTo((504, body)));
    }

    [Test]
    public async Task ME2_A_device_that_is_away_or_takes_no_methods_is_not_online()
    {
        AssertRefused(await Refusal(host.Invoke("dev1", "x")), 404103, "DeviceNotOnline");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        AssertRefused(await Refusal(host.Invoke("dev1", "x")), 404103, "DeviceNotOnline");
        await wire.Subscribe(1, (Methods, 0));
        await wire.Send(new MqttUnsubscribe(2, [Methods]));
        await wire.Expect("B0 02 00 02");
        AssertRefused(await Refusal(host.Invoke("dev1", "x")), 404103, "DeviceNotOnline");
        AssertRefused(await Refusal(host.Invoke("nobody", "x")), 404001, "DeviceNotFound");
    }

    [Test]
    public async Task ME3_An_answer_that_does_not_come_is_a_timeout_and_one_that_comes_late_is_dropped()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "slow", response: 5);
        var (_, request, _) = await Request(wire);
        host.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(call.IsCompleted, Is.False);
        host.Time.Advance(TimeSpan.FromSeconds(0.1));
        AssertRefused(await Refusal(call), 504101, "GatewayTimeout");
        await wire.Publish($"$iothub/methods/res/200/?$rid={request}", "1", qos: 1, packetId: 4);
        await wire.Expect("40 02 00 04");
        await host.Log.Saw(1017, "dev1");
        await wire.ExpectQuiet();
    }

    [TestCase("$iothub/methods/res/200/?$rid=7FFFFFFE")]
    [TestCase("$iothub/methods/res/200/?$rid=zz")]
    [TestCase("$iothub/methods/res/200/?$rid=FFFFFFFFF")]
    [TestCase("$iothub/methods/res/200/?$rid=-1")]
    [TestCase("$iothub/methods/res/200/")]
    [TestCase("$iothub/methods/res/fine/?$rid=1")]
    [TestCase("$IOTHUB/METHODS/RES/200/?$RID=1")]
    [TestCase("$iothub/methods/res/")]
    public async Task An_answer_that_nobody_asked_for_is_confirmed_and_dropped(string topic)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish(topic, "{}", qos: 1, packetId: 9);
        await wire.Expect("40 02 00 09");
        await host.Log.Saw(1017, "dev1");
    }

    [Test]
    public async Task Another_device_cannot_answer()
    {
        await using Wire other = await host.Connect(host.NodeConnect(await host.Register("dev2")));
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "x");
        var (_, request, _) = await Request(wire);
        await other.Publish($"$iothub/methods/res/200/?$rid={request}", "1");
        await host.Log.Saw(1017, "dev2");
        await wire.Publish($"$iothub/methods/res/202/?$rid={request}", "2");
        Assert.That((await call).Status, Is.EqualTo(202));
    }

    [Test]
    public async Task ME4_With_a_connect_timeout_the_call_waits_for_the_device_and_its_subscription()
    {
        Task<MethodResult> call = host.Invoke("dev1", "wake", connect: 60);
        await host.Time.UntilTimerWithin(TimeSpan.FromSeconds(60));
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.ExpectQuiet();
        await wire.Subscribe(1, (Methods, 0));
        var (name, request, _) = await Request(wire);
        Assert.That(name, Is.EqualTo("wake"));
        await wire.Publish($"$iothub/methods/res/200/?$rid={request}", "1");
        Assert.That((await call).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task ME2_A_device_that_does_not_come_in_time_is_not_online()
    {
        Task<MethodResult> call = host.Invoke("dev1", "wake", connect: 60);
        await host.Time.UntilTimerWithin(TimeSpan.FromSeconds(60));
        host.Time.Advance(TimeSpan.FromSeconds(60));
        AssertRefused(await Refusal(call), 404103, "DeviceNotOnline");
    }

    [TestCase(false, TestName = "SE1 after a token renewal a client that subscribes to nothing still gets methods")]
    [TestCase(true, TestName = "SE2 after a restart of the hub a client that subscribes to nothing still gets methods")]
    public async Task Methods_outlive_the_connection(bool restart)
    {
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(51659, (Methods, 0));
            await first.Send(new MqttDisconnect());
            await first.ExpectClosed();
        }

        if (restart)
        {
            await host.Restart();
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        Task<MethodResult> call = host.Invoke("dev1", "reboot");
        var (_, request, _) = await Request(second);
        await second.Publish($"$iothub/methods/res/200/?$rid={request}", "");
        Assert.That((await call).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_device_that_reconnects_in_between_may_still_answer()
    {
        Task<MethodResult> call;
        string request;
        await using (Wire first = await host.Connect(host.NodeConnect(dev1)))
        {
            await first.Subscribe(1, (Methods, 0));
            call = host.Invoke("dev1", "long");
            (_, request, _) = await Request(first);
        }

        await using Wire second = await host.Connect(host.NodeConnect(dev1), sessionPresent: true);
        await second.Publish($"$iothub/methods/res/200/?$rid={request}", "7", qos: 1, packetId: 1);
        Assert.That((await call).Payload!.ToJsonString(), Is.EqualTo("7"));
    }

    [TestCase("")]
    [TestCase("a/b")]
    [TestCase("a+b")]
    [TestCase("#")]
    [TestCase("a?b")]
    public async Task A_name_that_does_not_fit_into_a_topic_is_refused(string name) =>
        AssertRefused(await Refusal(host.Invoke("dev1", name)), 400004, "ArgumentInvalid");

    [Test]
    public async Task Unanswered_calls_of_a_device_are_bounded_and_an_answer_makes_room()
    {
        await host.DisposeAsync();
        host = await GatewayHost.Start(new GatewayOptions { MaxMethodCallsPerDevice = 3, MaxMethodCalls = 4 });
        dev1 = await host.Register("dev1");
        await host.Register("dev2");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        var calls = new List<(Task<MethodResult> Call, string Request)>();
        for (int i = 0; i < 3; i++)
        {
            Task<MethodResult> call = host.Invoke("dev1", "slow");
            calls.Add((call, (await Request(wire)).Request));
        }

        await Refused("dev1", "3 calls of methods of device dev1 are unanswered");
        Assert.That(host.Fleet.ReadAudit("dev1", 9).Count(row => row.Action == "method.invoke"), Is.EqualTo(3), "what is refused is not called");

        // The place is given back by whatever ends a call: an answer, the device that is not there, the end of its time.
        await wire.Publish($"$iothub/methods/res/200/?$rid={calls[0].Request}", "1");
        Assert.That((await calls[0].Call).Status, Is.EqualTo(200));
        Task<MethodResult> next = host.Invoke("dev1", "slow");
        await Request(wire);
        Assert.That(async () => await host.Invoke("dev2", "slow"), Throws.InstanceOf<HubException>().With.Message.Contains("not connected"));
        Task<MethodResult> waits = host.Invoke("dev2", "slow", connect: 60);
        await Refused("dev2", "4 calls of methods are unanswered");
        foreach (Task<MethodResult> call in new[] { waits, calls[1].Call, calls[2].Call, next })
        {
            while (!call.IsCompleted)
            {
                await Task.WhenAny(call, host.Time.UntilTimerWithin(TimeSpan.FromSeconds(60)));
                host.Time.Advance(TimeSpan.FromSeconds(60));
            }

            Assert.That((await Refusal(call)).Error.HttpStatus, Is.AnyOf(404, 504));
        }

        calls.Clear();
        for (int i = 0; i < 3; i++)
        {
            calls.Add((host.Invoke("dev1", "slow", connect: 60), ""));
        }

        await Refused("dev1", "3 calls");

        async Task Refused(string deviceId, string sentence)
        {
            var refusal = (await Assert.CatchAsync<HubException>(() => host.Invoke(deviceId, "slow")))!;
            Assert.That((refusal.Error.HttpStatus, refusal.Error.Code), Is.EqualTo((429, 429001)));
            Assert.That(refusal.Message, Does.StartWith(sentence));
        }
    }

    [Test]
    public async Task Payloads_are_bounded_each_way()
    {
        string large = "\"" + new string('x', DirectMethods.MaximumPayload) + "\"";
        AssertRefused(await Refusal(host.Invoke("dev1", "x", large)), 413001, "RequestEntityTooLarge");
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "x", "\"" + new string('x', DirectMethods.MaximumPayload - 2) + "\"");
        var (_, request, _) = await Request(wire);
        await wire.Publish($"$iothub/methods/res/200/?$rid={request}", large);
        AssertRefused(await Refusal(call), 502500, "BadDeviceResponse");
    }

    [Test]
    public async Task A_components_command_keeps_its_star()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1", "sampling*start");
        var (name, request, _) = await Request(wire);
        Assert.That(name, Is.EqualTo("sampling*start"));
        await wire.Publish($"$iothub/methods/res/200/?$rid={request}", "");
        await call;
    }

    /// <summary>The next packet is a method request with QoS 0.</summary>
    private static async Task<(string Name, string Request, string Payload)> Request(Wire wire)
    {
        MqttPublish message = await wire.Next<MqttPublish>();
        const string Prefix = "$iothub/methods/POST/";
        const string Between = "/?$rid=";
        Assert.That(message.Topic, Does.StartWith(Prefix));
        Assert.That((message.Qos, message.Retain, message.Duplicate), Is.EqualTo((0, false, false)));
        int end = message.Topic.IndexOf(Between, StringComparison.Ordinal);
        return (message.Topic[Prefix.Length..end], message.Topic[(end + Between.Length)..], Encoding.UTF8.GetString(message.Payload.Span));
    }

    private static async Task<HubException> Refusal(Task call) =>
        (await Task.WhenAny(call), call.Exception?.InnerException as HubException ?? throw new AssertionException("the call was not refused")).Item2;

    private static void AssertRefused(HubException refusal, int code, string name) =>
        Assert.That((refusal.Error.Code, refusal.Error.Name), Is.EqualTo((code, name)));
}
