using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>What somebody who registers proved: under which enrolment, and how the hub will know the device.</summary>
/// <param name="Identity">Its way to authenticate, and nothing else.</param>
/// <param name="ValidUntil">When the proof ends and the connection with it.</param>
internal sealed record ProvisioningAdmission(RegistrationUserName Name, bool Group, string Enrollment, DeviceIdentity Identity, DateTimeOffset ValidUntil);

/// <summary>Enrolments and registrations: in memory over the store, changed only together with it.</summary>
internal sealed class ProvisioningService
{
    private readonly ConcurrentDictionary<(bool Group, string Id), Enrollment> enrollments;
    private readonly ConcurrentDictionary<string, Registration> registrations;
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>Whoever registers twice at a time is served one after the other; others share a turn only by chance.</summary>
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    private readonly IHubStore store;
    private readonly IProvisionedFleet fleet;
    private readonly TimeProvider time;
    private readonly ILogger<ProvisioningService> logger;

    public ProvisioningService(IHubStore store, IProvisionedFleet fleet, TimeProvider time, ILogger<ProvisioningService> logger)
    {
        this.store = store;
        this.fleet = fleet;
        this.time = time;
        this.logger = logger;
        StoredProvisioning stored = store.LoadProvisioning();
        IdScope = stored.IdScope;
        enrollments = new(stored.Enrollments.Select(enrollment => KeyValuePair.Create((enrollment.Group, enrollment.Id), enrollment)));
        registrations = new(stored.Registrations.Select(registration => KeyValuePair.Create(registration.Id, registration)), StringComparer.Ordinal);
        logger.Ready(IdScope, List(group: false).Count, List(group: true).Count, registrations.Count);
    }

    /// <summary>What devices say to mean this hub's provisioning.</summary>
    public string IdScope { get; }

    public Enrollment? Find(bool group, string id) => enrollments.GetValueOrDefault((group, id));

    /// <summary>Ordered by id.</summary>
    public IReadOnlyList<Enrollment> List(bool group) =>
        [.. enrollments.Values.Where(enrollment => enrollment.Group == group).OrderBy(enrollment => enrollment.Id, StringComparer.Ordinal)];

    public Registration? FindRegistration(string id) => registrations.GetValueOrDefault(id);

    /// <summary>Of the device that an individual enrolment let in; null where none has come, and for groups.</summary>
    public Registration? FindRegistration(Enrollment enrollment) =>
        !enrollment.Group && FindRegistration(enrollment.Id) is { Group: false } registration && registration.Enrollment == enrollment.Id ? registration : null;

    /// <summary>Of one enrolment, ordered by id.</summary>
    public IReadOnlyList<Registration> ListRegistrations(bool group, string enrollment) =>
    [
        .. registrations.Values.Where(registration => registration.Group == group && registration.Enrollment == enrollment)
            .OrderBy(registration => registration.Id, StringComparer.Ordinal),
    ];

    /// <summary>Creates (where <paramref name="ifMatch"/> is null) or changes an enrolment; keys left empty are made, or stay.</summary>
    public async Task<Enrollment> Put(Enrollment wanted, string? ifMatch, string author)
    {
        await writing.WaitAsync();
        try
        {
            Enrollment? before = Find(wanted.Group, wanted.Id);
            if (before is not null && ifMatch is null)
            {
                throw new HubException(
                    ProvisioningErrors.EnrollmentExists, $"There is an enrolment \"{wanted.Id}\" already. To update it, send If-Match with its ETag or \"*\".");
            }

            if (before is null && ifMatch is not null)
            {
                throw ProvisioningErrors.EnrollmentNotFound(wanted.Id, wanted.Group);
            }

            FleetErrors.CheckMatch(ifMatch, before?.ETag ?? "");
            DateTimeOffset now = time.GetUtcNow();
            Enrollment result = wanted with
            {
                Attestation = Complete(wanted.Attestation, before?.Attestation),
                ETag = before is null ? ETags.First : ETags.Next(before.ETag),
                CreatedAt = before?.CreatedAt ?? now,
                UpdatedAt = now,
            };
            await Write(
                new ProvisioningChange.PutEnrollment(result),
                new AuditRow(now, author, null, before is null ? "enrollment.create" : "enrollment.update", PathOf(result.Group, result.Id), null, null));
            enrollments[(result.Group, result.Id)] = result;
            return result;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Devices that registered under it stay what they are.</summary>
    public async Task Delete(bool group, string id, string? ifMatch, string author)
    {
        await writing.WaitAsync();
        try
        {
            Enrollment before = Find(group, id) ?? throw ProvisioningErrors.EnrollmentNotFound(id, group);
            FleetErrors.CheckMatch(ifMatch, before.ETag);
            await Write(
                new ProvisioningChange.DeleteEnrollment(group, id),
                new AuditRow(time.GetUtcNow(), author, null, "enrollment.delete", PathOf(group, id), null, null));
            enrollments.TryRemove((group, id), out _);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Forgets a registration; the device itself stays.</summary>
    public async Task DeleteRegistration(string id, string? ifMatch, string author)
    {
        SemaphoreSlim turn = Turn(id);
        await turn.WaitAsync();
        try
        {
            Registration before = FindRegistration(id) ?? throw new HubException(ProvisioningErrors.RegistrationNotFound, $"There is no registration \"{id}\".");
            FleetErrors.CheckMatch(ifMatch, before.ETag);
            await Write(
                new ProvisioningChange.DeleteRegistration(id),
                new AuditRow(time.GetUtcNow(), author, before.DeviceId, "registration.delete", id, null, null));
            registrations.TryRemove(id, out _);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Assigns a device to this hub. Device, twin and registration are durable when the task completes.</summary>
    /// <returns>The registration, or null where the enrolment is disabled.</returns>
    /// <exception cref="HubException">It cannot be, or not now.</exception>
    public async Task<(Registration? Registration, Enrollment Enrollment)> Register(ProvisioningAdmission admission, JsonNode? payload)
    {
        string id = admission.Name.RegistrationId;
        SemaphoreSlim turn = Turn(id);
        await turn.WaitAsync();
        try
        {
            Enrollment enrollment = Find(admission.Group, admission.Enrollment)
                ?? throw new HubException(HubError.Unauthorized, $"The enrolment \"{admission.Enrollment}\" has been deleted. Enrol the device again.");
            if (!enrollment.Enabled)
            {
                logger.Disabled(id, enrollment.Id);
                return (null, enrollment);
            }

            Registration? before = FindRegistration(id);
            Registration? result = null;
            string deviceId = enrollment.DeviceId ?? id;
            await fleet.Provision(
                deviceId,
                $"provisioning/{PathOf(enrollment.Group, enrollment.Id)}",
                existing =>
                {
                    (result, bool reset) = Decide(enrollment, before, id, deviceId, existing);
                    return new ProvisionedDevice(
                        admission.Identity, InitialTwin(enrollment), reset, ModelId(payload), result == before ? [] : [new ProvisioningChange.PutRegistration(result)]);
                },
                CancellationToken.None);
            registrations[id] = result!;
            logger.Assigned(id, deviceId, result!.Substatus.ToString(), enrollment.Id);
            return (result, enrollment);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>What a device's twin begins with, in the shape of a patch.</summary>
    public static JsonObject InitialTwin(Enrollment enrollment) => new()
    {
        ["tags"] = enrollment.Tags?.DeepClone() ?? new JsonObject(),
        ["properties"] = new JsonObject { ["desired"] = enrollment.Desired?.DeepClone() ?? new JsonObject() },
    };

    private (Registration Registration, bool Reset) Decide(
        Enrollment enrollment, Registration? before, string id, string deviceId, DeviceIdentity? existing)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool again = before?.DeviceId == deviceId && existing is not null;

        // Whoever has a group's key can sign for any name: it must not get at a device that did not come in through the group.
        if (existing is not null && enrollment.Group && !(again && IsOwn(enrollment, before!)))
        {
            throw new HubException(
                ProvisioningErrors.DeviceTaken,
                $"A device \"{deviceId}\" exists that did not register through group \"{enrollment.Id}\". Delete it, or give it an individual enrolment.");
        }

        RegistrationSubstatus substatus =
            !again ? RegistrationSubstatus.InitialAssignment
            : enrollment.Reprovision switch
            {
                ReprovisionPolicy.MigrateData => RegistrationSubstatus.DeviceDataMigrated,
                ReprovisionPolicy.ResetData => RegistrationSubstatus.DeviceDataReset,
                _ => before!.Substatus,
            };
        if (again && enrollment.Reprovision == ReprovisionPolicy.Never && IsOwn(enrollment, before!))
        {
            return (before!, false);
        }

        var registration = new Registration(
            id, enrollment.Group, enrollment.Id, deviceId, substatus, before is null ? ETags.First : ETags.Next(before.ETag), before?.CreatedAt ?? now, now);
        return (registration, again && enrollment.Reprovision == ReprovisionPolicy.ResetData);
    }

    /// <summary>Whether the enrolment let the device in, or takes over from one that is no more.</summary>
    private bool IsOwn(Enrollment enrollment, Registration before) =>
        (before.Group == enrollment.Group && before.Enrollment == enrollment.Id) || Find(before.Group, before.Enrollment) is null;

    private static string? ModelId(JsonNode? payload) =>
        payload is JsonObject members && members["modelId"] is JsonValue value && value.TryGetValue(out string? modelId) ? modelId : null;

    private static Attestation Complete(Attestation wanted, Attestation? before) => wanted.Type != AttestationType.SymmetricKey
        ? wanted
        : wanted with { Primary = KeyOr(wanted.Primary, before?.Type == wanted.Type ? before.Primary : null), Secondary = KeyOr(wanted.Secondary, before?.Type == wanted.Type ? before.Secondary : null) };

    private static string KeyOr(string given, string? before) => given.Length > 0 ? given : before ?? ProvisioningKeys.Make();

    private static string PathOf(bool group, string id) => (group ? "enrollmentGroups/" : "enrollments/") + id;

    private SemaphoreSlim Turn(string id) => turns[(uint)id.GetHashCode(StringComparison.Ordinal) % (uint)turns.Length];

    private async Task Write(StoreChange change, AuditRow row)
    {
        try
        {
            await store.Write([change, new StoreChange.AppendAudit(row)]);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }
}
