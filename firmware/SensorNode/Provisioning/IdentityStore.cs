using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The node's identity as the file <c>identity</c>:
/// <c>{"kind","deviceId","hubHost","hubPort","key","ca","certificate","certificateKey","dpsHost","dpsPort","idScope","registrationId",
/// "tokenLifetimeSeconds","timeServer","network","networkPassword"}</c>; in place of a certificate or its key, <c>caFile</c>, <c>certificateFile</c> and
/// <c>certificateKeyFile</c> may name a <see cref="LongText"/>. The authority must be there, and by kind:
/// <c>sas</c> (also where there is no kind) device, hub and key; <c>x509</c> device, hub, certificate and its key; <c>dps</c> the
/// provisioning service, scope and registration, and either a key or a certificate with its key.
/// </summary>
public sealed class IdentityStore
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "identity";

    private const string PemStart = "-----BEGIN CERTIFICATE-----";
    private const string AnyPemStart = "-----BEGIN ";
    private const string DeviceIdSigns = "-.+%_#*?!(),:=@$'";

    private readonly IFiles _files;
    private readonly int _mostOfLongTexts;

    public IdentityStore(IFiles files)
        : this(files, int.MaxValue)
    {
    }

    /// <param name="mostOfLongTexts">Bytes that are read of each long text: enough to judge it, where the identity is not to be used.</param>
    public IdentityStore(IFiles files, int mostOfLongTexts)
    {
        _files = files;
        _mostOfLongTexts = mostOfLongTexts;
    }

    /// <summary>Why the last <see cref="Load"/> gave nothing: a word of <see cref="IdentityRefusal"/>.</summary>
    public string Refusal { get; private set; } = IdentityRefusal.None;

    /// <summary>Reads and checks the identity.</summary>
    /// <returns>The identity, or null; <see cref="Refusal"/> then says why.</returns>
    public NodeIdentity Load()
    {
        return Load(Read());
    }

    /// <summary>Checks an identity that is not stored yet.</summary>
    /// <param name="content">What the file would hold; null where there is none.</param>
    /// <returns>The identity, or null; <see cref="Refusal"/> then says why.</returns>
    public NodeIdentity Load(byte[] content)
    {
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
        string refusal = identity.Kind == IdentityKind.Dps ? JudgeService(identity) : JudgeHub(identity);
        if (refusal != IdentityRefusal.None)
        {
            return refusal;
        }

        if (identity.HubPort < 1 || identity.HubPort > 65535)
        {
            return IdentityRefusal.HubPort;
        }

        bool hasKey = identity.Kind == IdentityKind.Sas || (identity.Kind == IdentityKind.Dps && identity.Key != null);
        if (hasKey ? !IsBase64(identity.Key) : identity.Key != null)
        {
            return IdentityRefusal.Key;
        }

        if (!hasKey && (!IsPem(identity.Certificate, PemStart) || !IsPem(identity.CertificateKey, AnyPemStart)))
        {
            return identity.Kind == IdentityKind.Dps && identity.Certificate == null ? IdentityRefusal.Key : IdentityRefusal.Certificate;
        }

        if (!IsPem(identity.CertificateAuthority, PemStart))
        {
            return IdentityRefusal.CertificateAuthority;
        }

        return identity.TokenLifetimeSeconds < 300 || identity.TokenLifetimeSeconds > 31536000
            ? IdentityRefusal.TokenLifetime
            : IdentityRefusal.None;
    }

    /// <summary>Whether a text can be the name of a host.</summary>
    public static bool IsHost(string text)
    {
        return IsName(text, "-.", 253);
    }

    /// <summary>Whether a text can be the name of a device.</summary>
    public static bool IsDeviceId(string text)
    {
        return IsName(text, DeviceIdSigns, 128);
    }

    private static string JudgeHub(NodeIdentity identity)
    {
        return identity.Kind < 0 || identity.Kind >= IdentityKind.Count ? IdentityRefusal.Kind
            : !IsDeviceId(identity.DeviceId) ? IdentityRefusal.DeviceId
            : !IsHost(identity.HubHost) ? IdentityRefusal.HubHost
            : IdentityRefusal.None;
    }

    private static string JudgeService(NodeIdentity identity)
    {
        return !IsHost(identity.DpsHost) || identity.DpsPort < 1 || identity.DpsPort > 65535 ? IdentityRefusal.DpsHost
            : !IsName(identity.IdScope, "-_", 128) ? IdentityRefusal.IdScope
            : !IsName(identity.RegistrationId, "-._:", 128) ? IdentityRefusal.RegistrationId
            : IdentityRefusal.None;
    }

    private static bool IsPem(string text, string start)
    {
        return text != null && Ordinal.Begins(text, start);
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

    private bool Parse(byte[] content, NodeIdentity identity)
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

    // Not whole is as good as not there.
    private bool Name(NodeIdentity identity, int field, string word)
    {
        LongText text = word == null ? null : LongText.Of(word);
        try
        {
            if (text != null && text.IsWhole(_files))
            {
                identity.SetFile(field, new PemText(_files, text, _mostOfLongTexts));
            }
        }
        catch (Exception)
        {
            // The judge misses it.
        }

        return word != null;
    }

    private bool Take(JsonReader reader, JsonToken token, string name, NodeIdentity identity)
    {
        if (name == "hubPort" || name == "dpsPort" || name == "tokenLifetimeSeconds")
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
            else if (name == "dpsPort")
            {
                identity.DpsPort = number;
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
            case "kind":
                identity.Kind = isText ? IdentityKind.Of(text) : -1;
                return isText;
            case "caFile":
                return Name(identity, StagedField.CertificateAuthority, text);
            case "certificateFile":
                return Name(identity, StagedField.Certificate, text);
            case "certificateKeyFile":
                return Name(identity, StagedField.CertificateKey, text);
            case "certificate":
                identity.Certificate = text;
                return isText || token == JsonToken.Null;
            case "certificateKey":
                identity.CertificateKey = text;
                return isText || token == JsonToken.Null;
            case "dpsHost":
                identity.DpsHost = text;
                return isText || token == JsonToken.Null;
            case "idScope":
                identity.IdScope = text;
                return isText || token == JsonToken.Null;
            case "registrationId":
                identity.RegistrationId = text;
                return isText || token == JsonToken.Null;
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
