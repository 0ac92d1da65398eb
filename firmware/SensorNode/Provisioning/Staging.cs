using System;
using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The configuration that a technician prepares: begins as the stored one, changes field by field, and becomes the stored one in a single
/// write of a single file, or not at all. Long texts stand in files of their own before; what they replace goes after.
/// </summary>
public sealed class Staging
{
    // All names at their longest, and long texts of an older firmware, with the escapes of their line ends.
    private const int LongestFile = 16384;

    private const int LongFields = 3;

    // Shows what a PEM is.
    private const int BeginningBytes = 64;

    private readonly IFiles _files;

    // Files that the node reads until it restarts, whatever is stored meanwhile.
    private readonly int[] _running = new int[LongFields];
    private bool _mayDelete;

    // Null while nobody asks.
    private string[] _texts;
    private LongText[] _longTexts;
    private string _secret;

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
        if (_texts == null)
        {
            LoadStored();
        }
    }

    /// <summary>Lets the memory go that the texts take (kilobytes, and the node has them once more), but for the secret. What is changed stays.</summary>
    public void Release()
    {
        if (!IsChanged)
        {
            _texts = null;
            _longTexts = null;
        }
    }

    /// <summary>Begins with what is stored, which the node runs with from now on, and removes what an earlier start left on file. Never throws.</summary>
    public void Start()
    {
        _mayDelete = LoadStored();
        int count = 0;
        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_longTexts[field] != null)
            {
                _running[count++] = _longTexts[field].Number;
            }
        }

        DeleteOthers();
    }

    /// <summary>Begins anew with what is stored; what was staged is gone, on file, too. Never throws.</summary>
    public void Load()
    {
        for (int field = 0; _longTexts != null && field < StagedField.Count; field++)
        {
            Forget(field);
        }

        LoadStored();
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

    /// <summary>A field's text, or null. Long ones are read from their file.</summary>
    public string Text(int field)
    {
        if (field == StagedField.Secret)
        {
            return _secret;
        }

        if (_longTexts[field] == null)
        {
            return _texts[field];
        }

        try
        {
            return _longTexts[field].Read(_files, int.MaxValue);
        }
        catch (Exception)
        {
            return "";
        }
    }

    /// <summary>Whether a field has a text.</summary>
    public bool Has(int field)
    {
        return Length(field) > 0;
    }

    /// <summary>Sets a field; null or an empty text takes it away.</summary>
    public void Set(int field, string text)
    {
        text = text == null || text.Length == 0 ? null : text;
        IsChanged = true;
        if (field == StagedField.Secret)
        {
            _secret = text;
            return;
        }

        Forget(field);
        _texts[field] = text;
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

        int length = offset == 0 ? 0 : Length(field);
        for (int index = 0; index < count; index++)
        {
            int code = bytes[at + index];
            if ((code < 0x20 && code != '\r' && code != '\n') || code > 0x7E)
            {
                return SerialStatus.InvalidValue;
            }
        }

        if (offset > length || offset + count > StagedField.Maximum(field))
        {
            return offset > length ? SerialStatus.OutOfOrder : SerialStatus.InvalidValue;
        }

        // A piece that came before is written over: the tool may not have heard the answer.
        if (StagedField.IsLong(field))
        {
            return PutLong(field, offset, bytes, at, count) ? SerialStatus.Ok : SerialStatus.StorageFailed;
        }

        string before = offset == 0 ? "" : _texts[field].Substring(0, offset);
        Set(field, before + Encoding.UTF8.GetString(bytes, at, count));
        return SerialStatus.Ok;
    }

    /// <summary>How far a field has come: what the next piece must begin with.</summary>
    public int Length(int field)
    {
        if (field < 0 || field >= StagedField.Count)
        {
            return 0;
        }

        string text = field == StagedField.Secret ? _secret : _texts[field];
        return _longTexts[field] != null ? _longTexts[field].Length : text == null ? 0 : text.Length;
    }

    /// <summary>What is wrong with what is staged: a word of <see cref="IdentityRefusal"/>, empty where it is good.</summary>
    public string Judge()
    {
        var store = new IdentityStore(_files, BeginningBytes);
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
        IsProtected = _secret != null;
        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_longTexts[field] != null)
            {
                _longTexts[field].IsStored = true;
            }
        }

        // What was stored in between; the next start removes what this one runs with.
        DeleteOthers();
        return true;
    }

    /// <summary>Takes the stored configuration away.</summary>
    /// <returns>Whether the file system took it.</returns>
    public bool Wipe()
    {
        try
        {
            _files.Delete(IdentityStore.FileName);
            LongText.DeleteOthers(_files, new int[0]);
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
        var writer = new JsonWriter(512, LongestFile);
        writer.StartObject();
        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_longTexts[field] != null)
            {
                writer.Member(StagedField.FileMember(field), _longTexts[field].Word());
                continue;
            }

            string text = field == StagedField.Secret ? _secret : _texts[field];
            if (text == null)
            {
                continue;
            }

            if (StagedField.IsNumber(field))
            {
                writer.Member(StagedField.Name(field), (long)Digits.Parse(text));
            }
            else
            {
                writer.Member(StagedField.Name(field), text);
            }
        }

        writer.EndObject();
        return writer.ToArray();
    }

    // Whether it is known what is stored.
    private bool LoadStored()
    {
        _texts = new string[StagedField.Count];
        _longTexts = new LongText[StagedField.Count];
        _secret = null;
        IsChanged = false;
        bool isKnown = false;
        try
        {
            byte[] content = _files.Read(IdentityStore.FileName);
            isKnown = content == null || Parse(content);
        }
        catch (Exception)
        {
            // Nothing is known then, and nothing removed.
        }

        if (!IsSecret(_texts[StagedField.Secret]))
        {
            _texts[StagedField.Secret] = null;
        }

        _secret = _texts[StagedField.Secret];
        _texts[StagedField.Secret] = null;
        IsProtected = _secret != null;
        return isKnown;
    }

    private bool PutLong(int field, int offset, byte[] bytes, int at, int count)
    {
        IsChanged = true;
        LongText before = _longTexts[field];
        LongText text = before;
        try
        {
            if (before == null || before.IsStored || offset < before.Length)
            {
                text = new LongText(LongText.NextNumber(_files));
                if (before != null && !text.AppendBeginning(_files, before, offset))
                {
                    throw new InvalidOperationException();
                }

                if (before == null && offset > 0)
                {
                    text.Append(_files, Encoding.UTF8.GetBytes(_texts[field]), 0, offset);
                }
            }

            text.Append(_files, bytes, at, count);
            if (text != before)
            {
                Forget(field);
                _longTexts[field] = text;
            }

            return true;
        }
        catch (Exception)
        {
            // Nobody knows what of the piece is there: the text begins anew.
            Forget(field);
            Remove(text);
            return false;
        }
    }

    // A text that is only staged goes at once, a stored one with the commit.
    private void Forget(int field)
    {
        LongText text = _longTexts[field];
        _longTexts[field] = null;
        _texts[field] = null;
        if (text != null && !text.IsStored)
        {
            Remove(text);
        }
    }

    private void Remove(LongText text)
    {
        try
        {
            text.Delete(_files);
        }
        catch (Exception)
        {
            // The next start looks for it.
        }
    }

    private void DeleteOthers()
    {
        // Where it is not known what is stored, nothing goes.
        if (!_mayDelete)
        {
            return;
        }

        int[] kept = new int[2 * LongFields];
        int count = 0;
        for (; count < LongFields; count++)
        {
            kept[count] = _running[count];
        }

        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_longTexts[field] != null)
            {
                kept[count++] = _longTexts[field].Number;
            }
        }

        try
        {
            LongText.DeleteOthers(_files, kept);
        }
        catch (Exception)
        {
            // The next start looks for them.
        }
    }

    // Whether all of it could be read.
    private bool Parse(byte[] content)
    {
        var reader = new JsonReader();
        reader.Start(content, content.Length);
        if (reader.Next() != JsonToken.ObjectStart)
        {
            return false;
        }

        JsonToken token = reader.Next();
        for (; token == JsonToken.Name; token = reader.Next())
        {
            int field = 0;
            while (field < StagedField.Count && !reader.TextIs(StagedField.Name(field)))
            {
                field++;
            }

            int longField = 0;
            while (longField < StagedField.Count && (StagedField.FileMember(longField) == null || !reader.TextIs(StagedField.FileMember(longField))))
            {
                longField++;
            }

            token = reader.Next();
            if (longField < StagedField.Count)
            {
                if (token != JsonToken.String)
                {
                    return false;
                }

                LongText text = LongText.Of(reader.Text());
                if (text == null)
                {
                    return false;
                }

                _longTexts[longField] = text;
            }
            else if (field < StagedField.Count && token == JsonToken.String)
            {
                _texts[field] = reader.Text();
            }
            else if (field < StagedField.Count && token == JsonToken.Integer)
            {
                _texts[field] = Digits.Text(reader.Integer);
            }
            else if (!reader.Skip(token))
            {
                return false;
            }
        }

        return token == JsonToken.ObjectEnd;
    }
}
