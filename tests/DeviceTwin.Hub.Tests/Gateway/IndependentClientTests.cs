using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>MQTT clients that know nothing of Azure: mosquitto's and the npm package mqtt.</summary>
[TestFixture]
public class IndependentClientTests : GatewayTest
{
    private const string Desired = "$iothub/twin/PATCH/properties/desired/#";

    [TestCase(0)]
    [TestCase(1)]
    public async Task Mosquitto_pub_delivers_telemetry(int qos)
    {
        await using OutsideProgram publisher = Mosquitto(
            "mosquitto_pub", host.Token(dev1), "-t", "devices/dev1/messages/events/kind=features", "-m", "from mosquitto", "-q", $"{qos}");
        Assert.That(await publisher.Ended(), Is.Zero, await publisher.Next());
        await host.Log.Saw(1001, "dev1");
        TelemetryMessage message = host.Fleet.ReadTelemetry("dev1", "features", 1).Single();
        Assert.That(message.Body.ToArray(), Is.EqualTo("from mosquitto"u8.ToArray()));
    }

    [Test]
    public async Task AU3_Mosquitto_pub_with_a_wrong_token_is_told_so()
    {
        await using OutsideProgram publisher = Mosquitto(
            "mosquitto_pub", host.Token(dev1, key: Convert.ToBase64String(new byte[32])), "-t", "devices/dev1/messages/events/", "-m", "x");
        Assert.That(await publisher.Ended(), Is.EqualTo(5), "mosquitto_pub ends with the code of CONNACK");
    }

    [Test]
    public async Task SE4_TW4_Mosquitto_sub_receives_desired_changes()
    {
        await using OutsideProgram subscriber = Mosquitto(
            "mosquitto_sub", host.Token(dev1), "-t", Desired, "-q", "2", "-C", "1", "-F", "%t %p");
        await host.Log.Saw(1014, Desired);
        await host.Desire("dev1", """{"interval":7}""");
        Assert.That(
            await subscriber.Until("$iothub/twin/PATCH/properties/desired/?$version=2 "),
            Is.EqualTo("""$iothub/twin/PATCH/properties/desired/?$version=2 {"interval":7,"$version":2}"""));
        Assert.That(await subscriber.Ended(), Is.Zero);
    }

    [Test]
    public async Task SE1_TW1_TW2_TW4_The_npm_client_reads_its_twin_reports_and_hears_desired_changes()
    {
        await using (OutsideProgram first = Npm())
        {
            await first.Expect("connected false");
            await first.Ask("subscribe $iothub/twin/res/# 0", "granted 0");
            await first.Ask($"subscribe {Desired} 1", "granted 1");
            await first.Ask("subscribe # 0", "granted Subscribe error: Unspecified error");
            await first.Tell("publish $iothub/twin/GET/?$rid=1 0 ");
            await first.Until("published");
            await first.Expect("""message $iothub/twin/res/200/?$rid=1 {"desired":{"$version":1},"reported":{"$version":1}}""");
            await first.Tell("""publish $iothub/twin/PATCH/properties/reported/?$rid=2 1 {"a":1}""");
            await first.Until("message $iothub/twin/res/204/?$rid=2&$version=2");
            await first.Tell("publish devices/dev1/messages/events/kind=x 1 hello");
            await first.Until("published");
            Assert.That(host.Fleet.ReadTelemetry("dev1", "x", 1), Has.Count.EqualTo(1));
            await host.Desire("dev1", """{"b":1}""");
            await first.Until("""message $iothub/twin/PATCH/properties/desired/?$version=2 {"b":1,"$version":2}""");
            await first.Tell("end");
            await first.Ended();
        }

        await using OutsideProgram second = Npm();
        await second.Expect("connected true");
        await host.Desire("dev1", """{"c":1}""");
        await second.Until("""message $iothub/twin/PATCH/properties/desired/?$version=3 {"c":1,"$version":3}""");
    }

    [Test]
    public async Task SE4_The_npm_client_is_disconnected_when_it_publishes_with_QoS_2()
    {
        await using OutsideProgram client = Npm();
        await client.Expect("connected false");
        await client.Tell("publish devices/dev1/messages/events/ 2 x");
        await client.Until("close");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1), Is.Empty);
    }

    private OutsideProgram Npm() => OutsideProgram.Node(
        "mqtt-session.js", "mqtt", $"{host.Port}", host.AuthorityFile, "dev1", "localhost/dev1/?api-version=2021-04-12", host.Token(dev1));

    private OutsideProgram Mosquitto(string client, string token, params string[] arguments) => OutsideProgram.Mosquitto(
        client,
        [
            "-h", "localhost", "-p", $"{host.Port}", "--cafile", host.AuthorityFile, "--tls-version", "tlsv1.2", "-V", "mqttv311",
            "-i", "dev1", "-u", "localhost/dev1/?api-version=2021-04-12", "-P", token, .. arguments,
        ]);
}
