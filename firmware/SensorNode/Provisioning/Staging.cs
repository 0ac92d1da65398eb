using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The configuration that a technician prepares: begins as the stored one, changes field by field, and becomes the stored one in a single
/// write of a single file, or not at all.
/// </summary>
public sealed class Staging
{
    // Three PEMs and all names at their longest, with the escapes of their line ends.
    private const int LongestFile = 16384;

    private readonly IFiles _files;
    private readonly string[] _texts = new string[StagedField.Count];
    private bool _isOpen;

    public Staging(IFiles files)
    {
        _files = files;
    }

    /// <summary>Whether it differs from what is stored.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Whether the node holds a secret that a technician must know.</summary>
    public bool IsProtected { get; private set; }

    /// <summary>Holds the stored configuration again after <see cref="Release"/>.</summary>
    public void Open()
    {
        if (!_isOpen)
        {
            Load();
        }
    }

    /// <summary>Lets the memory go that the texts take (kilobytes, and the node has them once more), but for the secret. What is changed stays.</summary>
    public void Release()
    {
        if (!_isOpen || IsChanged)
        {
            return;
        }

        _isOpen = false;
        for (int field = 0; field < StagedField.Count; field++)
        {
            _texts[field] = field == StagedField.Secret ? _texts[field] : null;
        }
    }

    /// <summary>Begins anew with what is stored. Never throws.</summary>
    public void Load()
    {
        _isOpen = true;
        for (int field = 0; field < StagedField.Count; field++)
        {
            _texts[field] = null;
        }

        IsChanged = false;
        byte[] content = Read();
        if (content != null)
        {
            Parse(content);
        }

        if (!IsSecret(_texts[StagedField.Secret]))
        {
            _texts[StagedField.Secret] = null;
        }

        IsProtected = _texts[StagedField.Secret] != null;
    }

    /// <summary>Whether a text can be a secret: base64 of at least <see cref="SessionLock.ShortestSecret"/> bytes.</summary>
    public static bool IsSecret(string text)
    {
        if (text == null || (text.Length & 3) != 0 || text.Length > StagedField.Maximum(StagedField.Secret))
        {
            return false;
        }

        int end = text.Length;
        while (end > 0 && end > text.Length - 2 && text[end - 1] == '=')
        {
            end--;
        }

        for (int index = 0; index < end; index++)
        {
            char sign = text[index];
            bool isGood = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') || (sign >= '0' && sign <= '9') || sign == '+' || sign == '/';
            if (!isGood)
            {
                return false;
            }
        }

        return (end * 6) >> 3 >= SessionLock.ShortestSecret;
    }

    /// <summary>A field's text, or null.</summary>
    public string Text(int field)
    {
        return _texts[field];
    }

    /// <summary>Sets a field; null or an empty text takes it away.</summary>
    public void Set(int field, string text)
    {
        _texts[field] = text == null || text.Length == 0 ? null : text;
        IsChanged = true;
    }

    /// <summary>Appends to a field.</summary>
    /// <param name="field">A number of <see cref="StagedField"/>.</param>
    /// <param name="offset">Where the piece belongs; 0 begins the field anew.</param>
    /// <param name="bytes">Holds the piece: printable ASCII and line ends.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="count">Its length.</param>
    /// <returns>A number of <see cref="SerialStatus"/>.</returns>
    public int Put(int field, int offset, byte[] bytes, int at, int count)
    {
        if (field < 0 || field >= StagedField.Count || StagedField.IsNumber(field) || field == StagedField.Secret)
        {
            return SerialStatus.InvalidValue;
        }

        string before = _texts[field] == null || offset == 0 ? "" : _texts[field];
        char[] characters = new char[count];
        for (int index = 0; index < count; index++)
        {
            int code = bytes[at + index];
            if ((code < 0x20 && code != '\r' && code != '\n') || code > 0x7E)
            {
                return SerialStatus.InvalidValue;
            }

            characters[index] = (char)code;
        }

        if (offset > before.Length || offset + count > StagedField.Maximum(field))
        {
            return offset > before.Length ? SerialStatus.OutOfOrder : SerialStatus.InvalidValue;
        }

        // A piece that came before is written over: the tool may not have heard the answer.
        Set(field, before.Substring(0, offset) + new string(characters));
        return SerialStatus.Ok;
    }

    /// <summary>How far a field has come: what the next piece must begin with.</summary>
    public int Length(int field)
    {
        return field < 0 || field >= StagedField.Count || _texts[field] == null ? 0 : _texts[field].Length;
    }

    /// <summary>What is wrong with what is staged: a word of <see cref="IdentityRefusal"/>, empty where it is good.</summary>
    public string Judge()
    {
        var store = new IdentityStore(_files);
        store.Load(Encode());
        return store.Refusal;
    }

    /// <summary>Makes what is staged the stored configuration.</summary>
    /// <returns>Whether the file system took it.</returns>
    public bool Commit()
    {
        try
        {
            _files.Write(IdentityStore.FileName, Encode());
        }
        catch (Exception)
        {
            return false;
        }

        IsChanged = false;
        IsProtected = _texts[StagedField.Secret] != null;
        return true;
    }

    /// <summary>Takes the stored configuration away.</summary>
    /// <returns>Whether the file system took it.</returns>
    public bool Wipe()
    {
        try
        {
            _files.Delete(IdentityStore.FileName);
        }
        catch (Exception)
        {
            return false;
        }

        Load();
        return true;
    }

    private byte[] Encode()
    {
        var writer = new JsonWriter(1024, LongestFile);
        writer.StartObject();
        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_texts[field] == null)
            {
                continue;
            }

            if (StagedField.IsNumber(field))
            {
                writer.Member(StagedField.Name(field), (long)Digits.Parse(_texts[field]));
            }
            else
            {
                writer.Member(StagedField.Name(field), _texts[field]);
            }
        }

        writer.EndObject();
        return writer.ToArray();
    }

    private void Parse(byte[] content)
    {
        var reader = new JsonReader();
        reader.Start(content, content.Length);
        if (reader.Next() != JsonToken.ObjectStart)
        {
            return;
        }

        for (JsonToken token = reader.Next(); token == JsonToken.Name; token = reader.Next())
        {
            int field = 0;
            while (field < StagedField.Count && !reader.TextIs(StagedField.Name(field)))
            {
                field++;
            }

            token = reader.Next();
            if (field < StagedField.Count && token == JsonToken.String)
            {
                _texts[field] = reader.Text();
            }
            else if (field < StagedField.Count && token == JsonToken.Integer)
            {
                _texts[field] = Digits.Text(reader.Integer);
            }
            else if (!reader.Skip(token))
            {
                return;
            }
        }
    }

    private byte[] Read()
    {
        try
        {
            return _files.Read(IdentityStore.FileName);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
