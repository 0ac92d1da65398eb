using System.Text.Json.Nodes;

namespace DeviceTwin.Storage;

/// <summary>Which devices may register themselves, how they prove who they are, and what they are given.</summary>
/// <param name="Group">Stands for many devices; otherwise for the one whose registration id is <paramref name="Id"/>.</param>
/// <param name="DeviceId">What the device is called on the hub; null = as its registration. Never set for a group.</param>
/// <param name="Tags">Of a new device's twin; null = none. Must not be changed by anyone.</param>
/// <param name="Desired">Of a new device's twin; null = none. Must not be changed by anyone.</param>
/// <param name="Payload">Handed to the device with its assignment; null = nothing. Must not be changed by anyone.</param>
public sealed record Enrollment(
    bool Group,
    string Id,
    string ETag,
    bool Enabled,
    string? DeviceId,
    Attestation Attestation,
    ReprovisionPolicy Reprovision,
    JsonObject? Tags,
    JsonObject? Desired,
    JsonNode? Payload,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>How the hub of a device would be chosen if there were several.</summary>
    public AllocationPolicy Allocation { get; init; }

    /// <summary>The names of hubs that devices may come to, as written; null = not said.</summary>
    public IReadOnlyList<string>? Hubs { get; init; }

    /// <summary>What somebody keeps with the enrolment, as JSON text; null = nothing.</summary>
    public string? Information { get; init; }
}

/// <summary>Azure's ways to choose a hub; with one hub they lead to the same. The numbers are stored.</summary>
public enum AllocationPolicy
{
    Static = 0,
    Hashed = 1,
    GeoLatency = 2,
}

/// <summary>How a registration is proved.</summary>
/// <param name="Primary">
/// A key (base64), a certificate (base64 of its DER), or the name of a registered authority; a group's is what its devices' derive from.
/// </param>
/// <param name="Secondary">Holds just as well; empty where there is none.</param>
public sealed record Attestation(AttestationType Type, string Primary, string Secondary);

/// <summary>The numbers are stored.</summary>
public enum AttestationType
{
    SymmetricKey = 0,

    /// <summary>The device's certificate; of a group, a certificate that signs those of its devices.</summary>
    Certificate = 1,

    /// <summary>An authority registered with the hub signs the devices' certificates.</summary>
    AuthorityReference = 2,
}

/// <summary>What becomes of the twin of a device that registers again. The numbers are stored.</summary>
public enum ReprovisionPolicy
{
    /// <summary>It stays as it is.</summary>
    MigrateData = 0,

    /// <summary>It begins anew with what the enrolment says; what the device sent in is kept.</summary>
    ResetData = 1,

    /// <summary>The device is told of its first assignment again.</summary>
    Never = 2,
}

/// <summary>A device that has registered itself, and the outcome.</summary>
/// <param name="Enrollment">The id of the enrolment that let it in.</param>
public sealed record Registration(
    string Id,
    bool Group,
    string Enrollment,
    string DeviceId,
    RegistrationSubstatus Substatus,
    string ETag,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>What the last registration did. The numbers are stored.</summary>
public enum RegistrationSubstatus
{
    InitialAssignment = 0,
    DeviceDataMigrated = 1,
    DeviceDataReset = 2,
}

/// <summary>An authority of somebody else's whose device certificates the hub takes.</summary>
/// <param name="Certificate">Base64 of its DER.</param>
public sealed record RegisteredAuthority(string Name, string Certificate, string ETag, DateTimeOffset CreatedAt);

/// <summary>What the store held of provisioning when it was opened.</summary>
/// <param name="IdScope">Which provisioning service this is; made once with the database.</param>
public sealed record StoredProvisioning(
    string IdScope,
    IReadOnlyList<Enrollment> Enrollments,
    IReadOnlyList<Registration> Registrations,
    IReadOnlyList<RegisteredAuthority> Authorities);

/// <summary>Enrolments, registrations and authorities.</summary>
public interface IProvisioningStore
{
    StoredProvisioning LoadProvisioning();
}

/// <summary>The changes of provisioning.</summary>
public static class ProvisioningChange
{
    public sealed record PutEnrollment(Enrollment Enrollment) : StoreChange;

    public sealed record DeleteEnrollment(bool Group, string Id) : StoreChange;

    public sealed record PutRegistration(Registration Registration) : StoreChange;

    public sealed record DeleteRegistration(string Id) : StoreChange;

    public sealed record PutAuthority(RegisteredAuthority Authority) : StoreChange;

    public sealed record DeleteAuthority(string Name) : StoreChange;
}
