using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>Enrolments, registrations, authorities and ways to authenticate come back as they were.</summary>
public sealed class ProvisioningTests
{
    private static readonly Enrollment Own = new(
        false,
        "node-01",
        ETags.First,
        true,
        "press-1",
        new Attestation(AttestationType.Certificate, "AAAA", ""),
        ReprovisionPolicy.ResetData,
        null,
        null,
        null,
        StoreFolder.Start,
        StoreFolder.Start.AddTicks(1));

    [Test]
    public async Task What_is_written_is_there_again()
    {
        using var folder = new StoreFolder();
        var group = Own with
        {
            Group = true,
            DeviceId = null,
            Enabled = false,
            Attestation = new Attestation(AttestationType.SymmetricKey, "a2V5", "a2V5Mg=="),
            Tags = Json.ParseObject("""{"site":"Größe"}"""),
            Desired = Json.ParseObject("""{"interval":20.0}"""),
            Payload = JsonValue.Create("hello"),
            Allocation = AllocationPolicy.GeoLatency,
            Hubs = ["localhost", "works:8883"],
            Information = """{"made":"Größe"}""",
        };
        var registration = new Registration("node-01", true, "node-01", "press-1", RegistrationSubstatus.DeviceDataReset, ETags.First, StoreFolder.Start, StoreFolder.Start);
        var authority = new RegisteredAuthority("works", "AAAA", ETags.First, StoreFolder.Start);
        var identity = StoreFolder.Identity("press-1") with
        {
            Authentication = AuthenticationType.SelfSigned,
            PrimaryKey = "",
            SecondaryKey = "",
            PrimaryThumbprint = new string('A', 40),
            SecondaryThumbprint = new string('B', 64),
        };
        string scope;
        using (var store = folder.Open())
        {
            scope = store.LoadProvisioning().IdScope;
            await store.Write(
            [
                new ProvisioningChange.PutEnrollment(Own), new ProvisioningChange.PutEnrollment(group), new ProvisioningChange.PutRegistration(registration),
                new ProvisioningChange.PutAuthority(authority), new StoreChange.PutIdentity(identity), new StoreChange.PutTwin(StoreFolder.Twin("press-1")),
            ]);
        }

        using var again = folder.Open();
        var stored = again.LoadProvisioning();
        Assert.That(stored.IdScope, Is.EqualTo(scope).And.Match("^0ne[0-9A-F]{8}$"));
        Assert.That(stored.Enrollments[0], Is.EqualTo(Own));
        var loaded = stored.Enrollments[1];
        Assert.That(
            (loaded.Tags!.ToJsonString(Json.Relaxed), loaded.Desired!.ToJsonString(), loaded.Payload!.ToJsonString()),
            Is.EqualTo(("""{"site":"Größe"}""", """{"interval":20.0}""", "\"hello\"")));
        Assert.That(loaded.Hubs, Is.EqualTo(group.Hubs));
        Assert.That(loaded with { Tags = group.Tags, Desired = group.Desired, Payload = group.Payload, Hubs = group.Hubs }, Is.EqualTo(group));
        Assert.That(stored.Registrations.Single(), Is.EqualTo(registration));
        Assert.That(stored.Authorities.Single(), Is.EqualTo(authority));
        Assert.That(again.Load().Identities.Single(), Is.EqualTo(identity));
    }

    [Test]
    public async Task What_is_deleted_is_gone_and_a_registration_outlives_its_device()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var registration = new Registration("node-01", false, "node-01", "press-1", default, ETags.First, StoreFolder.Start, StoreFolder.Start);
        await store.Write(
        [
            new ProvisioningChange.PutEnrollment(Own), new ProvisioningChange.PutRegistration(registration),
            new ProvisioningChange.PutAuthority(new RegisteredAuthority("works", "AAAA", ETags.First, StoreFolder.Start)),
        ]);
        await store.Write([new StoreChange.DeleteDevice("press-1"), new ProvisioningChange.DeleteEnrollment(true, "node-01")]);
        var stored = store.LoadProvisioning();
        Assert.That((stored.Enrollments.Count, stored.Registrations.Count), Is.EqualTo((1, 1)));
        await store.Write(
            [new ProvisioningChange.DeleteEnrollment(false, "node-01"), new ProvisioningChange.DeleteRegistration("node-01"), new ProvisioningChange.DeleteAuthority("works")]);
        stored = store.LoadProvisioning();
        Assert.That((stored.Enrollments.Count, stored.Registrations.Count, stored.Authorities.Count), Is.EqualTo((0, 0, 0)));
    }
}
