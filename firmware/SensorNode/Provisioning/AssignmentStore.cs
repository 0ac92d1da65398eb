using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// What the provisioning service said last, as the file <c>assignment</c>: <c>{"hubHost","hubPort","deviceId"}</c>. A node that has it
/// needs the service no more until the hub refuses it.
/// </summary>
public sealed class AssignmentStore
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "assignment";

    private const int MaximumLength = 1024;

    private readonly IFiles _files;

    public AssignmentStore(IFiles files)
    {
        _files = files;
    }

    /// <summary>The hub's name; null where there is no assignment.</summary>
    public string HubHost { get; private set; }

    /// <summary>The hub's port.</summary>
    public int HubPort { get; private set; }

    /// <summary>The node's name at the hub.</summary>
    public string DeviceId { get; private set; }

    /// <summary>Reads the assignment.</summary>
    /// <returns>Whether there is a good one. A damaged one is none: the service is asked again.</returns>
    public bool Load()
    {
        byte[] content;
        try
        {
            content = _files.Read(FileName);
        }
        catch (Exception)
        {
            return false;
        }

        return content != null && Parse(content)
            && IdentityStore.IsHost(HubHost) && IdentityStore.IsDeviceId(DeviceId) && HubPort >= 1 && HubPort <= 65535;
    }

    /// <summary>Writes an assignment.</summary>
    /// <returns>Whether it is durable.</returns>
    public bool Save(string hubHost, int hubPort, string deviceId)
    {
        var writer = new JsonWriter(256, MaximumLength);
        writer.StartObject();
        writer.Member("hubHost", hubHost);
        writer.Member("hubPort", hubPort);
        writer.Member("deviceId", deviceId);
        writer.EndObject();
        try
        {
            _files.Write(FileName, writer.ToArray());
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private bool Parse(byte[] content)
    {
        var reader = new JsonReader();
        reader.Start(content, content.Length);
        if (reader.Next() != JsonToken.ObjectStart)
        {
            return false;
        }

        JsonToken token = reader.Next();
        while (token == JsonToken.Name)
        {
            string name = reader.Text();
            token = reader.Next();
            if (name == "hubHost" && token == JsonToken.String)
            {
                HubHost = reader.Text();
            }
            else if (name == "deviceId" && token == JsonToken.String)
            {
                DeviceId = reader.Text();
            }
            else if (name == "hubPort" && token == JsonToken.Integer && reader.Integer >= 0 && reader.Integer <= 65535)
            {
                HubPort = (int)reader.Integer;
            }

            if (!reader.Skip(token))
            {
                return false;
            }

            token = reader.Next();
        }

        return token == JsonToken.ObjectEnd && reader.Next() == JsonToken.End;
    }
}
