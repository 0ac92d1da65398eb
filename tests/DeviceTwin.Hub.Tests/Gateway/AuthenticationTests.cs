using System.Security.Authentication;
using System.Text;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Tokens and CONNECT answers of section 2.</summary>
[TestFixture]
public class AuthenticationTests
{
    private GatewayHost host = null!;
    private DeviceIdentity dev1 = null!;

    /// <summary>One hub for all: what is tried here changes nothing, or a device of its own.</summary>
    [OneTimeSetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start();
        dev1 = await host.Register("dev1");
    }

    /// <summary>The tests come and go as one device so fast that they would pass for two that steal its place from each other.</summary>
    [SetUp]
    public void LetTimePass() => host.Time.Advance(2 * new GatewayOptions().TakeoverWindow);

    [OneTimeTearDown]
    public async Task TearDown()
    {
        Assert.That(host.Log.Errors(), Is.Empty);
        await host.DisposeAsync();
    }

    [TestCase("localhost%2Fdevices%2Fdev1", TestName = "AU1 sr in upper-case escapes")]
    [TestCase("localhost%2fdevices%2fdev1", TestName = "AU1 sr in lower-case escapes")]
    [TestCase("localhost/devices/dev1", TestName = "AU1 sr not escaped at all")]
    [TestCase("LOCALHOST%2Fdevices%2Fdev1", TestName = "AU6 host names have no case")]
    [TestCase("localhost%3A28883%2Fdevices%2Fdev1", TestName = "AU6 a port in the host")]
    [TestCase("127.0.0.1%2Fdevices%2Fdev1", TestName = "AU6 an address as the host")]
    [TestCase("%5B%3A%3A1%5D%3A8883%2Fdevices%2Fdev1", TestName = "AU6 an IPv6 address with a port")]
    [TestCase("hub.plant.example%2Fdevices%2Fdev1", TestName = "AU6 a configured name")]
    [TestCase("localhost", TestName = "AU6 the whole hub")]
    [TestCase("localhost%2Fdevices", TestName = "AU6 all devices")]
    [TestCase("localhost%2Fdevices%2Fdev1%2F", TestName = "AU6 a slash at the end")]
    public async Task Scope_is_accepted(string scope) =>
        Assert.That(await ConnectWith(host.Token(dev1, scope)), Is.EqualTo(MqttConnectReturnCode.Accepted));

    [TestCase("localhost%2Fdevices%2Fdev", TestName = "AU6 a prefix that ends inside a segment")]
    [TestCase("localhost%2Fdevices%2Fdev12", TestName = "AU6 a longer name")]
    [TestCase("localhost%2Fdevices%2FDEV1", TestName = "AU6 device identifiers have a case")]
    [TestCase("localhost%2Fdevices%2Fdev2", TestName = "AU6 another device")]
    [TestCase("localhost%2Fdevices%2Fdev1%2Fmodules%2Fm", TestName = "AU6 more than the device")]
    [TestCase("localhost%2Fjobs", TestName = "AU6 another resource")]
    [TestCase("other.example%2Fdevices%2Fdev1", TestName = "AU6 another hub")]
    [TestCase("localhost.evil.example%2Fdevices%2Fdev1", TestName = "AU6 a host that only begins like ours")]
    [TestCase("localhost%3Aport%2Fdevices%2Fdev1", TestName = "AU6 a port that is no number")]
    public async Task Scope_is_refused(string scope) =>
        Assert.That(await ConnectWith(host.Token(dev1, scope)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));

    [TestCase("sr sig se", TestName = "AU2 as C# and nano order the fields")]
    [TestCase("sig se sr", TestName = "AU2 as the documentation does")]
    [TestCase("se sr sig", TestName = "AU2 any other way")]
    public async Task Fields_come_in_any_order(string order)
    {
        string[] fields = host.Token(dev1)["SharedAccessSignature ".Length..].Split('&');
        string token = string.Join('&', order.Split(' ').Select(name => fields.Single(field => field.StartsWith(name + "="))));
        Assert.That(await ConnectWith("SharedAccessSignature " + token), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task AU2_A_later_equals_sign_belongs_to_the_value()
    {
        string token = host.Token(dev1);
        string signature = token[(token.IndexOf("&sig=") + 1)..token.IndexOf("&se=")];
        Assert.That(signature, Does.EndWith("%3D"), "the signature of 32 bytes is filled up with one");
        Assert.That(await ConnectWith(token.Replace(signature, signature.Replace("%3D", "="))), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task AU3_The_secondary_key_opens_too() =>
        Assert.That(await ConnectWith(host.Token(dev1, key: dev1.SecondaryKey)), Is.EqualTo(MqttConnectReturnCode.Accepted));

    [Test]
    public async Task AU3_Another_key_does_not()
    {
        string key = Convert.ToBase64String(new byte[32]);
        Assert.That(await ConnectWith(host.Token(dev1, key: key)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "neither key");
    }

    [Test]
    public async Task AU4_An_expired_token_is_refused_and_the_log_names_the_clock()
    {
        Assert.That(await ConnectWith(host.Token(dev1, lifetime: TimeSpan.FromMinutes(-2))), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "in the past");
    }

    [Test]
    public async Task AU4_A_clock_that_lags_a_little_is_tolerated() =>
        Assert.That(await ConnectWith(host.Token(dev1, lifetime: TimeSpan.FromSeconds(-30))), Is.EqualTo(MqttConnectReturnCode.Accepted));

    [Test]
    public async Task AU4_The_end_of_the_token_is_the_end_of_the_connection()
    {
        DeviceIdentity brief = await host.Register("brief");
        MqttConnect connect = host.NodeConnect(brief, keepAlive: 0) with
        {
            Password = Encoding.UTF8.GetBytes(host.Token(brief, lifetime: TimeSpan.FromMinutes(10))),
        };
        await using Wire wire = await host.Connect(connect);
        host.Time.Advance(TimeSpan.FromMinutes(10));
        await wire.ExpectQuiet();
        host.Time.Advance(new GatewayOptions().ClockSkew);
        await wire.ExpectClosed();
        await host.Log.Saw(1001, "brief");
        await host.Log.Saw(1001, "token expired");
    }

    [Test]
    public async Task AU4_A_token_without_foreseeable_end_is_taken()
    {
        const string Scope = "localhost%2Fdevices%2Fdev1";
        const long Expiry = 253402300799;
        string token = $"SharedAccessSignature sr={Scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(dev1.PrimaryKey, Scope, Expiry))}&se={Expiry}";
        Assert.That(await ConnectWith(token), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task A_policy_that_does_not_exist_opens_no_device() =>
        Assert.That(await ConnectWith(host.Token(dev1) + "&skn=iothubowner"), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));

    [Test]
    public async Task An_empty_policy_name_is_none() =>
        Assert.That(await ConnectWith(host.Token(dev1) + "&skn="), Is.EqualTo(MqttConnectReturnCode.Accepted));

    [TestCase("", MqttConnectReturnCode.NotAuthorized, TestName = "no password")]
    [TestCase("secret", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "a password that is no token")]
    [TestCase("SharedAccessSignature sr=a", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "a token without its fields")]
    [TestCase("SharedAccessSignature sr=a&sig=%%%&se=1", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "a signature that is no base64")]
    [TestCase("SharedAccessSignature sr=a&sig=AAAA&se=-1", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "an expiry that is no time")]
    [TestCase("SharedAccessSignature sr=a&sig=AAAA&se=99999999999999", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "an expiry beyond all time")]
    [TestCase("SharedAccessSignature sr=a&sr=b&sig=AAAA&se=1", MqttConnectReturnCode.BadUserNameOrPassword, TestName = "a field that comes twice")]
    [TestCase("SharedAccessSignature sr=localhost&sig=&se=9999999999", MqttConnectReturnCode.NotAuthorized, TestName = "an empty signature")]
    public async Task Password_is_refused(string password, MqttConnectReturnCode code) => Assert.That(await ConnectWith(password), Is.EqualTo(code));

    [Test]
    public async Task A_password_that_is_not_text_is_refused() => Assert.That(
        await host.ConnectCode(Connect("") with { Password = new byte[] { 0xFF, 0xFE } }),
        Is.EqualTo(MqttConnectReturnCode.BadUserNameOrPassword));

    [Test]
    public async Task An_unknown_device_is_refused() => Assert.That(
        await host.ConnectCode(host.NodeConnect(dev1 with { DeviceId = "ghost" })), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));

    [Test]
    public async Task A_disabled_device_is_refused()
    {
        DeviceIdentity off = await host.Register("off", enabled: false);
        Assert.That(await host.ConnectCode(host.NodeConnect(off)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
    }

    [Test]
    public async Task Disabling_a_device_ends_its_connection()
    {
        DeviceIdentity leaver = await host.Register("leaver");
        await using Wire wire = await host.Connect(host.NodeConnect(leaver));
        await host.Fleet.PutIdentity(leaver with { Enabled = false }, "*", "operator", CancellationToken.None);
        await wire.ExpectClosed();
    }

    [Test]
    public async Task New_keys_end_the_connection_that_an_old_one_opened()
    {
        DeviceIdentity rolled = await host.Register("rolled");
        await using Wire wire = await host.Connect(host.NodeConnect(rolled));
        string fresh = Convert.ToBase64String(new byte[32]);
        await host.Fleet.PutIdentity(rolled with { SecondaryKey = fresh }, "*", "operator", CancellationToken.None);
        await wire.ExpectQuiet();
        await host.Fleet.PutIdentity(rolled with { PrimaryKey = fresh, SecondaryKey = fresh }, "*", "operator", CancellationToken.None);
        await wire.ExpectClosed();
    }

    [TestCase("localhost/dev1/?api-version=2021-04-12", MqttConnectReturnCode.Accepted)]
    [TestCase("localhost/dev1/api-version=2016-11-14", MqttConnectReturnCode.Accepted)]
    [TestCase("localhost:28883/dev1/?DeviceClientType=x&api-version=2020-05-31-preview&model-id=", MqttConnectReturnCode.Accepted)]
    [TestCase("localhost/dev1", MqttConnectReturnCode.Accepted)]
    [TestCase("localhost/dev1/", MqttConnectReturnCode.Accepted)]
    [TestCase("localhost/dev1/?api-version=latest", MqttConnectReturnCode.BadUserNameOrPassword)]
    [TestCase("localhost/dev1/?api-version=2015-01-01", MqttConnectReturnCode.BadUserNameOrPassword)]
    [TestCase("localhost/dev1/?nonsense", MqttConnectReturnCode.BadUserNameOrPassword)]
    [TestCase("dev1", MqttConnectReturnCode.BadUserNameOrPassword)]
    [TestCase("localhost/dev2/?api-version=2021-04-12", MqttConnectReturnCode.IdentifierRejected)]
    [TestCase("localhost/dev12/?api-version=2021-04-12", MqttConnectReturnCode.IdentifierRejected)]
    [TestCase("other.example/dev1/?api-version=2021-04-12", MqttConnectReturnCode.NotAuthorized)]
    public async Task User_name_is_judged(string userName, MqttConnectReturnCode code) => Assert.That(
        await host.ConnectCode(Connect(host.Token(dev1)) with { UserName = userName }), Is.EqualTo(code));

    [Test]
    public async Task Without_user_name_nobody_is_let_in() => Assert.That(
        await host.ConnectCode(new MqttConnect("dev1", true, 60)), Is.EqualTo(MqttConnectReturnCode.BadUserNameOrPassword));

    [Test]
    public async Task Without_client_identifier_nobody_is_let_in() => Assert.That(
        await host.ConnectCode(Connect(host.Token(dev1)) with { ClientId = "", CleanSession = true }),
        Is.EqualTo(MqttConnectReturnCode.IdentifierRejected));

    [Test]
    public async Task An_identifier_with_every_allowed_sign_connects_and_publishes()
    {
        const string Id = "a-.%_*?!(),:=@$'1";
        DeviceIdentity odd = await host.Register(Id);
        await using Wire wire = await host.Connect(host.NodeConnect(odd));
        await wire.Publish($"devices/{Id}/messages/events/", "raw", 1, 1);
        await wire.Publish($"devices/{Uri.EscapeDataString(Id)}/messages/events/", "escaped", 1, 2);
        await wire.Expect("40 02 00 01 40 02 00 02");
        Assert.That(host.Fleet.ReadTelemetry(Id, null, 10), Has.Count.EqualTo(2));
    }

    [TestCase("10 0C 00 04 \"MQTT\" 05 02 00 00 00 00", TestName = "MQTT 5 is answered with code 1")]
    [TestCase("10 0E 00 06 \"MQIsdp\" 03 02 00 00 00 00", TestName = "MQTT 3.1 is answered with code 1")]
    public async Task Protocol_level(string bytes)
    {
        await using Wire wire = await host.Dial();
        await wire.SendBytes(bytes);
        await wire.Expect("20 02 00 01");
        await wire.ExpectClosed();
    }

    [Test]
    public async Task TLS_1_2_is_spoken_and_nothing_is_resumed()
    {
        await using Wire wire = await host.Dial();
        Assert.That(wire.Tls.SslProtocol, Is.EqualTo(SslProtocols.Tls12));
    }

    [Test]
    public void TLS_1_3_alone_finds_no_partner() => Assert.That(
        async () => await Wire.Dial(host.Port, host.AuthorityFile, SslProtocols.Tls13), Throws.InstanceOf<Exception>());

    [TestCase("127.0.0.1")]
    [TestCase("hub.plant.example")]
    public async Task The_certificate_carries_every_name_of_the_hub(string name) =>
        await (await Wire.Dial(host.Port, host.AuthorityFile, host: name)).DisposeAsync();

    [Test]
    public void The_certificate_carries_no_other_name() => Assert.That(
        async () => await Wire.Dial(host.Port, host.AuthorityFile, host: "other.example"), Throws.InstanceOf<AuthenticationException>());

    [Test]
    public void Whatever_the_text_reading_a_token_does_not_throw()
    {
        const string signs = "&=%+/ sreigk09\0\uD800é";
        var random = new Random(20261122);
        string valid = host.Token(dev1);
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = valid.ToCharArray();
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                text[random.Next(text.Length)] = signs[random.Next(signs.Length)];
            }

            SasToken? token = SasToken.Parse(new string(text, 0, random.Next(text.Length + 1)));
            token?.IsSignedBy(dev1.PrimaryKey, "");
            token?.Covers("dev1", _ => true);
        }
    }

    private Task<MqttConnectReturnCode> ConnectWith(string password) => host.ConnectCode(Connect(password));

    private static MqttConnect Connect(string password) => new(
        "dev1", true, 60, "localhost/dev1/?api-version=2021-04-12", Encoding.UTF8.GetBytes(password));
}
