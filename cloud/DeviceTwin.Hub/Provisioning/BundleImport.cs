using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>
/// Takes nodes that were enrolled without the hub. A bundle is signed by an enrolment group's key; nothing of it counts where the signature does not. Each node by itself, and
/// in steps that are seen again when the bundle comes twice or was cut off: the last of them writes the bundle's mark into the twin's tags, and what bears it is passed over.
/// </summary>
internal sealed class BundleImport(ProvisioningService provisioning, IFleet fleet, IPlant plant, PlantMemory memory)
{
    private const string Purpose = "devicetwin-bundle-1";
    private const int SchemaVersion = 1;
    private const int MostNodes = 1000;
    private const string Reason = "bundle";

    // Two imports of one bundle at a time would both see nothing.
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <exception cref="HubException">It is no bundle, no enabled group of this hub signed it, or it was altered.</exception>
    public async Task<JsonObject> Import(JsonObject bundle, string author)
    {
        var (group, nodes) = Open(bundle);
        await turn.WaitAsync();
        try
        {
            var outcomes = new JsonArray();
            foreach (var node in nodes)
            {
                outcomes.Add(await Outcome(group, node, author));
            }

            return new JsonObject { ["group"] = group.Id, ["nodes"] = outcomes };
        }
        finally
        {
            turn.Release();
        }
    }

    private (Enrollment Group, IReadOnlyList<JsonObject> Nodes) Open(JsonObject bundle)
    {
        if (Text(bundle, "content") is not { } content || Text(bundle, "signature") is not { } signature || Text(bundle, "group") is not { } id
            || bundle["schemaVersion"] is not { } version || Json.Integer(version) != SchemaVersion)
        {
            throw Invalid("A bundle has schemaVersion 1, group, content and signature: hand over the file that `dtwin provision --bundle` wrote.");
        }

        // An unknown group, a disabled one and a wrong signature are told alike: nobody learns by trying which groups there are.
        if (provisioning.Find(group: true, id) is not { Enabled: true, Attestation.Type: AttestationType.SymmetricKey } group
            || !(IsSigned(group.Attestation.Primary, content, signature) || IsSigned(group.Attestation.Secondary, content, signature)))
        {
            throw Invalid("No enabled enrolment group of this hub signed the bundle as it is.");
        }

        try
        {
            return JsonNode.Parse(content) is JsonObject root && root["nodes"] is JsonArray list && list.Count <= MostNodes && list.All(node => node is JsonObject)
                ? (group, [.. list.Select(node => (JsonObject)node!)])
                : throw Invalid($"The content of a bundle is {{\"nodes\":[…]}} with at most {MostNodes} nodes.");
        }
        catch (JsonException)
        {
            throw Invalid("The content of the bundle is no JSON.");
        }
    }

    private static bool IsSigned(string groupKey, string content, string signature)
    {
        Span<byte> given = stackalloc byte[64];
        if (groupKey.Length == 0 || !Convert.TryFromBase64String(signature, given, out var length))
        {
            return false;
        }

        var key = HMACSHA256.HashData(Convert.FromBase64String(groupKey), Encoding.UTF8.GetBytes(Purpose));
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(content)), given[..length]);
    }

    private async Task<JsonObject> Outcome(Enrollment group, JsonObject node, string author)
    {
        var deviceId = Text(node, "deviceId") ?? "";
        try
        {
            var isNew = await Take(group, deviceId, node, author);
            return new JsonObject { ["deviceId"] = deviceId, ["outcome"] = isNew ? "taken" : "known" };
        }
        catch (HubException refusal)
        {
            return new JsonObject { ["deviceId"] = deviceId, ["outcome"] = "refused", ["error"] = refusal.Error.Name, ["message"] = refusal.Message };
        }
    }

    private async Task<bool> Take(Enrollment group, string deviceId, JsonObject node, string author)
    {
        if (!ProvisioningGate.IsRegistrationId(deviceId) || Text(node, "mark") is not { Length: > 0 } mark)
        {
            throw Invalid("A node of a bundle needs deviceId and mark.");
        }

        if (Mark(deviceId) == mark)
        {
            return false;
        }

        await Enrol(group, deviceId, author);
        await Place(deviceId, node, author);
        await fleet.PatchTwin(
            deviceId,
            new JsonObject
            {
                ["tags"] = new JsonObject { ["provisioning"] = new JsonObject { ["mark"] = mark, ["chipId"] = Text(node, "chipId"), ["bundle"] = group.Id } },
                ["properties"] = new JsonObject { ["desired"] = node["desired"] is JsonObject desired ? desired.DeepClone() : new JsonObject() },
            },
            ifMatch: null,
            author,
            CancellationToken.None);
        return true;
    }

    private string? Mark(string deviceId) => fleet.FindTwin(deviceId) is { } twin && twin.Tags["provisioning"] is JsonObject told ? Text(told, "mark") : null;

    // A node that was quicker than the bundle has registered through the group. Any other gets an identity and an enrolment of its own with the key that the kit derived.
    private async Task Enrol(Enrollment group, string deviceId, string author)
    {
        var registration = provisioning.FindRegistration(deviceId);
        var identity = fleet.FindIdentity(deviceId);
        if (identity is not null && registration is { Group: true } && registration.Enrollment == group.Id)
        {
            return;
        }

        var primary = ProvisioningKeys.Derive(group.Attestation.Primary, deviceId);
        var secondary = ProvisioningKeys.Derive(group.Attestation.Secondary, deviceId);
        var own = provisioning.Find(group: false, deviceId);
        if ((identity is not null && identity.PrimaryKey != primary) || (own is not null && own.Attestation.Primary != primary))
        {
            throw new HubException(ProvisioningErrors.DeviceTaken, $"There is another device \"{deviceId}\" already. Take it out of the bundle's plan, or give it another id.");
        }

        if (own is null)
        {
            var attestation = new Attestation(AttestationType.SymmetricKey, primary, secondary);
            await provisioning.Put(new Enrollment(false, deviceId, "", true, null, attestation, ReprovisionPolicy.MigrateData, null, null, null, default, default), ifMatch: null, author);
        }

        if (identity is null)
        {
            await fleet.PutIdentity(new DeviceIdentity(deviceId, "", "", true, primary, secondary, default), ifMatch: null, author, CancellationToken.None);
        }
    }

    private async Task Place(string deviceId, JsonObject node, string author)
    {
        if (Text(node, "point") is not { } point)
        {
            return;
        }

        var site = Needed(node, "site");
        var line = Needed(node, "line");
        var machine = Needed(node, "machineId");
        var facts = node["machine"]?.DeepClone() as JsonObject ?? [];
        facts["line"] = line;
        await Item(PlantLevel.Site, site, [], author);
        await Item(PlantLevel.Line, line, new JsonObject { ["site"] = site }, author);
        await Item(PlantLevel.Machine, machine, facts, author);
        await Item(PlantLevel.Point, point, new JsonObject { ["machine"] = machine }, author);
        if (memory.Current.PointOf(deviceId)?.Point != point)
        {
            await plant.Assign(point, deviceId, Reason, author, CancellationToken.None);
        }
    }

    private async Task Item(PlantLevel level, string id, JsonObject body, string author)
    {
        if (plant.Find(level, id) is not null)
        {
            return;
        }

        var problems = new List<string>();
        var item = PlantJson.Read(level, id, null, body, (_, problem) => problems.Add(problem));
        await plant.Put(item ?? throw Invalid(string.Join(' ', problems)), ifMatch: null, author, CancellationToken.None);
    }

    private static string Needed(JsonObject node, string name) => Text(node, name) ?? throw Invalid($"A node of a bundle that has a point needs {name}.");

    private static string? Text(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static HubException Invalid(string message) => new(HubError.ArgumentInvalid, message);
}
