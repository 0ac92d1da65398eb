using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Provisioning;

/// <summary>The unmodified npm packages azure-iot-provisioning-device (+mqtt), -symmetric-key and -x509, and azure-iot-device with a certificate.</summary>
[TestFixture]
public class NodeSdkProvisioningTests
{
    private GatewayHost host = null!;
    private DirectoryInfo folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start(time: TimeProvider.System);
        folder = Directory.CreateTempSubdirectory("devicetwin-provisioning-");
    }

    [TearDown]
    public async Task TearDown()
    {
        await host.DisposeAsync();
        folder.Delete(true);
    }

    [Test]
    public async Task DP1_DP3_A_device_with_a_groups_key_registers_and_connects()
    {
        Enrollment group = await host.EnrolKey(
            "line", ""","payload":{"hello":"device"},"initialTwin":{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}}""", group: true);
        await using OutsideProgram node = Start("node-01", "key", ProvisioningKeys.Derive(group.Attestation.Primary, "node-01"));
        await node.Expect("""assigned node-01 assigned initialAssignment {"hello":"device"}""");
        await node.Expect($"hub localhost:{host.Port}");
        await node.Expect("""twin {"interval":5,"$version":2}""");
        await node.Expect("sent");
        await node.Expect("closed");
        Assert.That(host.Fleet.FindTwin("node-01")!.ModelId, Is.EqualTo("dtmi:com:example:Thermostat;1"));
        Assert.That(host.Fleet.ReadTelemetry("node-01", null, 1), Has.Count.EqualTo(1));
        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [Test]
    public async Task DP2_A_device_with_a_certificate_of_the_plant_registers_and_connects_with_it()
    {
        await host.Enrol("plant-devices", """{"attestation":{"type":"x509","x509":{"caReferences":{"primary":"plant"}}}}""", group: true);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = host.Certificates.IssueDevice("press-1", new PublicKey(key), TimeSpan.FromDays(9)).Device;
        string certificateFile = Path.Combine(folder.FullName, "press-1.pem");
        string keyFile = Path.Combine(folder.FullName, "press-1-key.pem");
        await File.WriteAllTextAsync(certificateFile, issued.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await using OutsideProgram node = Start("press-1", "x509", certificateFile, keyFile);
        await node.Expect("assigned press-1 assigned initialAssignment undefined");
        await node.Expect($"hub localhost:{host.Port}");
        await node.Expect("""twin {"$version":1}""");
        await node.Expect("sent");
        await node.Expect("closed");
        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [Test]
    public async Task DP4_A_disabled_enrolment_and_a_taken_name_are_errors_to_the_client()
    {
        Enrollment disabled = await host.EnrolKey("off", ""","provisioningStatus":"disabled" """);
        await using OutsideProgram refused = Start("off", "key", disabled.Attestation.Primary);
        Assert.That(await refused.Next(), Does.StartWith("error SyntaxError: status is disabled"));
        Enrollment group = await host.EnrolKey("line", group: true);
        await host.Register("press-1");
        await using OutsideProgram taken = Start("press-1", "key", ProvisioningKeys.Derive(group.Attestation.Primary, "press-1"));
        Assert.That(await taken.Next(), Does.StartWith("error Error: ").And.Contain("409523").And.Contain("individual enrolment"));
    }

    [Test]
    public async Task DP4_A_bad_key_is_an_error_to_the_client()
    {
        await host.EnrolKey("node-01");
        await using OutsideProgram node = Start("node-01", "key", Convert.ToBase64String(new byte[32]));
        Assert.That(await node.Next(), Does.Contain("Not authorized"));
    }

    private OutsideProgram Start(string registrationId, params string[] proof) => OutsideProgram.NodeTrusting(
        host.AuthorityFile,
        "provisioning-session.js",
        "azure-iot-provisioning-device-mqtt",
        [$"localhost:{host.Port}", host.Provisioning.IdScope, registrationId, .. proof]);
}
