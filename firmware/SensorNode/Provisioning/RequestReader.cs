using System;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>Reads a request's payload: a JSON object of a few members, or nothing.</summary>
public sealed class RequestReader
{
    private static readonly byte[] None = new byte[0];

    private readonly JsonReader _reader = new JsonReader();
    private byte[] _payload = None;

    /// <summary>Takes a payload.</summary>
    /// <returns>Whether it is one JSON object, or empty.</returns>
    public bool Start(byte[] frame, int offset, int length)
    {
        _payload = new byte[length];
        Array.Copy(frame, offset, _payload, 0, length);
        if (length == 0)
        {
            return true;
        }

        if (!Begin())
        {
            return false;
        }

        JsonToken token = _reader.Next();
        while (token == JsonToken.Name)
        {
            if (!_reader.Skip(_reader.Next()))
            {
                return false;
            }

            token = _reader.Next();
        }

        return token == JsonToken.ObjectEnd && _reader.Next() == JsonToken.End;
    }

    /// <summary>Lets the payload go.</summary>
    public void Release()
    {
        _payload = None;
        _reader.Start(None, 0);
    }

    /// <summary>A text member; null where there is none or it is no text.</summary>
    public string Text(string name)
    {
        return Find(name) == JsonToken.String && _reader.IsTextPortable() ? _reader.Text() : null;
    }

    /// <summary>A number member.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fallback">What it is where it is missing or no integer.</param>
    public long Number(string name, long fallback)
    {
        return Find(name) == JsonToken.Integer ? _reader.Integer : fallback;
    }

    /// <summary>Fills in the fields that the members name.</summary>
    /// <param name="command">The command they come with.</param>
    /// <param name="texts">By <see cref="StagedField"/>: the text; empty where a member is null, which takes the field away.</param>
    /// <returns>-1, or the number of the first field that cannot be taken; <see cref="StagedField.Count"/> for a name that is none of the command's.</returns>
    public int Fields(int command, string[] texts)
    {
        if (_payload.Length == 0 || !Begin())
        {
            return -1;
        }

        for (JsonToken token = _reader.Next(); token == JsonToken.Name; token = _reader.Next())
        {
            int field = FieldNamed();
            if (field == StagedField.Count || StagedField.CommandOf(field) != command)
            {
                return StagedField.Count;
            }

            token = _reader.Next();
            if (token == JsonToken.Null)
            {
                texts[field] = "";
            }
            else if (token == JsonToken.Integer && StagedField.IsNumber(field) && _reader.Integer >= 0)
            {
                texts[field] = Digits.Text(_reader.Integer);
            }
            else if (token == JsonToken.String && !StagedField.IsNumber(field) && _reader.IsTextPortable())
            {
                texts[field] = _reader.Text();
            }
            else
            {
                return field;
            }

            if (texts[field].Length > StagedField.Maximum(field))
            {
                return field;
            }
        }

        return -1;
    }

    private int FieldNamed()
    {
        for (int field = 0; field < StagedField.Count; field++)
        {
            if (_reader.TextIs(StagedField.Name(field)))
            {
                return field;
            }
        }

        return StagedField.Count;
    }

    private bool Begin()
    {
        _reader.Start(_payload, _payload.Length);
        return _reader.Next() == JsonToken.ObjectStart;
    }

    private JsonToken Find(string name)
    {
        if (_payload.Length == 0 || !Begin())
        {
            return JsonToken.End;
        }

        for (JsonToken token = _reader.Next(); token == JsonToken.Name; token = _reader.Next())
        {
            bool isIt = _reader.TextIs(name);
            token = _reader.Next();
            if (isIt)
            {
                return token;
            }

            _reader.Skip(token);
        }

        return JsonToken.End;
    }
}
