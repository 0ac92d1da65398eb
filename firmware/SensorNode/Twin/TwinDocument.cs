using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// The first look at a twin or a patch, before anything of it is applied: is it well formed, which versions does it
/// carry, where do its parts begin.
/// </summary>
public sealed class TwinDocument
{
    private static readonly byte[] None = new byte[0];

    private readonly JsonReader _reader = new JsonReader();

    /// <summary>Desired version, -1 where there is none.</summary>
    public int DesiredVersion { get; private set; }

    /// <summary>Reported version, -1 where there is none.</summary>
    public int ReportedVersion { get; private set; }

    /// <summary>Where the document stops being JSON, -1 where it does not stop.</summary>
    public int MalformedAt { get; private set; }

    /// <summary>Looks at a whole twin: <c>{"desired":{...,"$version":n},"reported":{...,"$version":m}}</c>.</summary>
    /// <returns>Whether it is well formed and both sections are there with their versions.</returns>
    public bool LookAtTwin(byte[] payload)
    {
        Begin(payload);
        if (_reader.Next() != JsonToken.ObjectStart)
        {
            return Bad();
        }

        JsonToken token = _reader.Next();
        while (token == JsonToken.Name)
        {
            bool isDesired = _reader.TextIs("desired");
            bool isReported = _reader.TextIs("reported");
            token = _reader.Next();
            if (token == JsonToken.ObjectStart && (isDesired || isReported))
            {
                int version = LookAtSection();
                if (isDesired)
                {
                    DesiredVersion = version;
                }
                else
                {
                    ReportedVersion = version;
                }
            }
            else if (!_reader.Skip(token))
            {
                return Bad();
            }

            token = _reader.Next();
        }

        return token == JsonToken.ObjectEnd && _reader.Next() == JsonToken.End && DesiredVersion >= 0 && ReportedVersion >= 0 || Bad();
    }

    /// <summary>Looks at a desired patch: <c>{...,"$version":n}</c>.</summary>
    /// <returns>Whether it is well formed and carries its version.</returns>
    public bool LookAtPatch(byte[] payload)
    {
        Begin(payload);
        if (_reader.Next() == JsonToken.ObjectStart)
        {
            DesiredVersion = LookAtSection();
        }

        return DesiredVersion >= 0 && _reader.Next() == JsonToken.End || Bad();
    }

    /// <summary>A reader behind the opening brace of <c>desired</c> or <c>reported</c> of a twin that was looked at and found good.</summary>
    public JsonReader Enter(byte[] payload, string section)
    {
        _reader.Start(payload, payload.Length);
        _reader.Next();
        while (_reader.Next() == JsonToken.Name)
        {
            bool isSection = _reader.TextIs(section);
            JsonToken token = _reader.Next();
            if (isSection && token == JsonToken.ObjectStart)
            {
                return _reader;
            }

            _reader.Skip(token);
        }

        return _reader;
    }

    /// <summary>A reader behind the opening brace of a patch that was looked at and found good.</summary>
    public JsonReader Enter(byte[] payload)
    {
        _reader.Start(payload, payload.Length);
        _reader.Next();
        return _reader;
    }

    /// <summary>Lets the bytes go that were looked at last.</summary>
    public void Leave()
    {
        _reader.Start(None, 0);
    }

    private void Begin(byte[] payload)
    {
        DesiredVersion = -1;
        ReportedVersion = -1;
        MalformedAt = -1;
        _reader.Start(payload, payload.Length);
    }

    // Reads to the section's closing brace; the version, or -1 where there is none or the section is malformed.
    private int LookAtSection()
    {
        int version = -1;
        JsonToken token = _reader.Next();
        while (token == JsonToken.Name)
        {
            bool isVersion = _reader.TextIs("$version");
            token = _reader.Next();
            if (isVersion && token == JsonToken.Integer && _reader.Integer >= 0 && _reader.Integer <= int.MaxValue)
            {
                version = (int)_reader.Integer;
            }

            if (!_reader.Skip(token))
            {
                return -1;
            }

            token = _reader.Next();
        }

        return token == JsonToken.ObjectEnd ? version : -1;
    }

    private bool Bad()
    {
        MalformedAt = _reader.Position;
        return false;
    }
}
