using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Provisioning;

/// <summary>Devices that register themselves on the MQTT port (section 5).</summary>
[TestFixture]
public class DeviceProvisioningTests
{
    private GatewayHost host = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start();
        host.CatchUp();
    }

    [TearDown]
    public async Task TearDown() => await host.DisposeAsync();

    private DateTimeOffset Now => host.Time.GetUtcNow();

    [Test]
    public async Task DP1_DP3_A_session_of_the_C_sharp_client_byte_by_byte()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        await using Wire wire = await host.Dial();
        await wire.Send(host.CSharpConnect("node-01", enrollment.Attestation.Primary));
        await wire.Expect("20 02 00 00");
        await wire.SendBytes("82 1D 00 01 00 18 \"$dps/registrations/res/#\" 01");
        await wire.Expect("90 03 00 01 01");

        // QoS 1, an empty body, the packet's identifier as request id; each answer is confirmed with identifier 0.
        await wire.SendBytes("32 32 00 2E \"$dps/registrations/PUT/iotdps-register/?$rid=2\" 00 02");
        await wire.Expect("40 02 00 02");
        MqttPublish waiting = await wire.Next<MqttPublish>();
        Assert.That(waiting.Topic, Is.EqualTo("$dps/registrations/res/202/?$rid=2&retry-after=1"));
        var assigning = (JsonObject)JsonNode.Parse(waiting.Payload.Span)!;
        Assert.That(assigning.Select(member => member.Key), Is.EqualTo(new[] { "operationId", "status" }));
        Assert.That((string?)assigning["status"], Is.EqualTo("assigning"));
        await wire.SendBytes("40 02 00 00");
        await host.Log.Saw(4802);
        await wire.Publish($"{ProvisioningHost.Status}3&operationId={(string)assigning["operationId"]!}", "", 1, 3);
        await wire.Expect("40 02 00 03");
        await wire.ExpectPublish("$dps/registrations/res/200/?$rid=3", Assigned((string)assigning["operationId"]!, "node-01", "localhost", "initialAssignment"));
        await wire.SendBytes("40 02 00 00");
        await wire.SendBytes("E0 00");
        await wire.ExpectClosed();
        Assert.That(await Opens("node-01"), Is.True);
        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [Test]
    public async Task DP1_DP3_A_session_of_the_nanoFramework_client_byte_by_byte()
    {
        Enrollment enrollment = await host.EnrolKey("reg1");
        await using Wire wire = await host.Dial();
        await wire.Send(host.NanoConnect("reg1", enrollment.Attestation.Primary));
        await wire.Expect("20 02 00 00");
        await wire.Subscribe(1, (ProvisioningTopic.Responses, 1));

        // QoS 0, the time as request id, and the same for every request.
        await wire.Publish(ProvisioningHost.Register + "1795315313", """{"registrationId":"reg1"}""");
        var (status, answer) = await ProvisioningHost.Next(wire, "1795315313");
        Assert.That(status, Is.EqualTo(202));
        await host.Log.Saw(4802);
        string operation = (string)answer["operationId"]!;
        await wire.Publish($"{ProvisioningHost.Status}1795315313&operationId={operation}");
        await wire.ExpectPublish("$dps/registrations/res/200/?$rid=1795315313", Assigned(operation, "reg1", "localhost", "initialAssignment"));
        await wire.SendBytes("E0 00");
        await wire.ExpectClosed();
        Assert.That(host.Fleet.FindSession("reg1"), Is.Null, "sessions with provisioning never persist");
    }

    [Test]
    public async Task DP1_DP3_A_session_of_the_Node_client()
    {
        Enrollment group = await host.EnrolKey("line", ""","payload":{"hello":"device"}""", group: true);
        await using Wire wire = await host.Connect(host.NodeConnect("node-01", ProvisioningKeys.Derive(group.Attestation.Primary, "node-01")));
        await wire.Subscribe(65336, (ProvisioningTopic.Responses, 1));
        const string Rid = "70ca8490-716f-452e-beb9-9f29b3d8a61a";
        await wire.Publish(ProvisioningHost.Register + Rid, """{"registrationId":"node-01","payload":{"modelId":"dtmi:com:example:Thermostat;1"}}""", 1, 65337);
        await wire.Expect("40 02 FF 39");
        var (_, answer) = await ProvisioningHost.Next(wire, Rid);
        await host.Log.Saw(4802);
        await wire.Publish($"{ProvisioningHost.Status}b29aa084&operationId={(string)answer["operationId"]!}", " ", 1, 65339);
        await wire.Expect("40 02 FF 3B");
        var (status, done) = await ProvisioningHost.Next(wire, "b29aa084");
        JsonNode state = done["registrationState"]!;
        Assert.That((status, (string?)state["assignedHub"]), Is.EqualTo((200, $"localhost:{host.Port}")), "this client takes a port");
        Assert.That(state["payload"]!.ToJsonString(), Is.EqualTo("""{"hello":"device"}"""));
        Assert.That(host.Fleet.FindTwin("node-01")!.ModelId, Is.EqualTo("dtmi:com:example:Thermostat;1"));
        await wire.Send(new MqttUnsubscribe(65340, [ProvisioningTopic.Responses]));
        await wire.Expect("B0 02 FF 3C");
        await wire.SendBytes("E0 00");
        await wire.ExpectClosed();
    }

    [Test]
    public async Task DP1_Group_keys_are_derived_and_either_of_the_groups_will_do()
    {
        Enrollment group = await host.EnrolKey("line", group: true);
        await host.EnrolKey("other", group: true);
        string key = ProvisioningKeys.Derive(group.Attestation.Secondary, "press-7");
        await host.RegisterDevice(host.NanoConnect("press-7", key));
        DeviceIdentity device = host.Fleet.FindIdentity("press-7")!;
        Assert.That((device.Authentication, device.SecondaryKey), Is.EqualTo((AuthenticationType.Sas, key)));
        Assert.That(await host.ConnectCode(host.NodeConnect(device)), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(host.NanoConnect("press-8", key)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), "another device's key");
    }

    [Test]
    public void DP1_The_derivation_is_HMAC_SHA256_of_the_registration_id() => Assert.That(
        ProvisioningKeys.Derive("8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==", "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"),
        Is.EqualTo("Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc="));

    [TestCase("&skn=registration", MqttConnectReturnCode.Accepted, TestName = "AU5 Node and C# name the policy registration")]
    [TestCase("", MqttConnectReturnCode.Accepted, TestName = "AU5 nanoFramework names no policy")]
    [TestCase("&skn=", MqttConnectReturnCode.Accepted, TestName = "AU5 an empty policy name is none")]
    [TestCase("&skn=provisioningserviceowner", MqttConnectReturnCode.NotAuthorized, TestName = "AU5 another policy registers no device")]
    public async Task Policy_of_a_provisioning_token(string policy, MqttConnectReturnCode code)
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        MqttConnect connect = host.NanoConnect("node-01", enrollment.Attestation.Primary);
        byte[] token = [.. connect.Password!.Value.Span, .. Encoding.UTF8.GetBytes(policy)];
        Assert.That(await host.ConnectCode(connect with { Password = token }), Is.EqualTo(code));
    }

    [Test]
    public async Task DP2_A_device_certificate_registers_by_its_own_enrolment()
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("devx509", Now.AddDays(-1), Now.AddDays(100));
        using X509Certificate2 other = TestCertificates.SelfSigned("devx509", Now.AddDays(-1), Now.AddDays(100));
        await host.Enrol("devx509", ByCertificate("clientCertificates", certificate));
        var (status, body) = await host.RegisterDevice(host.CertificateConnect("devx509"), """{"registrationId":"devx509"}""", certificate);
        Assert.That((status, (string?)body["status"]), Is.EqualTo((200, "assigned")));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("devx509"), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(host.CertificateConnect("devx509"), other), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "not the certificate of its enrolment");
    }

    [Test]
    public async Task DP2_A_group_takes_what_its_authority_signed_for_the_registration_id()
    {
        using X509Certificate2 root = TestCertificates.Authority("Works root", Now);
        using X509Certificate2 line = TestCertificates.Authority("Works line 4", Now, root);
        using X509Certificate2 certificate = TestCertificates.Device("press-1", line, Now.AddDays(-1), Now.AddDays(100));
        using X509Certificate2 renewed = TestCertificates.Device("press-1", line, Now.AddDays(-1), Now.AddDays(200));
        await host.Enrol("works", ByCertificate("signingCertificates", root), group: true);
        Assert.That(await host.ConnectCode(host.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), "the link between is missing");
        Assert.That(await host.ConnectCode(host.CertificateConnect("press-2"), certificate, line), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), "another's name");
        await host.RegisterDevice(host.CertificateConnect("press-1"), "", certificate, line);
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));

        // A renewed certificate has to be shown to provisioning once more.
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), renewed), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.RegisterDevice(host.CertificateConnect("press-1"), "", renewed, line);
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), renewed), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task DP2_A_group_may_name_the_plants_own_authority()
    {
        await host.Enrol("plant-devices", """{"attestation":{"type":"x509","x509":{"caReferences":{"primary":"plant"}}}}""", group: true);
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = host.Certificates.IssueDevice("press-1", new PublicKey(key), TimeSpan.FromDays(9)).Device;
        using X509Certificate2 certificate = issued.CopyWithPrivateKey(key);
        await host.RegisterDevice(host.CertificateConnect("press-1"), "", certificate);
        Assert.That(host.Fleet.FindIdentity("press-1")!.Authentication, Is.EqualTo(AuthenticationType.CertificateAuthority));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task JS1_What_provisioning_answers_is_read_by_nanoFrameworks_rules()
    {
        string payload = new JsonObject { [NanoJson.Key] = NanoJson.Text }.ToJsonString();
        Enrollment enrollment = await host.EnrolKey("node-01", $",\"payload\":{payload}");
        await using Wire wire = await host.Connect(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        await wire.Subscribe(1, (ProvisioningTopic.Responses, 1));
        await wire.Publish(ProvisioningHost.Register + "1");
        string operation = (string)NanoJson.Read((await wire.Next<MqttPublish>()).Payload)!["operationId"]!;
        await host.Log.Saw(4802);
        await wire.Publish($"{ProvisioningHost.Status}1&operationId={operation}");
        JsonNode done = NanoJson.Read((await wire.Next<MqttPublish>()).Payload)!;
        Assert.That((string?)done["registrationState"]!["payload"]![NanoJson.Key], Is.EqualTo(NanoJson.Text));
        await wire.Publish(ProvisioningHost.Register + "2", """{"registrationId":"ä<&'+/水"}""");
        JsonNode refused = NanoJson.Read((await wire.Next<MqttPublish>()).Payload)!;
        Assert.That((int)refused["errorCode"]!, Is.EqualTo(400004));
    }

    [Test]
    public async Task A_new_device_gets_the_enrolments_twin_and_is_there_before_it_is_told()
    {
        Enrollment enrollment = await host.EnrolKey(
            "node-01", ""","deviceId":"press-1","initialTwin":{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}}""");
        var (_, body) = await host.RegisterDevice(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        Assert.That((string?)body["registrationState"]!["deviceId"], Is.EqualTo("press-1"));
        await host.Restart();
        var twin = host.Fleet.FindTwin("press-1")!;
        Assert.That((twin.Tags.ToJsonString(), twin.Desired.Properties.ToJsonString(), twin.Desired.Version), Is.EqualTo(("""{"site":"A"}""", """{"interval":5}""", 2)));
        Assert.That(host.Fleet.FindIdentity("press-1")!.PrimaryKey, Is.EqualTo(enrollment.Attestation.Primary));
        Assert.That(host.Provisioning.FindRegistration("node-01")!.Substatus, Is.EqualTo(RegistrationSubstatus.InitialAssignment));
        Assert.That(host.Provisioning.Find(group: false, "node-01"), Is.Not.Null);
        Assert.That(
            host.Fleet.ReadAudit("press-1", 10).Select(row => (row.Author, row.Action)), Has.Member(("provisioning/enrollments/node-01", "identity.create")));
    }

    [TestCase("true", "true", "deviceDataMigrated", """{"interval":9}""", """{"fw":"1"}""", TestName = "Who registers again keeps its data")]
    [TestCase("true", "false", "deviceDataReset", """{"interval":5}""", "{}", TestName = "Who registers again begins anew")]
    [TestCase("false", "false", "initialAssignment", """{"interval":9}""", """{"fw":"1"}""", TestName = "Who registers again is told the same")]
    public async Task Registering_again(string update, string migrate, string substatus, string desired, string reported)
    {
        Enrollment enrollment = await host.EnrolKey(
            "node-01",
            ""","initialTwin":{"properties":{"desired":{"interval":5}}},"reprovisionPolicy":"""
                + $$"""{"updateHubAssignment":{{update}},"migrateDeviceData":{{migrate}}}""");
        MqttConnect connect = host.NanoConnect("node-01", enrollment.Attestation.Primary);
        await host.RegisterDevice(connect);
        DeviceIdentity device = host.Fleet.FindIdentity("node-01")!;
        await host.Desire("node-01", """{"interval":9}""");
        await host.Fleet.PatchReported("node-01", (JsonObject)JsonNode.Parse("""{"fw":"1"}""")!, null, CancellationToken.None);
        long version = host.Fleet.FindTwin("node-01")!.Desired.Version;
        var (_, body) = await host.RegisterDevice(connect);
        var twin = host.Fleet.FindTwin("node-01")!;
        Assert.That((string?)body["registrationState"]!["substatus"], Is.EqualTo(substatus));
        Assert.That((twin.Desired.Properties.ToJsonString(), twin.Reported.Properties.ToJsonString()), Is.EqualTo((desired, reported)));
        Assert.That(twin.Desired.Version, Is.EqualTo(substatus == "deviceDataReset" ? version + 1 : version), "no version is used twice");
        Assert.That(host.Fleet.FindIdentity("node-01")!.GenerationId, Is.EqualTo(device.GenerationId));
    }

    [Test]
    public async Task A_device_that_was_deleted_is_made_again_and_one_that_was_disabled_stays_so()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        MqttConnect connect = host.NanoConnect("node-01", enrollment.Attestation.Primary);
        await host.RegisterDevice(connect);
        await host.Fleet.DeleteIdentity("node-01", null, "operator", CancellationToken.None);
        var (_, body) = await host.RegisterDevice(connect);
        Assert.That((string?)body["registrationState"]!["substatus"], Is.EqualTo("initialAssignment"));
        await host.Fleet.PutIdentity(host.Fleet.FindIdentity("node-01")! with { Enabled = false }, "*", "operator", CancellationToken.None);
        await host.RegisterDevice(connect);
        Assert.That(host.Fleet.FindIdentity("node-01")!.Enabled, Is.False);
    }

    [Test]
    public async Task A_groups_key_does_not_get_at_a_device_that_came_another_way()
    {
        Enrollment group = await host.EnrolKey("line", group: true);
        DeviceIdentity mine = await host.Register("press-1");
        var (status, body) = await host.RegisterDevice(host.NanoConnect("press-1", ProvisioningKeys.Derive(group.Attestation.Primary, "press-1")));
        Assert.That((status, (int)body["errorCode"]!), Is.EqualTo((409, ProvisioningErrors.DeviceTaken.Code)));
        Assert.That((string?)body["message"], Does.Contain("individual enrolment"));
        Assert.That((string?)body["timestampUtc"], Does.Match(@"\.\d{7}Z$"));
        Assert.That(host.Fleet.FindIdentity("press-1"), Is.EqualTo(mine));
    }

    [Test]
    public async Task DP4_A_disabled_enrolment_ends_the_registration()
    {
        Enrollment enrollment = await host.EnrolKey("node-01", ""","provisioningStatus":"disabled" """);
        var (status, body) = await host.RegisterDevice(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        Assert.That((status, (string?)body["status"]), Is.EqualTo((200, "disabled")));
        Assert.That(host.Fleet.FindIdentity("node-01"), Is.Null);
        await host.Log.Saw(4806);
    }

    [Test]
    public async Task DP4_A_bad_key_is_CONNACK_5_and_the_log_says_what_to_do()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        string wrong = Convert.ToBase64String(new byte[32]);
        Assert.That(await host.ConnectCode(host.NodeConnect("node-01", wrong)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "neither key of its enrolment");
        Assert.That(await host.ConnectCode(host.NodeConnect("nobody", wrong)), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "enrol it");
        Assert.That(await host.ConnectCode(host.NodeConnect("node-01", enrollment.Attestation.Primary, "0ne00000001")), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, $"this hub's is {host.Provisioning.IdScope}");
        MqttConnect late = host.NodeConnect("node-01", enrollment.Attestation.Primary);
        host.Time.Advance(TimeSpan.FromHours(25));
        Assert.That(await host.ConnectCode(late), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "in the past");
        Assert.That(await host.ConnectCode(late with { Password = "x"u8.ToArray() }), Is.EqualTo(MqttConnectReturnCode.BadUserNameOrPassword));
        Assert.That(await host.ConnectCode(late with { Password = null }), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        Assert.That(await host.ConnectCode(late with { ClientId = "other" }), Is.EqualTo(MqttConnectReturnCode.IdentifierRejected));
        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [TestCase("{", 400006)]
    [TestCase("[]", 400006)]
    [TestCase("""{"registrationId":"other"}""", 400004)]
    public async Task A_body_that_is_no_request_of_this_device_is_an_error_with_a_body(string body, int code)
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        var (status, answer) = await host.RegisterDevice(host.NanoConnect("node-01", enrollment.Attestation.Primary), body);
        Assert.That((status, (int)answer["errorCode"]!), Is.EqualTo((400, code)));
        Assert.That(answer.Select(member => member.Key), Is.EqualTo(new[] { "errorCode", "trackingId", "message", "timestampUtc" }));
    }

    [Test]
    public async Task An_operation_that_nobody_began_is_not_found_and_a_strange_topic_ends_the_connection()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        await using Wire wire = await host.Connect(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        await wire.Publish(ProvisioningHost.Status + "1&operationId=5.x");
        Assert.That((await ProvisioningHost.Next(wire, "1")).Status, Is.EqualTo(404));
        await wire.Send(new MqttSubscribe(7, [new MqttSubscription("devices/node-01/#", 1), new MqttSubscription("$dps/registrations/res/#", 2)]));
        await wire.Expect("90 04 00 07 80 01");
        await wire.Publish("devices/node-01/messages/events/", "hello");
        await wire.ExpectClosed();
        await host.Log.Saw(4805, "no request to provisioning");
    }

    [Test]
    public async Task Silence_ends_the_session_and_so_does_the_end_of_the_token()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        await using Wire nano = await host.Connect(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        await using Wire csharp = await host.Connect(host.CSharpConnect("node-01", enrollment.Attestation.Primary));
        await nano.ExpectQuiet();
        await csharp.ExpectQuiet();

        // A device has its answer before the hub waits for it again: until then the hub minds how long it took to send, which is less.
        await host.Time.UntilTimerIn(TimeSpan.FromSeconds(90));
        await host.Time.UntilTimerIn(1.5 * new GatewayOptions().LongestKeepAlive);
        host.Time.Advance(TimeSpan.FromSeconds(90));
        await nano.ExpectClosed();
        await csharp.ExpectQuiet();
        await host.Log.Saw(4805, "1.5 times the keep-alive");
    }

    [Test]
    public async Task What_may_pass_is_no_error_the_device_goes_on_asking()
    {
        Enrollment enrollment = await host.EnrolKey("node-01");
        await using Wire wire = await host.Connect(host.NanoConnect("node-01", enrollment.Attestation.Primary));
        Task<(int Status, JsonObject Body)> registering;
        using (host.BlockStore())
        {
            registering = ProvisioningHost.Complete(wire);
            await host.Log.Saw(4803, "503");
        }

        Assert.That((await registering).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_device_called_registrations_means_the_hub()
    {
        DeviceIdentity device = await host.Register("registrations");
        Assert.That(await host.ConnectCode(host.NodeConnect(device)), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    private async Task<bool> Opens(string deviceId) =>
        await host.ConnectCode(host.NodeConnect(host.Fleet.FindIdentity(deviceId)!)) == MqttConnectReturnCode.Accepted;

    private string Assigned(string operation, string id, string hub, string substatus)
    {
        string at = host.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'");
        return $$"""{"operationId":"{{operation}}","status":"assigned","registrationState":{"registrationId":"{{id}}","createdDateTimeUtc":"{{at}}","assignedHub":"{{hub}}","deviceId":"{{id}}","status":"assigned","substatus":"{{substatus}}","lastUpdatedDateTimeUtc":"{{at}}","etag":"AAAAAAAAAAE="}""" + "}";
    }

    private static string ByCertificate(string member, X509Certificate2 certificate) => new JsonObject
    {
        ["attestation"] = new JsonObject
        {
            ["type"] = "x509",
            ["x509"] = new JsonObject
            {
                [member] = new JsonObject { ["primary"] = new JsonObject { ["certificate"] = Convert.ToBase64String(certificate.RawData) } },
            },
        },
    }.ToJsonString();
}
