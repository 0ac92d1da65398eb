using System.Text.Json.Nodes;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The unmodified npm package azure-iot-provisioning-service, on port 443, against one hub for the fixture; each test takes ids of its own.</summary>
[TestFixture]
public sealed class NodeProvisioningServiceSdkTests
{
    private HubFixture hub = null!;
    private ServiceSession sdk = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        hub = await StandardPort.Start();
        sdk = ServiceSession.Start(hub, "provisioningserviceowner", "azure-iot-provisioning-service");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (sdk is not null)
        {
            await sdk.DisposeAsync();
        }

        if (hub is not null)
        {
            await hub.DisposeAsync();
        }
    }

    [Test]
    public async Task RE5_An_individual_enrolment_from_its_making_to_its_end()
    {
        const string Wanted = """
            "registrationId":"e-1","deviceId":"press-1","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"","secondaryKey":""}},
            "initialTwin":{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}},"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":true},
            "allocationPolicy":"static","provisioningStatus":"enabled"
            """;
        JsonNode made = (await sdk.Call("provisioning.createOrUpdateIndividualEnrollment", $"[{{{Wanted}}}]"))!;
        Assert.That((string?)made["initialTwin"]!["tags"]!["site"], Is.EqualTo("A"));
        string key = (string)made["attestation"]!["symmetricKey"]!["primaryKey"]!;
        Assert.That(Convert.FromBase64String(key), Has.Length.EqualTo(32));
        Assert.That((await sdk.Call("provisioning.getIndividualEnrollment", """["e-1"]"""))!.ToJsonString(), Is.EqualTo(made.ToJsonString()));
        JsonNode attestation = (await sdk.Call("provisioning.getIndividualEnrollmentAttestationMechanism", """["e-1"]"""))!;
        Assert.That((string?)attestation["symmetricKey"]!["primaryKey"], Is.EqualTo(key));

        // What was read is written back with its etag, quotes and all.
        made["initialTwin"]!["tags"]!["site"] = "B";
        JsonNode changed = (await sdk.Call("provisioning.createOrUpdateIndividualEnrollment", $"[{made.ToJsonString()}]"))!;
        Assert.That(((string?)changed["initialTwin"]!["tags"]!["site"], (string?)changed["attestation"]!["symmetricKey"]!["primaryKey"]), Is.EqualTo(("B", key)));
        await sdk.Refused("provisioning.createOrUpdateIndividualEnrollment", $"[{made.ToJsonString()}]", "InvalidEtagError", "412001");
        await sdk.Refused("provisioning.deleteIndividualEnrollment", $"[{made.ToJsonString()}]", "InvalidEtagError", "412001");
        await sdk.Refused("provisioning.getIndividualEnrollment", """["e-none"]""", "Error", "Not found");
        await sdk.Refused("provisioning.createOrUpdateIndividualEnrollment", """[{"registrationId":"e-2","attestation":{"type":"tpm","tpm":{"endorsementKey":"x"}}}]""", "ArgumentError", "tpm");

        // The unmodified device client is assigned what the unmodified service client said.
        await sdk.Refused("provisioning.getDeviceRegistrationState", """["e-1"]""", "Error", "Not found");
        await using (OutsideProgram node = OutsideProgram.NodeTrusting(
            hub.AuthorityFile, "provisioning-session.js", "azure-iot-provisioning-device-mqtt", $"localhost:{hub.MqttPort}", hub.Application.IdScope, "e-1", "key", key))
        {
            await node.Expect("assigned press-1 assigned initialAssignment undefined");
        }

        JsonNode state = (await sdk.Call("provisioning.getDeviceRegistrationState", """["e-1"]"""))!;
        Assert.That(((string?)state["deviceId"], (string?)state["status"], (string?)state["substatus"]), Is.EqualTo(("press-1", "assigned", "initialAssignment")));
        Assert.That(await sdk.Call("provisioning.deleteDeviceRegistrationState", $"[{state.ToJsonString()}]"), Is.Null);
        await sdk.Refused("provisioning.getDeviceRegistrationState", """["e-1"]""", "Error", "Not found");
        Assert.That(await sdk.Call("provisioning.deleteIndividualEnrollment", $"[{changed.ToJsonString()}]"), Is.Null);
        await sdk.Refused("provisioning.getIndividualEnrollment", """["e-1"]""", "Error", "Not found");
        await sdk.Refused("provisioning.deleteIndividualEnrollment", """["e-1"]""", "Error", "Not found");
    }

    [Test]
    public async Task RE5_A_group_and_the_registrations_under_it()
    {
        string key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
        JsonNode made = (await sdk.Call(
            "provisioning.createOrUpdateEnrollmentGroup",
            $$$"""[{"enrollmentGroupId":"g-1","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"{{{key}}}","secondaryKey":"{{{key}}}"} },"provisioningStatus":"enabled"}]"""))!;
        Assert.That((await sdk.Call("provisioning.getEnrollmentGroup", """["g-1"]"""))!.ToJsonString(), Is.EqualTo(made.ToJsonString()));
        Assert.That((string?)(await sdk.Call("provisioning.getEnrollmentGroupAttestationMechanism", """["g-1"]"""))!["symmetricKey"]!["primaryKey"], Is.EqualTo(key));
        await using (OutsideProgram node = OutsideProgram.NodeTrusting(
            hub.AuthorityFile, "provisioning-session.js", "azure-iot-provisioning-device-mqtt", $"localhost:{hub.MqttPort}", hub.Application.IdScope, "g-1-node", "key", ProvisioningKeys.Derive(key, "g-1-node")))
        {
            await node.Expect("assigned g-1-node assigned initialAssignment undefined");
        }

        JsonArray pages = (await sdk.Call(
            "pages.raw", """["provisioning","createEnrollmentGroupDeviceRegistrationStateQuery",{"query":"SELECT * FROM enrollments"},"g-1",5]"""))!.AsArray();
        Assert.That(pages.Single()!.AsArray().Select(state => (string?)state!["registrationId"]), Is.EqualTo(new[] { "g-1-node" }));
        Assert.That(await sdk.Call("provisioning.deleteEnrollmentGroup", $"[{made.ToJsonString()}]"), Is.Null);
        await sdk.Refused("provisioning.getEnrollmentGroup", """["g-1"]""", "Error", "Not found");
    }

    [Test]
    public async Task RE5_Queries_page_to_the_end()
    {
        for (int index = 0; index < 5; index++)
        {
            await sdk.Call("provisioning.createOrUpdateIndividualEnrollment", $$"""[{"registrationId":"p-{{index}}","attestation":{"type":"symmetricKey"} }]""");
            await sdk.Call("provisioning.createOrUpdateEnrollmentGroup", $$"""[{"enrollmentGroupId":"pg-{{index}}","attestation":{"type":"symmetricKey"} }]""");
        }

        await Pages("createIndividualEnrollmentQuery", "SELECT * FROM enrollments", "registrationId", "p-");
        await Pages("createEnrollmentGroupQuery", "SELECT * FROM enrollmentGroups", "enrollmentGroupId", "pg-");
        await sdk.Refused("pages.raw", """["provisioning","createIndividualEnrollmentQuery",{"query":"nonsense"}]""", "ArgumentError", "400004");

        async Task Pages(string method, string query, string id, string prefix)
        {
            JsonArray pages = (await sdk.Call("pages.raw", $$"""["provisioning","{{method}}",{"query":"{{query}}"},2]"""))!.AsArray();
            Assert.That(pages.Select(page => page!.AsArray().Count), Has.All.InRange(1, 2));
            Assert.That(
                pages.SelectMany(page => page!.AsArray()).Select(one => (string?)one![id]).Where(name => name!.StartsWith(prefix, StringComparison.Ordinal)),
                Is.EqualTo(Enumerable.Range(0, 5).Select(index => $"{prefix}{index}")));
        }
    }

    [Test]
    public async Task RE5_Enrolments_in_bulk()
    {
        const string Two = """{"registrationId":"b-1","attestation":{"type":"symmetricKey"}},{"registrationId":"b-2","attestation":{"type":"symmetricKey"}}""";
        Assert.That(await Bulk("create", Two), Is.EqualTo("""{"isSuccessful":true,"errors":[]}"""));
        JsonNode failed = JsonNode.Parse(await Bulk("create", Two + """,{"registrationId":"b-3","attestation":{"type":"tpm","tpm":{"endorsementKey":"x"}}}"""))!;
        Assert.That((bool?)failed["isSuccessful"], Is.False, "which is no error of the call");
        Assert.That(failed["errors"]!.AsArray().Select(error => (string?)error!["registrationId"]), Is.EquivalentTo(new[] { "b-1", "b-2", "b-3" }));
        JsonNode one = (await sdk.Call("provisioning.getIndividualEnrollment", """["b-1"]"""))!;
        one["provisioningStatus"] = "disabled";
        Assert.That(await Bulk("updateIfMatchETag", one.ToJsonString()), Is.EqualTo("""{"isSuccessful":true,"errors":[]}"""));
        Assert.That((string?)(await sdk.Call("provisioning.getIndividualEnrollment", """["b-1"]"""))!["provisioningStatus"], Is.EqualTo("disabled"));
        Assert.That((bool?)JsonNode.Parse(await Bulk("updateIfMatchETag", one.ToJsonString()))!["isSuccessful"], Is.False, "its etag is of before");
        Assert.That(await Bulk("delete", """{"registrationId":"b-1"},{"registrationId":"b-2"}"""), Is.EqualTo("""{"isSuccessful":true,"errors":[]}"""));
        await sdk.Refused("provisioning.getIndividualEnrollment", """["b-2"]""", "Error", "Not found");

        async Task<string> Bulk(string mode, string enrollments) =>
            (await sdk.Call("provisioning.runBulkEnrollmentOperation", $$"""[{"mode":"{{mode}}","enrollments":[{{enrollments}}]}]"""))!.ToJsonString();
    }

    [Test]
    public async Task RE5_RE4_The_services_owner_has_nothing_to_do_with_devices()
    {
        await using ServiceSession stranger = ServiceSession.Start(hub, "registryRead", "azure-iot-provisioning-service");
        await stranger.Refused("provisioning.getIndividualEnrollment", """["e-none"]""", "UnauthorizedError", "registryRead");
        await sdk.Refused("registry.get", """["e-none"]""", "UnauthorizedError", "provisioningserviceowner");
    }
}
