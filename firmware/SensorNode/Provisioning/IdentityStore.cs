using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The node's identity as the file <c>identity</c>:
/// <c>{"deviceId","hubHost","hubPort","key","ca","tokenLifetimeSeconds","timeServer","network","networkPassword"}</c>.
/// Only the device, the hub, the key and the authority must be there.
/// </summary>
public sealed class IdentityStore
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "identity";

    private const string PemStart = "-----BEGIN CERTIFICATE-----";
    private const string DeviceIdSigns = "-.+%_#*?!(),:=@$'";

    private readonly IFiles _files;

    public IdentityStore(IFiles files)
    {
        _files = files;
    }

    /// <summary>Why the last <see cref="Load"/> gave nothing: a word of <see cref="IdentityRefusal"/>.</summary>
    public string Refusal { get; private set; } = IdentityRefusal.None;

    /// <summary>Reads and checks the identity.</summary>
    /// <returns>The identity, or null; <see cref="Refusal"/> then says why.</returns>
    public NodeIdentity Load()
    {
        byte[] content = Read();
        if (content == null)
        {
            Refusal = IdentityRefusal.Missing;
            return null;
        }

        var identity = new NodeIdentity();
        Refusal = Parse(content, identity) ? Judge(identity) : IdentityRefusal.Malformed;
        return Refusal == IdentityRefusal.None ? identity : null;
    }

    /// <summary>What is wrong with an identity: a word of <see cref="IdentityRefusal"/>, empty where nothing is.</summary>
    public static string Judge(NodeIdentity identity)
    {
        if (!IsName(identity.DeviceId, DeviceIdSigns, 128))
        {
            return IdentityRefusal.DeviceId;
        }

        if (!IsName(identity.HubHost, "-.", 253))
        {
            return IdentityRefusal.HubHost;
        }

        if (identity.HubPort < 1 || identity.HubPort > 65535)
        {
            return IdentityRefusal.HubPort;
        }

        if (!IsBase64(identity.Key))
        {
            return IdentityRefusal.Key;
        }

        if (identity.CertificateAuthority == null || !Ordinal.Begins(identity.CertificateAuthority, PemStart))
        {
            return IdentityRefusal.CertificateAuthority;
        }

        return identity.TokenLifetimeSeconds < 300 || identity.TokenLifetimeSeconds > 31536000
            ? IdentityRefusal.TokenLifetime
            : IdentityRefusal.None;
    }

    private static bool IsName(string text, string signs, int maximum)
    {
        if (text == null || text.Length == 0 || text.Length > maximum)
        {
            return false;
        }

        for (int index = 0; index < text.Length; index++)
        {
            char character = text[index];
            if (!IsLetterOrDigit(character) && signs.IndexOf(character) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLetterOrDigit(char character)
    {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9');
    }

    // The decoders of the two worlds differ in what they do with bad input, so none gets any.
    private static bool IsBase64(string text)
    {
        if (text == null || text.Length < 4 || (text.Length & 3) != 0)
        {
            return false;
        }

        int end = text.Length;
        if (text[end - 1] == '=')
        {
            end -= text[end - 2] == '=' ? 2 : 1;
        }

        for (int index = 0; index < end; index++)
        {
            char character = text[index];
            if (!IsLetterOrDigit(character) && character != '+' && character != '/')
            {
                return false;
            }
        }

        return true;
    }

    private static bool Parse(byte[] content, NodeIdentity identity)
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
            if (!Take(reader, token, name, identity) || !reader.Skip(token))
            {
                return false;
            }

            token = reader.Next();
        }

        return token == JsonToken.ObjectEnd && reader.Next() == JsonToken.End;
    }

    private static bool Take(JsonReader reader, JsonToken token, string name, NodeIdentity identity)
    {
        if (name == "hubPort" || name == "tokenLifetimeSeconds")
        {
            if (token != JsonToken.Integer)
            {
                return false;
            }

            int number = reader.Integer < 0 || reader.Integer > int.MaxValue ? -1 : (int)reader.Integer;
            if (name == "hubPort")
            {
                identity.HubPort = number;
            }
            else
            {
                identity.TokenLifetimeSeconds = number;
            }

            return true;
        }

        bool isText = token == JsonToken.String;
        string text = isText ? reader.Text() : null;
        switch (name)
        {
            case "deviceId":
                identity.DeviceId = text;
                return isText;
            case "hubHost":
                identity.HubHost = text;
                return isText;
            case "key":
                identity.Key = text;
                return isText;
            case "ca":
                identity.CertificateAuthority = text;
                return isText;
            case "network":
                identity.Network = text;
                return isText || token == JsonToken.Null;
            case "timeServer":
                identity.TimeServer = text;
                return isText || token == JsonToken.Null;
            case "networkPassword":
                identity.NetworkPassword = text;
                return isText || token == JsonToken.Null;
            default:
                return true;
        }
    }

    private byte[] Read()
    {
        try
        {
            return _files.Read(FileName);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
