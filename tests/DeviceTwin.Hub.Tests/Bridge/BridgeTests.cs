using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Shaping;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Bridge;

/// <summary>A bridge between two hubs, over TLS, with what goes wrong between hubs.</summary>
public sealed class BridgeTests
{
    private const string Device = "pump-7";

    [Test]
    public async Task Reported_properties_are_mirrored_with_what_is_removed()
    {
        await using var hubs = await BridgedHubs.Start([Device], registeredHere: false);
        await hubs.There.Fleet.PatchReported(Device, Json.ParseObject("""{"old":1,"kept":{"x":1}}"""), null, CancellationToken.None);
        await hubs.Here.Register(Device);
        await hubs.Report(Device, """{"kept":{"x":1},"fw":"1.2"}""");
        await hubs.Arrives(Device, """{"kept":{"x":1},"fw":"1.2"}""");
        await hubs.Report(Device, """{"fw":null,"kept":{"y":[1,2]}}""");
        await hubs.Arrives(Device, """{"kept":{"x":1,"y":[1,2]}}""");
        var status = await hubs.InStep(Device);
        Assert.That((status.There, status.LastProblem), Is.EqualTo((Device, (BridgeProblem?)null)));
        Assert.That(hubs.There.Log.Errors().Concat(hubs.Here.Log.Errors()), Is.Empty);
    }

    [Test]
    public async Task What_changes_while_the_other_hub_is_down_arrives_afterwards_once()
    {
        await using var hubs = await BridgedHubs.Start([Device]);
        await hubs.Report(Device, """{"n":1}""");
        await hubs.Arrives(Device, """{"n":1}""");
        await hubs.InStep(Device);
        var lost = hubs.Next(Device, status => status.State == BridgeState.BackingOff);
        hubs.Down = true;
        await hubs.There.Restart();
        Assert.That((await lost).LastProblem!.Fault, Is.EqualTo(BridgeFault.ConnectionLost));
        for (var n = 2; n <= 20; n++)
        {
            await hubs.Report(Device, $$"""{"n":{{n}}}""");
        }

        var refused = hubs.Next(Device, status => status.LastProblem?.Fault == BridgeFault.Unreachable && status.State == BridgeState.BackingOff);
        hubs.NextTry();
        Assert.That((await refused).BehindSince, Is.Not.Null);
        var version = hubs.There.Fleet.FindTwin(Device)!.Reported.Version;
        hubs.Down = false;
        var back = hubs.Next(Device, status => status.State == BridgeState.InStep);
        hubs.NextTry();
        await hubs.Arrives(Device, """{"n":20}""");
        Assert.That((await back).BehindSince, Is.Null);
        Assert.That(hubs.There.Fleet.FindTwin(Device)!.Reported.Version, Is.EqualTo(version + 1), "19 changes, one patch");
        await hubs.Here.Log.Saw(4751, Device);
    }

    [Test]
    public async Task Wherever_a_connection_breaks_the_twins_come_together()
    {
        const int Walks = 8;
        var (random, breaks) = (new Random(0), 0);
        string[] devices = [.. Enumerable.Range(1, Walks).Select(seed => $"pump-{seed}")];
        await using var hubs = await BridgedHubs.Start(
            devices,
            options: options => options with { KeepAliveSeconds = 0 },
            wire: stream => Interlocked.Decrement(ref breaks) >= 0 ? new BreakingStream(stream, random.Next(1000, 5000)) : stream,
            registeredHere: false);
        for (var seed = 1; seed <= Walks; seed++)
        {
            // One device after the other: its connections are the only ones that are made.
            var device = devices[seed - 1];
            (random, breaks) = (new Random(seed), 6);
            await hubs.Here.Register(device);
            var arrives = hubs.Arrives(device, """{"n":40,"list":[1,2,3]}""");
            for (var n = 1; n <= 40; n++)
            {
                await hubs.Report(device, $$"""{"n":{{n}},"gone{{n}}":true,"gone{{n - 1}}":null}""");
            }

            await hubs.Report(device, """{"gone40":null,"list":[1,2,3]}""");
            for (var tries = 0; !arrives.IsCompleted; tries++)
            {
                Assert.That(tries, Is.LessThan(20));
                var waits = hubs.Comes(device, status => status.State == BridgeState.BackingOff && status.LastProblem!.At >= hubs.Here.Time.GetUtcNow());
                if (await Task.WhenAny(arrives, waits) == waits)
                {
                    hubs.NextTry();
                }
            }

            await arrives;
        }

        Assert.That(hubs.There.Log.Count(1000), Is.GreaterThan(Walks), "some breaks came after CONNECT");
    }

    [Test]
    public async Task After_a_restart_of_this_hub_nothing_is_sent_again()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Desired = DesiredOwner.There });
        await hubs.There.Desire(Device, "{\"limit\":1}");
        await hubs.There.Desire(Device, "{\"limit\":1}");
        await hubs.Desired(Device, "{\"limit\":1}");
        await hubs.There.Desire(Device, "{\"other\":1}");
        await hubs.Desired(Device, "{\"limit\":1,\"other\":1}");
        await hubs.Report(Device, "{\"limit\":{\"value\":1,\"ac\":200,\"av\":2}}");
        await hubs.Arrives(Device, "{\"limit\":{\"value\":1,\"ac\":200,\"av\":4}}");
        await hubs.InStep(Device);
        var (there, here) = (hubs.There.Fleet.FindTwin(Device)!.Reported.Version, hubs.Here.Fleet.FindTwin(Device)!.Desired.Version);
        var again = hubs.Next(Device, status => status.State == BridgeState.InStep);
        await hubs.Here.Restart();
        await again;
        Assert.That((hubs.There.Fleet.FindTwin(Device)!.Reported.Version, hubs.Here.Fleet.FindTwin(Device)!.Desired.Version), Is.EqualTo((there, here)));
        await hubs.Report(Device, "{\"n\":1}");
        await hubs.Arrives(Device, "{\"limit\":{\"value\":1,\"ac\":200,\"av\":4},\"n\":1}");
    }

    [Test]
    public async Task A_hub_that_is_busy_is_asked_again()
    {
        await using var hubs = await BridgedHubs.Start(
            ["a", "b"], options: options => options with { KeepAliveSeconds = 0 }, there: await GatewayHost.Start(new GatewayOptions { Connects = new Pace(1, 1), LongestConnectDelay = TimeSpan.Zero }));
        var busy = await Task.WhenAny(new[] { "a", "b" }.Select(device => hubs.Comes(device, status => status.State == BridgeState.BackingOff)));
        Assert.That((await busy).LastProblem!.Fault, Is.EqualTo(BridgeFault.Busy));
        foreach (var device in new[] { "a", "b" })
        {
            await hubs.Tries(device, status => status.State == BridgeState.InStep, () => hubs.There.Time.Advance(TimeSpan.FromSeconds(2)));
        }
    }

    [Test]
    public async Task What_makes_the_other_hub_end_the_connection_is_given_up()
    {
        await using var hubs = await BridgedHubs.Start(
            [Device], settings => settings with { Telemetry = true }, options => options with { KeepAliveSeconds = 0 }, there: await GatewayHost.Start(new GatewayOptions { MaxPayload = 1024 }));
        await hubs.InStep(Device);
        var large = new string('x', 2000);
        await Tell(large);
        await Tell("small");
        await Tries(3);
        await hubs.Here.Log.Saw(4763);
        await hubs.Report(Device, $$"""{"a":1,"large":"{{large}}","z":2}""");

        // As a whole, then by itself.
        await Tries(6);
        await hubs.Arrives(Device, """{"a":1,"z":2}""");
        await hubs.Here.Log.Saw(4755, "large");
        await BridgedHubs.Until(hubs.There.Fleet, Device, _ => hubs.There.Fleet.ReadTelemetry(Device, null, 10).Count == 1, twin => twin.Reported.Properties);

        Task Tell(string body) => hubs.Here.Fleet.AppendTelemetry(new TelemetryMessage(Device, hubs.Here.Time.GetUtcNow(), new Dictionary<string, string?>(), Encoding.UTF8.GetBytes(body)), CancellationToken.None);

        async Task Tries(int times)
        {
            for (var time = 0; time < times; time++)
            {
                await hubs.Comes(Device, status => status.State == BridgeState.BackingOff && status.LastProblem!.At >= hubs.Here.Time.GetUtcNow());
                hubs.NextTry();
            }
        }
    }

    [Test]
    public async Task A_device_that_cannot_be_mirrored_stops_no_other()
    {
        await using var hubs = await BridgedHubs.Start(
            ["good", "wrong-key", "missing"],
            settings => settings with
            {
                Devices = new Dictionary<string, BridgeCredential>(settings.Devices)
                {
                    ["wrong-key"] = new BridgeCredential.Key("wrong-key", "d3Jvbmc="),
                    ["not-here"] = new BridgeCredential.Key("not-here", "d3Jvbmc="),
                },
            },
            options => options with { KeepAliveSeconds = 0 });
        await hubs.There.Fleet.DeleteIdentity("missing", null, "test", CancellationToken.None);
        await hubs.Report("good", """{"n":1}""");
        await hubs.Arrives("good", """{"n":1}""");
        await hubs.InStep("good");
        foreach (var device in new[] { "wrong-key", "missing" })
        {
            var problem = (await hubs.Tries(device, status => status.LastProblem?.Fault == BridgeFault.NotAuthorized)).LastProblem!;
            Assert.That(problem.Message, Does.Contain("CONNACK 5").And.Contain("unknown or disabled there"));
        }

        Assert.That(hubs.Bridge.Statuses().Single(status => status.DeviceId == "not-here").LastProblem!.Fault, Is.EqualTo(BridgeFault.NotHere));
        Assert.That(hubs.Bridge.Statuses().Select(status => status.DeviceId), Is.EqualTo(new[] { "good", "missing", "not-here", "wrong-key" }));

        // Registered here, it is taken in at once.
        var comes = hubs.Next("not-here", status => status.LastProblem?.Fault == BridgeFault.NotAuthorized);
        await hubs.Here.Register("not-here");
        await comes;
    }

    [Test]
    public async Task More_devices_than_connections_wait()
    {
        await using var hubs = await BridgedHubs.Start(["a", "b", "c"], settings => settings with { Connections = 2 });
        await hubs.InStep("a");
        await hubs.InStep("b");
        await hubs.Here.Log.Saw(4761, "3 devices are selected, 2 are mirrored");
        var waiting = hubs.Bridge.Statuses().Single(status => status.DeviceId == "c");
        Assert.That((waiting.State, waiting.LastProblem!.Fault), Is.EqualTo((BridgeState.Waiting, BridgeFault.TooManyDevices)));

        // A place becomes free.
        await hubs.Here.Fleet.DeleteIdentity("a", null, "test", CancellationToken.None);
        await hubs.InStep("c");

        // Deleted here, its connection there has ended; the hub there hears of that in its own time.
        await BridgedHubs.Until(hubs.There.Fleet, "a", twin => !twin.Connected, twin => twin.Reported.Properties);
    }

    [Test]
    public async Task Devices_come_by_query_with_keys_of_a_group()
    {
        const string Group = "Z3JvdXAga2V5IG9mIGEgaHVi";
        await using var hubs = await BridgedHubs.Start(
            [], settings => settings with { Query = "SELECT * FROM devices WHERE tags.moving = true", GroupKey = Group });
        foreach (var device in new[] { "moves", "stays" })
        {
            await hubs.There.Fleet.PutIdentity(
                new DeviceIdentity(device, "", "", true, DeviceTwin.Hub.Provisioning.ProvisioningKeys.Derive(Group, device), Group, default), null, "test", CancellationToken.None);
            await hubs.Here.Register(device);
        }

        await hubs.Here.Fleet.PatchTwin("moves", Json.ParseObject("""{"tags":{"moving":true}}"""), null, "test", CancellationToken.None);
        await hubs.Report("moves", """{"n":1}""");
        hubs.Here.Time.Advance(new BridgeOptions().Look);
        await hubs.Arrives("moves", """{"n":1}""");
        Assert.That(hubs.Bridge.Statuses().Select(status => status.DeviceId), Is.EqualTo(new[] { "moves" }));
    }

    [Test]
    public async Task Keys_that_are_rotated_come_from_the_file()
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-bridge-");
        try
        {
            var file = Path.Combine(folder.FullName, "bridge.json");
            await using var hubs = await BridgedHubs.Start([Device], settings => settings, options => options with { File = file });
            await hubs.InStep(Device);
            var identity = hubs.There.Fleet.FindIdentity(Device)!;
            var refused = hubs.Next(Device, status => status.State == BridgeState.BackingOff);
            var rotated = await hubs.There.Fleet.PutIdentity(identity with { PrimaryKey = "bmV3IGtleSBvZiB0aGUgZGV2aWNl", SecondaryKey = "bmV3IGtleSBvZiB0aGUgZGV2aWNl" }, identity.ETag, "test", CancellationToken.None);
            await refused;

            // A file that is wrong changes nothing.
            Write("""{"host":""");
            hubs.Here.Time.Advance(new BridgeOptions().Look);
            await hubs.Here.Log.Saw(4758, ":1: this is not JSON");
            Write(new JsonObject
            {
                ["host"] = "localhost",
                ["port"] = hubs.There.Port,
                ["ca"] = hubs.There.AuthorityFile,
                ["pause"] = 0,
                ["devices"] = new JsonArray(new JsonObject { ["id"] = Device, ["connectionString"] = $"HostName=localhost;DeviceId={Device};SharedAccessKey={rotated.PrimaryKey}" }),
            }.ToJsonString());
            var back = hubs.Next(Device, status => status.State == BridgeState.InStep);
            hubs.Here.Time.Advance(new BridgeOptions().Look);
            await hubs.Here.Log.Saw(4757);
            await back;

            void Write(string text) => DeviceTwin.Hub.Certificates.PrivateFiles.Write(file, text, secret: true);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_token_is_renewed_before_it_ends()
    {
        await using var hubs = await BridgedHubs.Start([Device], options: options => options with { KeepAliveSeconds = 0 });
        await hubs.InStep(Device);
        var again = hubs.Next(Device, status => status.State == BridgeState.Connecting);
        var steady = hubs.Next(Device, status => status.State == BridgeState.InStep);
        hubs.Here.Time.Advance(HubThere.TokenLifetime);
        Assert.That((await again).LastProblem, Is.Null);
        await steady;
        await hubs.There.Log.SawTimes(1000, 2);
    }

    [Test]
    public async Task A_certificate_opens_the_other_hub_too()
    {
        using X509Certificate2 made = TestCertificates.SelfSigned(Device, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        var there = await GatewayHost.Start();
        var credential = new BridgeCredential.Certificate(Device, X509Certificate2.CreateFromPem(made.ExportCertificatePem(), made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()), "");
        await using var hubs = await BridgedHubs.Start([], settings => settings with { Devices = new Dictionary<string, BridgeCredential> { [Device] = credential } }, there: there);
        await there.Fleet.PutIdentity(
            new DeviceIdentity(Device, "", "", true, "", "", default) { Authentication = AuthenticationType.SelfSigned, PrimaryThumbprint = made.Thumbprint }, null, "test", CancellationToken.None);
        await hubs.Here.Register(Device);
        await hubs.Report(Device, """{"n":1}""");
        await hubs.Arrives(Device, """{"n":1}""");
    }

    [Test]
    public async Task A_hub_that_is_not_trusted_gets_nothing()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Authorities = null });
        var problem = (await hubs.Comes(Device, status => status.State == BridgeState.BackingOff)).LastProblem!;
        Assert.That(problem.Fault, Is.EqualTo(BridgeFault.Untrusted));
        Assert.That(problem.Message, Does.Contain("\"ca\" in the bridge's file"));
        Assert.That(hubs.There.Log.Count(1000), Is.Zero);
    }

    [Test]
    public async Task Where_this_hub_owns_what_is_desired_there_changes_nothing_here()
    {
        await using var hubs = await BridgedHubs.Start([Device]);
        await hubs.Here.Desire(Device, """{"limit":1}""");
        await hubs.Report(Device, """{"limit":{"value":1,"ac":200,"av":2}}""");
        await hubs.Arrives(Device, """{"limit":{"value":1,"ac":200,"av":2}}""");
        await hubs.There.Desire(Device, """{"limit":5}""");
        await hubs.Here.Log.Saw(4753, "version");
        await hubs.There.Desire(Device, """{"limit":6}""");
        await hubs.Report(Device, """{"done":true}""");
        await hubs.Arrives(Device, """{"limit":{"value":1,"ac":200,"av":2},"done":true}""");
        Assert.That(hubs.Here.Fleet.FindTwin(Device)!.Desired.Properties.ToJsonString(), Is.EqualTo("""{"limit":1}"""));
        Assert.That(hubs.Here.Log.Count(4753), Is.EqualTo(1), "said once");
    }

    [Test]
    public async Task Where_the_other_hub_owns_what_is_desired_comes_over_and_its_answer_goes_back()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Desired = DesiredOwner.There });
        await hubs.InStep(Device);
        await hubs.There.Desire(Device, """{"limit":1,"old":true}""");
        await hubs.Desired(Device, """{"limit":1,"old":true}""");
        await hubs.There.Fleet.ReplaceTwin(Device, Json.ParseObject("""{"properties":{"desired":{"limit":2}}}"""), null, "operator", CancellationToken.None);
        await hubs.Desired(Device, """{"limit":2}""");
        var here = hubs.Here.Fleet.FindTwin(Device)!.Desired.Version;
        var there = hubs.There.Fleet.FindTwin(Device)!.Desired.Version;
        Assert.That(hubs.Here.Fleet.ReadAudit(Device, 100).Where(row => row.Action == "twin.patch").Select(row => row.Author), Is.All.EqualTo("bridge").And.Not.Empty);

        // Versions of the two hubs are not the same here, or this would prove little.
        await hubs.There.Desire(Device, """{"limit":2}""");
        await hubs.There.Desire(Device, """{"limit":3}""");
        await hubs.Desired(Device, """{"limit":3}""");
        (here, there) = (hubs.Here.Fleet.FindTwin(Device)!.Desired.Version, hubs.There.Fleet.FindTwin(Device)!.Desired.Version);
        Assert.That(there, Is.GreaterThan(here));
        await hubs.Report(Device, $$$"""{"limit":{"value":3,"ac":200,"av":{{{here}}}}}""");
        await hubs.Arrives(Device, $$$"""{"limit":{"value":3,"ac":200,"av":{{{there}}}}}""");
        Assert.That(hubs.There.Fleet.FindConvergence(Device)!.State, Is.EqualTo(ConvergenceState.InSync), "the hub there sees its change carried out");

        // Whatever is desired here goes back to what the owner wants.
        await hubs.Here.Desire(Device, """{"limit":9,"mine":1}""");
        await hubs.Desired(Device, """{"limit":3}""");
        await hubs.Here.Log.Saw(4754, "operator changed desired properties");
    }

    [Test]
    public async Task Messages_are_mirrored_with_their_properties()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Telemetry = true });
        var came = new TaskCompletionSource<TelemetryMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = hubs.There.Fleet.Subscribe(happened =>
        {
            if (happened is FleetEvent.TelemetryReceived { Message: var message })
            {
                came.TrySetResult(message);
            }
        });
        await hubs.InStep(Device);
        var properties = new Dictionary<string, string?> { ["$.mid"] = "1", ["$.ct"] = "application/json", ["kind"] = "features", ["alert"] = "a b/c&d=e", ["bare"] = null, ["empty"] = "" };
        await hubs.Here.Fleet.AppendTelemetry(new TelemetryMessage(Device, hubs.Here.Time.GetUtcNow(), properties, Encoding.UTF8.GetBytes("""{"rms":1.5}""")), CancellationToken.None);
        var message = await came.Task.WaitAsync(BridgedHubs.Patience);
        Assert.That(message.Properties, Is.EquivalentTo(properties));
        Assert.That(Encoding.UTF8.GetString(message.Body.Span), Is.EqualTo("""{"rms":1.5}"""));
    }

    [Test]
    public async Task Of_messages_that_cannot_be_sent_the_newest_are_kept()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Telemetry = true, Reported = false }, options => options with { TelemetryPerDevice = 3 });
        await hubs.InStep(Device);
        var lost = hubs.Next(Device, status => status.State == BridgeState.BackingOff);
        hubs.Down = true;
        await hubs.There.Restart();
        await lost;
        for (var n = 1; n <= 5; n++)
        {
            await hubs.Here.Fleet.AppendTelemetry(new TelemetryMessage(Device, hubs.Here.Time.GetUtcNow(), new Dictionary<string, string?>(), Encoding.UTF8.GetBytes($"{n}")), CancellationToken.None);
        }

        await hubs.Here.Log.Saw(4756);
        var status = hubs.Bridge.Statuses().Single();
        Assert.That((status.TelemetryWaiting, status.TelemetryDropped), Is.EqualTo((3, 2L)));
        hubs.Down = false;
        var back = hubs.Next(Device, one => one.State == BridgeState.InStep);
        hubs.NextTry();
        await back;
        Assert.That(hubs.There.Fleet.ReadTelemetry(Device, null, 10).Select(message => Encoding.UTF8.GetString(message.Body.Span)), Is.EqualTo(new[] { "5", "4", "3" }));
    }

    [Test]
    public async Task Methods_that_are_called_there_are_answered_by_the_device_here()
    {
        await using var hubs = await BridgedHubs.Start([Device], settings => settings with { Methods = true });
        await hubs.InStep(Device);
        var away = await hubs.There.Invoke(Device, "blink", """{"times":2}""");
        Assert.That((away.Status, (int)away.Payload!["errorCode"]!), Is.EqualTo((404, 404103)), "the device is not there");

        await using Wire device = await hubs.Here.Connect(hubs.Here.NodeConnect(hubs.Here.Fleet.FindIdentity(Device)!));
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));
        var calling = hubs.There.Invoke(Device, "blink", """{"times":2}""");
        var asked = await device.Next<MqttPublish>();
        Assert.That((asked.Topic, Encoding.UTF8.GetString(asked.Payload.Span)), Is.EqualTo(($"$iothub/methods/POST/blink/?$rid={asked.Topic.Split('=')[1]}", """{"times":2}""")));
        await device.Publish($"$iothub/methods/res/207/?$rid={asked.Topic.Split('=')[1]}", """{"blinked":true}""");
        var answer = await calling;
        Assert.That((answer.Status, answer.Payload!.ToJsonString()), Is.EqualTo((207, """{"blinked":true}""")));
        Assert.That(hubs.Here.Fleet.ReadAudit(Device, 10).First(row => row.Action == "method.invoke").Author, Is.EqualTo("bridge"));
    }

    [Test]
    public async Task Two_hubs_do_not_mirror_a_device_to_each_other()
    {
        var elsewhere = new BridgeSettings { Host = "localhost", Port = 1, Devices = new Dictionary<string, BridgeCredential> { [Device] = new BridgeCredential.Key(Device, "a2V5") } };
        var there = await GatewayHost.Start(
            null, null, services => services.AddBridge(elsewhere, new BridgeOptions { Dial = (_, _, _) => throw new IOException("nowhere") }));
        await using var hubs = await BridgedHubs.Start([Device], there: there);
        Assert.That((await hubs.Comes(Device, status => status.State == BridgeState.BackingOff)).LastProblem!.Fault, Is.EqualTo(BridgeFault.NotAuthorized));
        await there.Log.Saw(1002, "that would be a circle");
    }

    [Test]
    public async Task A_hub_that_wants_it_slower_gets_it_slower()
    {
        var slow = new GatewayOptions { TwinReads = new Pace(1, 1), TwinUpdates = new Pace(1, 1), LongestTwinDelay = TimeSpan.Zero };
        await using var hubs = await BridgedHubs.Start([Device], there: await GatewayHost.Start(slow));
        await hubs.Report(Device, """{"n":1}""");
        await hubs.Arrives(Device, """{"n":1}""");
        await hubs.InStep(Device);
        var throttled = hubs.Next(Device, status => status.LastProblem?.Fault == BridgeFault.Throttled && status.State == BridgeState.BackingOff);
        await hubs.Report(Device, """{"n":2}""");
        await throttled;
        await hubs.Report(Device, """{"n":3}""");
        hubs.There.Time.Advance(TimeSpan.FromSeconds(5));
        hubs.Here.Time.Advance(Backoff.First);
        await hubs.Arrives(Device, """{"n":3}""");
        Assert.That(hubs.There.Log.Count(1000), Is.EqualTo(1), "on the same connection");
    }
}
