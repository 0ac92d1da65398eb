using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Modules on the wire: their own connection, session, twin and methods beside those of their device.</summary>
[TestFixture]
public class ModuleTests : GatewayTest
{
    private const string Responses = "$iothub/twin/res/#";
    private const string Desired = "$iothub/twin/PATCH/properties/desired/#";
    private const string Methods = "$iothub/methods/POST/#";

    private DeviceIdentity mod1 = null!;

    [SetUp]
    public async Task RegisterModule() => mod1 = await host.RegisterModule("dev1", "mod1");

    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    [Test]
    public async Task BG4_A_session_of_Nodes_module_client_byte_by_byte()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await wire.SendBytes("""32 2F 00 2A "devices/dev1/modules/mod1/messages/events/" 96 91 "m" """);
        await wire.Expect("40 02 96 91");
        await wire.SendBytes("""82 27 96 92 00 22 "devices/dev1/modules/mod1/inputs/#" 01""");
        await wire.Expect("90 03 96 92 01");
        await wire.SendBytes("""32 3B 00 36 "devices/dev1/modules/mod1/messages/events/%24.on=out1/" 96 93 "o" """);
        await wire.Expect("40 02 96 93");
        TelemetryMessage[] stored = [.. host.Fleet.ReadTelemetry("dev1/mod1", null, 10)];
        Assert.That(stored.Select(message => Encoding.UTF8.GetString(message.Body.Span)), Is.EqualTo(new[] { "o", "m" }));
        Assert.That(stored[0].Properties, Is.EqualTo(new Dictionary<string, string?> { ["$.on"] = "out1" }), "the slash behind the bag is none of it");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Is.Empty, "nothing of it is the device's");
        Assert.That((host.Fleet.FindTwin("dev1/mod1")!.Connected, host.Fleet.FindTwin("dev1")!.Connected), Is.EqualTo((true, false)));
        Assert.That(host.Fleet.Statistics.Connected, Is.Zero, "Azure counts devices");
        await wire.SendBytes("E0 00");
        await wire.ExpectClosed();
    }

    [Test]
    public async Task BG4_Bags_of_modules_as_each_client_writes_them()
    {
        await using (Wire wire = await host.Connect(host.CSharpConnect(mod1)))
        {
            await wire.Publish("devices/dev1/modules/mod1/messages/events/%24.on=out%201&%24.ct=application%2Fjson&alert=a%20b/", "x", 1, 1);
            await wire.Expect("40 02 00 01");
        }

        Assert.That(Last(), Is.EqualTo("""{"$.on":"out 1","$.ct":"application/json","alert":"a b"}"""));
        await using Wire nano = await host.Connect(host.NanoConnect(mod1));

        // By hand: a topic with '+' is against the standard, and our writer would not write it.
        byte[] topic = [.. "devices/dev1/mod1/messages/events/$.ct=application%2Fjson&alert=a+b&$.on=out1"u8];
        await nano.SendBytes(Convert.ToHexString([0x32, (byte)(2 + topic.Length + 2 + 1), 0, (byte)topic.Length, .. topic, 0, 4, (byte)'x']));
        await host.PassNanoDelay();
        await nano.Expect("40 02 00 04");
        Assert.That(Last(), Is.EqualTo("""{"$.ct":"application/json","alert":"a b","$.on":"out1"}"""));

        string Last() => new JsonObject(host.Fleet.ReadTelemetry("dev1/mod1", null, 1)[0].Properties
            .Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value))).ToJsonString(DeviceTwin.Twins.Json.Relaxed);
    }

    [Test]
    public async Task TW1_TW2_TW4_A_module_has_a_twin_of_its_own()
    {
        await host.Desire("dev1", """{"of":"device"}""");
        await host.Desire("dev1/mod1", """{"of":"module"}""");
        await using Wire module = await host.Connect(host.NodeConnect(mod1));
        await using Wire device = await host.Connect(host.NodeConnect(dev1));
        await module.Subscribe(1, (Responses, 0), (Desired, 0));
        await device.Subscribe(1, (Responses, 0), (Desired, 0));
        await module.Publish("$iothub/twin/GET/?$rid=1", " ");
        await module.ExpectPublish("$iothub/twin/res/200/?$rid=1", """{"desired":{"of":"module","$version":2},"reported":{"$version":1}}""");
        await module.Publish("$iothub/twin/PATCH/properties/reported/?$rid=2", """{"up":true}""");
        await module.ExpectPublish("$iothub/twin/res/204/?$rid=2&$version=2", "");
        await host.Desire("dev1/mod1", """{"of":null,"more":1}""");
        await module.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"of":null,"more":1,"$version":3}""");
        await device.ExpectQuiet();
        Assert.That(host.Fleet.FindTwin("dev1")!.Reported.Version, Is.EqualTo(1));
        Assert.That(host.Fleet.FindTwin("dev1/mod1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"up":true}"""));
        await host.Desire("dev1", """{"of":"device again"}""");
        await device.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"of":"device again","$version":3}""");
        await module.ExpectQuiet();
    }

    [Test]
    public async Task SE1_SE2_A_modules_session_twin_and_telemetry_outlive_the_hub()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(mod1)))
        {
            await first.Subscribe(1, (Desired, 1), (Methods, 0), ("devices/dev1/modules/mod1/inputs/#", 1));
            await first.Publish("$iothub/twin/PATCH/properties/reported/?$rid=1", """{"up":true}""");
            await first.Next<MqttPublish>();
            await first.Publish("devices/dev1/modules/mod1/messages/events/", "m", 1, 1);
            await first.Expect("40 02 00 01");
        }

        await host.Restart();
        Assert.That(host.Fleet.ListModules("dev1")!.Single(), Is.EqualTo(mod1));
        Assert.That(host.Fleet.FindTwin("dev1/mod1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"up":true}"""));
        Assert.That(host.Fleet.FindTwin("dev1/mod1")!.LastActivityAt, Is.Not.Null);
        Assert.That(host.Fleet.ReadTelemetry("dev1/mod1", null, 10), Has.Count.EqualTo(1));
        await using (await host.Connect(host.NodeConnect(dev1)))
        {
            // The device's session is another: there is none.
        }

        await using Wire second = await host.Connect(host.NodeConnect(mod1), sessionPresent: true);
        await host.Desire("dev1/mod1", """{"a":1}""");
        await second.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=2", """{"a":1,"$version":2}""");
        Task<MethodResult> call = host.Invoke("dev1/mod1", "ping");
        MqttPublish request = await second.Next<MqttPublish>();
        await second.Publish("$iothub/methods/res/200/?$rid=" + request.Topic.Split('=')[1], "1");
        Assert.That((await call).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task TW4_What_changed_while_a_module_was_away_is_sent_whole_when_it_is_back()
    {
        await using (Wire first = await host.Connect(host.NodeConnect(mod1)))
        {
            await first.Subscribe(1, (Desired, 0));
            await first.Send(new MqttDisconnect());
            await first.ExpectClosed();
        }

        await host.Desire("dev1/mod1", """{"a":1,"b":2}""");
        await host.Desire("dev1/mod1", """{"b":null}""");
        await using Wire second = await host.Connect(host.NodeConnect(mod1), sessionPresent: true);
        await second.ExpectPublish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"a":1,"b":null,"$version":3}""");
    }

    [Test]
    public async Task SE3_A_module_takes_over_from_itself_alone()
    {
        await using Wire device = await host.Connect(host.NodeConnect(dev1));
        await using Wire older = await host.Connect(host.NodeConnect(mod1));
        await using Wire newer = await host.Connect(host.NodeConnect(mod1), sessionPresent: true);
        await older.ExpectClosed();
        await newer.ExpectQuiet();
        await device.ExpectQuiet();
        await using (Wire clean = await host.Connect(host.NanoConnect(mod1)))
        {
            await newer.ExpectClosed();
            Assert.That(host.Fleet.FindSession("dev1/mod1"), Is.Null);
            Assert.That(host.Fleet.FindSession("dev1"), Is.Not.Null);
        }
    }

    [Test]
    public async Task ME1_ME2_A_method_goes_to_the_module_it_is_for()
    {
        await using Wire device = await host.Connect(host.NodeConnect(dev1));
        await device.Subscribe(1, (Methods, 0));
        HubException refusal = (await Assert.ThrowsAsync<HubException>(() => host.Invoke("dev1/mod1", "reboot")))!;
        Assert.That(refusal.Error.Code, Is.EqualTo(404103));
        await using Wire module = await host.Connect(host.NodeConnect(mod1));
        await module.Subscribe(1, (Methods, 0));
        Task<MethodResult> call = host.Invoke("dev1/mod1", "reboot", """{"a":1}""");
        MqttPublish request = await module.Next<MqttPublish>();
        Assert.That((request.Topic, Wire.Text(request)), Is.EqualTo(($"$iothub/methods/POST/reboot/?$rid={request.Topic.Split('=')[1]}", """{"a":1}""")));

        // The device's answer to what the module was asked counts for nothing.
        await device.Publish("$iothub/methods/res/500/?$rid=" + request.Topic.Split('=')[1], "0");
        await device.ExpectQuiet();
        await module.Publish("$iothub/methods/res/200/?$rid=" + request.Topic.Split('=')[1], """{"ok":true}""");
        Assert.That((await call).Payload!.ToJsonString(), Is.EqualTo("""{"ok":true}"""));
        AuditRow row = host.Fleet.ReadAudit("dev1", 1)[0];
        Assert.That((row.DeviceId, row.Action, row.Path, row.Value), Is.EqualTo(("dev1", "method.invoke", "modules/mod1/reboot", """{"a":1}""")));
        Assert.That((await Assert.ThrowsAsync<HubException>(() => host.Invoke("dev1/none", "reboot")))!.Error.Name, Is.EqualTo("ModuleNotFound"));
    }

    [Test]
    public async Task TW3_Of_nanoFrameworks_module_errors_are_400_and_500_and_PUBACK_waits()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(mod1));
        await wire.Subscribe(1, ("devices/dev1/mod1/messages/devicebound/#", 1), ("$iothub/twin/#", 1), (Methods, 1));
        await wire.Publish("$iothub/twin/PATCH/properties/reported/?$rid=2&$version=9", "{}", 1, 3);
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 03");
        await wire.ExpectError(400, "2", 412001);
        await host.Enqueue("dev1/mod1", "hello", null, ("$.mid", "m-1"));
        MqttPublish message = await wire.Next<MqttPublish>();
        Assert.That(message.Topic, Is.EqualTo("devices/dev1/mod1/messages/devicebound/%24.to=%2Fdevices%2Fdev1%2Fmodules%2Fmod1%2Fmessages%2FdeviceBound&%24.mid=m-1"));
    }

    [TestCase("devices/dev1/modules/mod1/messages/devicebound/#")]
    [TestCase("devices/dev1/modules/mod1/#")]
    [TestCase("DEVICES/dev1/Modules/mod1/Messages/DeviceBound/#")]
    public async Task C2D1_Messages_for_a_module_wait_for_it(string filter)
    {
        await host.Enqueue("dev1/mod1", "hello", null, ("$.mid", "m-1"));
        Assert.That(host.Fleet.FindTwin("dev1/mod1")!.CloudToDeviceMessageCount, Is.EqualTo(1));
        await host.Restart();
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await wire.Subscribe(1, (filter, 1));
        MqttPublish message = await wire.Next<MqttPublish>();
        Assert.That(message.Topic, Is.EqualTo("devices/dev1/modules/mod1/messages/devicebound/%24.to=%2Fdevices%2Fdev1%2Fmodules%2Fmod1%2Fmessages%2FdeviceBound&%24.mid=m-1"));
        await wire.Send(new MqttPubAck(message.PacketId));
        await wire.ExpectQuiet();
    }

    [TestCase("devices/dev1/modules/mod1/inputs/#", true)]
    [TestCase("devices/dev1/modules/mod1/inputs/in1/#", false)]
    [TestCase("devices/dev1/modules/mod2/inputs/#", false)]
    [TestCase("devices/dev1/modules/mod2/#", false)]
    [TestCase("devices/dev2/modules/mod1/#", false)]
    [TestCase("devices/dev1/mod1/#", false)]
    [TestCase("devices/dev1/mod1/inputs/#", false)]
    [TestCase("devices/dev1/messages/devicebound/#", false)]
    [TestCase("devices/dev1/modules/mod1", false)]
    [TestCase("devices/dev1/#", false)]
    [TestCase("#", false)]
    public async Task SE4_A_module_may_subscribe_to_its_own_streams(string filter, bool allowed)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await wire.Send(new MqttSubscribe(1, [new MqttSubscription(filter, 0)]));
        Assert.That((await wire.Next<MqttSubAck>()).ReturnCodes.Single(), Is.EqualTo(allowed ? 0 : 0x80));
    }

    [TestCase("dev1/mod1", "devices/dev1/messages/events/")]
    [TestCase("dev1/mod1", "devices/dev1/modules/mod2/messages/events/")]
    [TestCase("dev1/mod1", "devices/dev1/modules/mod1/inputs/in1")]
    [TestCase("dev1/mod1", "devices/dev2/modules/mod1/messages/events/")]
    [TestCase("dev1", "devices/dev1/modules/mod1/messages/events/")]
    [TestCase("dev1", "devices/dev1/mod1/messages/events/")]
    public async Task SE4_Nobody_publishes_as_another(string address, string topic)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(host.Fleet.FindIdentity(address)!));
        await wire.Publish(topic, "x", 1, 1);
        await wire.ExpectClosed();
    }

    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules%2Fmod1", true, TestName = "AU6_as_Node_writes_it")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmod1", true, TestName = "AU6_as_nanoFramework_writes_it")]
    [TestCase("localhost/devices/dev1/modules/mod1", true, TestName = "AU6_not_encoded")]
    [TestCase("localhost%2Fdevices%2Fdev1", true, TestName = "AU6_a_prefix_by_segments")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules", true, TestName = "AU6_a_prefix_up_to_modules")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules%2Fmod", false, TestName = "AU6_no_prefix_within_a_segment")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules%2Fmod2", false, TestName = "AU6_another_module")]
    [TestCase("localhost%2Fdevices%2Fdev2%2Fmodules%2Fmod1", false, TestName = "AU6_another_device")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules%2Fmod1%2Fmore", false, TestName = "AU6_more_than_the_module")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmod1%2Fmodules", false, TestName = "AU6_a_mixture")]
    public async Task Scope(string scope, bool opens) => Assert.That(
        await host.ConnectCode(Connect("dev1/mod1", host.Token(mod1, scope))),
        Is.EqualTo(opens ? MqttConnectReturnCode.Accepted : MqttConnectReturnCode.NotAuthorized));

    [Test]
    public async Task AU3_The_keys_are_the_modules_own()
    {
        string ofDevice = host.Token(mod1, key: dev1.PrimaryKey);
        Assert.That(await host.ConnectCode(Connect("dev1/mod1", ofDevice)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        Assert.That(await host.ConnectCode(Connect("dev1/mod1", host.Token(mod1, key: mod1.SecondaryKey))), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(Connect("dev1/none", host.Token(mod1))), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        Assert.That(await host.ConnectCode(Connect("dev1", host.Token(mod1))), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
    }

    [TestCase("dev1/", MqttConnectReturnCode.IdentifierRejected)]
    [TestCase("/mod1", MqttConnectReturnCode.IdentifierRejected)]
    [TestCase("dev1/mod1/x", MqttConnectReturnCode.IdentifierRejected)]
    [TestCase("dev1/128", MqttConnectReturnCode.NotAuthorized)]
    [TestCase("dev1/129", MqttConnectReturnCode.IdentifierRejected)]
    public async Task A_client_identifier_is_one_id_or_two(string clientId, MqttConnectReturnCode code)
    {
        clientId = clientId.Replace("128", new string('m', 128)).Replace("129", new string('m', 129));
        Assert.That(await host.ConnectCode(Connect(clientId, host.Token(mod1))), Is.EqualTo(code));
    }

    [TestCase("dev1", "localhost/dev1/mod1/?api-version=2021-04-12")]
    [TestCase("dev1/mod1", "localhost/dev1/?api-version=2021-04-12")]
    [TestCase("dev1/mod1", "localhost/dev1/mod2/?api-version=2021-04-12")]
    public async Task Client_identifier_and_user_name_name_the_same_module(string clientId, string userName)
    {
        DeviceIdentity identity = host.Fleet.FindIdentity(clientId)!;
        var connect = new MqttConnect(clientId, true, 60, userName, Encoding.UTF8.GetBytes(host.Token(identity)));
        Assert.That(await host.ConnectCode(connect), Is.EqualTo(MqttConnectReturnCode.IdentifierRejected));
    }

    [Test]
    public async Task A_disabled_device_keeps_its_modules_out()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await host.Fleet.PutIdentity(dev1 with { Enabled = false }, "*", "test", CancellationToken.None);
        await wire.ExpectClosed();
        Assert.That(await host.ConnectCode(host.NodeConnect(mod1)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "the device is disabled");
        await host.Fleet.PutIdentity(dev1 with { Enabled = true }, "*", "test", CancellationToken.None);
        await using Wire again = await host.Connect(host.NodeConnect(mod1), sessionPresent: true);
    }

    [TestCase("dev1/mod1")]
    [TestCase("dev1")]
    public async Task A_module_that_is_deleted_or_whose_device_is_disconnects_and_leaves_nothing(string deleted)
    {
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await wire.Subscribe(1, (Desired, 1));
        await wire.Publish("devices/dev1/modules/mod1/messages/events/", "m", 1, 1);
        await wire.Expect("40 02 00 01");
        await host.Enqueue("dev1/mod1", "hello");
        await host.Fleet.DeleteIdentity(deleted, null, "test", CancellationToken.None);
        await wire.ExpectClosed();
        if (deleted == "dev1")
        {
            await host.Register("dev1");
        }

        Assert.That(host.Fleet.ListModules("dev1"), Is.Empty);
        DeviceIdentity again = await host.RegisterModule("dev1", "mod1");
        Assert.That(host.Fleet.ReadTelemetry("dev1/mod1", null, 10), Is.Empty);
        Assert.That((host.Fleet.FindTwin("dev1/mod1")!.Version, host.Fleet.FindTwin("dev1/mod1")!.CloudToDeviceMessageCount), Is.EqualTo((1, 0)));
        await using Wire fresh = await host.Connect(host.NodeConnect(again));
        await host.Restart();
        Assert.That(host.Fleet.ListModules("dev1")!.Single(), Is.EqualTo(again));
    }

    [Test]
    public async Task AU3_A_new_key_ends_the_connection_of_the_old_one()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(mod1));
        await host.Fleet.PutIdentity(mod1 with { PrimaryKey = dev1.PrimaryKey }, "*", "test", CancellationToken.None);
        await wire.ExpectClosed();
    }

    [Test]
    public async Task A_certificate_opens_a_module_by_its_thumbprint_and_its_name()
    {
        host.CatchUp();
        DateTimeOffset now = host.Time.GetUtcNow();
        using X509Certificate2 own = TestCertificates.SelfSigned("whatever", now.AddDays(-1), now.AddDays(1));
        await host.Fleet.PutIdentity(
            mod1 with { Authentication = AuthenticationType.SelfSigned, PrimaryThumbprint = CertificateText.Sha256(own) }, "*", "test", CancellationToken.None);
        await using Wire wire = await host.Connect(GatewayHost.CertificateConnect("dev1/mod1"), own);
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("dev1"), own), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
    }

    private static MqttConnect Connect(string clientId, string password) => new(
        clientId, true, 60, $"localhost/{clientId}/?api-version=2021-04-12", Encoding.UTF8.GetBytes(password));
}
