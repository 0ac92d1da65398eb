using System.Security.Cryptography;
using System.Text.Json;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>What only the plant knows of a node. Written before the hub or the board hear of it, so that an interrupted run knows its own work again.</summary>
/// <param name="DeviceId">Its name at the hub.</param>
/// <param name="Secret">Opens its technician's port: base64 of 32 bytes.</param>
/// <param name="Mark">Stands in the twin's tag <c>provisioning.mark</c>: no secret, and no other tool's.</param>
/// <param name="Key">Base64: of the device, or of its enrolment.</param>
public sealed record NodeSecrets(string DeviceId, string Secret, string Mark, string Key)
{
    /// <summary>The chip that has the secret; null before one was told.</summary>
    public string? ChipId { get; init; }

    /// <summary>PEM of the node's certificate; null where it has none yet.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM of the key of <see cref="Certificate"/>, made on this computer.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Never a secret.</summary>
    public override string ToString() => DeviceId;
}

/// <summary>The plant's secrets of its nodes: one JSON file that nobody but its owner may read, replaced as a whole.</summary>
public sealed class SecretStore
{
    private const int SecretBytes = 32;
    private const int MarkBytes = 8;
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly Lock gate = new();
    private readonly string path;
    private readonly Dictionary<string, NodeSecrets> nodes;

    private SecretStore(string path, Dictionary<string, NodeSecrets> nodes)
    {
        this.path = path;
        this.nodes = nodes;
    }

    /// <exception cref="IOException">It cannot be read, others may read it, or it is no such store.</exception>
    public static SecretStore Open(string path)
    {
        try
        {
            var nodes = File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, NodeSecrets>>(PrivateFile.Read(path), Form) : null;
            return new SecretStore(path, nodes ?? []);
        }
        catch (JsonException)
        {
            throw new IOException($"'{path}' is no store of node secrets. Name another with --secrets.");
        }
    }

    /// <summary>What is known of a node, or null.</summary>
    public NodeSecrets? Find(string deviceId)
    {
        lock (gate)
        {
            return nodes.GetValueOrDefault(deviceId);
        }
    }

    /// <summary>Secrets that may open a chip's port, the likeliest first.</summary>
    public IReadOnlyList<string> For(string deviceId, string chipId)
    {
        lock (gate)
        {
            return [.. nodes.Values.OrderByDescending(node => node.DeviceId == deviceId).Where(node => node.DeviceId == deviceId || node.ChipId == chipId).Select(node => node.Secret).Distinct()];
        }
    }

    /// <summary>What is known of a node; made, and on the disk, where nothing was.</summary>
    public NodeSecrets Require(string deviceId)
    {
        lock (gate)
        {
            return nodes.GetValueOrDefault(deviceId) ?? Put(new NodeSecrets(deviceId, Random(SecretBytes), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes)), Random(SecretBytes)));
        }
    }

    /// <summary>Keeps something; it is on the disk when this returns.</summary>
    /// <param name="deviceId">Of a node that is known.</param>
    /// <param name="change">What becomes of it.</param>
    public NodeSecrets Change(string deviceId, Func<NodeSecrets, NodeSecrets> change)
    {
        lock (gate)
        {
            var before = Require(deviceId);
            var after = change(before);
            return after == before ? before : Put(after);
        }
    }

    private NodeSecrets Put(NodeSecrets node)
    {
        nodes[node.DeviceId] = node;
        PrivateFile.Write(path, JsonSerializer.Serialize(nodes, Form));
        return node;
    }

    private static string Random(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
}
