using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>
/// What a computer takes along to enrol nodes where no hub is in reach: an enrolment group of the hub with its key, and what nodes are to be told of the hub. A file that
/// nobody else may read: who has it can enrol nodes, until the group is disabled or deleted at the hub.
/// </summary>
/// <param name="Group">Id of the enrolment group.</param>
/// <param name="Key">The group's primary key in base64.</param>
/// <param name="Hub">What nodes are told.</param>
public sealed record BundleKit(string Group, string Key, HubFacts Hub)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Never the key.</summary>
    public override string ToString() => Group;

    /// <summary>A node's own key, as the hub derives it, too.</summary>
    public string DeviceKey(string registrationId) => Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(registrationId)));

    /// <exception cref="IOException">It cannot be read, others may read it, or it is no kit.</exception>
    public static BundleKit Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<BundleKit>(PrivateFile.Read(path), Form) is { Group.Length: > 0, Key.Length: > 0, Hub: not null } kit
                ? kit
                : throw new IOException($"'{path}' is no kit.");
        }
        catch (JsonException)
        {
            throw new IOException($"'{path}' is no kit. `dtwin bundle kit` writes one.");
        }
    }

    /// <summary>Keeps it.</summary>
    public void Write(string path) => PrivateFile.Write(path, JsonSerializer.Serialize(this, Form));
}
