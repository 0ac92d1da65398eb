using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>Identities without a hub: keys of an enrolment group that the hub knows, and a signed bundle that it takes later. What the node does at the hub is left out.</summary>
public sealed class BundleEnrolment : IEnrolment
{
    private readonly Lock gate = new();
    private readonly BundleKit kit;
    private readonly string path;
    private readonly SecretStore secrets;
    private readonly Dictionary<string, JsonObject> nodes = new(StringComparer.Ordinal);

    /// <param name="kit">The enrolment group.</param>
    /// <param name="path">The bundle; what is in it stays.</param>
    /// <param name="secrets">Of the plant.</param>
    /// <exception cref="IOException">The bundle cannot be read, or is not the kit's.</exception>
    public BundleEnrolment(BundleKit kit, string path, SecretStore secrets)
    {
        this.kit = kit;
        this.path = path;
        this.secrets = secrets;
        foreach (var node in File.Exists(path) ? NodeBundle.Read(File.ReadAllText(path), kit) : [])
        {
            nodes[(string)node["deviceId"]!] = node;
        }
    }

    /// <inheritdoc/>
    public Milestones Skipped => Milestones.Connected | Milestones.Placed | Milestones.InSync;

    /// <inheritdoc/>
    public Task Enrol(PlanRow row, string chipId, CancellationToken cancellation)
    {
        var node = secrets.Require(row.DeviceId);
        lock (gate)
        {
            if (nodes.TryGetValue(row.DeviceId, out var there) && (string?)there["mark"] != node.Mark)
            {
                throw new BoardFaultException(Diagnosis.IdInUse, $"{row.DeviceId} is in the bundle already, and not by this computer's store.");
            }

            secrets.Change(row.DeviceId, now => now with { Key = kit.DeviceKey(row.DeviceId) });
            nodes[row.DeviceId] = Describe(row, node.Mark, chipId);
            PrivateFile.Write(path, NodeBundle.Write(kit, nodes.Values));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StagedText>> Texts(PlanRow row, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<StagedText>>(
    [
        new(StagedField.Kind, "dps"),
        new(StagedField.DeviceId, null),
        new(StagedField.Key, kit.DeviceKey(row.DeviceId)),
        new(StagedField.Certificate, null),
        new(StagedField.CertificateKey, null),
        new(StagedField.RegistrationId, row.DeviceId),
        new(StagedField.IdScope, kit.Hub.IdScope),
        new(StagedField.DpsHost, kit.Hub.Host),
        new(StagedField.DpsPort, kit.Hub.Port.ToString(CultureInfo.InvariantCulture)),
        new(StagedField.HubHost, null),
        new(StagedField.HubPort, kit.Hub.Port.ToString(CultureInfo.InvariantCulture)),
        new(StagedField.TimeServer, kit.Hub.TimeServer),
        new(StagedField.CertificateAuthority, kit.Hub.Authority),
    ]);

    /// <inheritdoc/>
    public Task Place(PlanRow row, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<bool> IsInSync(PlanRow row, CancellationToken cancellation) => Task.FromResult(true);

    /// <inheritdoc/>
    public Task<BoardFaultException?> LookAtHub(CancellationToken cancellation) => Task.FromResult<BoardFaultException?>(null);

    private static JsonObject Describe(PlanRow row, string mark, string chipId) => new()
    {
        ["deviceId"] = row.DeviceId,
        ["chipId"] = chipId,
        ["mark"] = mark,
        ["site"] = row.Place.Site,
        ["line"] = row.Place.Line,
        ["machine"] = HubEnrolment.Machine(row),
        ["machineId"] = row.Place.Machine,
        ["point"] = row.Place.Point,
        ["desired"] = PlanSettings.Desired(row),
    };
}
