using System;

namespace DeviceTwin.SensorNode.Twin.Json;

/// <summary>
/// Writes JSON into a growing, bounded byte array. Commas and quotes are its business, nesting is the caller's.
/// Beyond the bound everything is dropped and <see cref="Overflowed"/> is set.
/// </summary>
public sealed class JsonWriter
{
    private const int GrowthBytes = 256;

    private readonly int _maximum;
    private byte[] _data;
    private int _length;
    private bool _needsComma;

    /// <param name="initial">Bytes to begin with.</param>
    /// <param name="maximum">Bytes never exceeded.</param>
    public JsonWriter(int initial, int maximum)
    {
        _data = new byte[initial];
        _maximum = maximum;
    }

    /// <param name="first">The bytes to begin with; whoever lends them must not use them between <see cref="Clear"/> and <see cref="ToArray"/>.</param>
    /// <param name="maximum">Bytes never exceeded.</param>
    public JsonWriter(byte[] first, int maximum)
    {
        _data = first;
        _maximum = maximum;
    }

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>Whether something did not fit: the document is not complete.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear()
    {
        _length = 0;
        Overflowed = false;
        _needsComma = false;
    }

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray()
    {
        byte[] copy = new byte[_length];
        Array.Copy(_data, 0, copy, 0, _length);
        return copy;
    }

    public void StartObject()
    {
        Open('{');
    }

    public void EndObject()
    {
        Close('}');
    }

    public void StartArray()
    {
        Open('[');
    }

    public void EndArray()
    {
        Close(']');
    }

    /// <summary>A member's name; its value must follow.</summary>
    public void Name(string name)
    {
        Comma();
        Text(name);
        Put(':');
        _needsComma = false;
    }

    /// <summary>A text, or null.</summary>
    public void Value(string value)
    {
        if (value == null)
        {
            Null();
            return;
        }

        Comma();
        Text(value);
        _needsComma = true;
    }

    public void Value(long value)
    {
        Comma();
        if (Room(Digits.MaximumLength))
        {
            _length = Digits.Write(value, _data, _length);
        }

        _needsComma = true;
    }

    public void Value(bool value)
    {
        Word(value ? "true" : "false");
    }

    public void Null()
    {
        Word("null");
    }

    /// <summary>A name and a text.</summary>
    public void Member(string name, string value)
    {
        Name(name);
        Value(value);
    }

    /// <summary>A name and a number.</summary>
    public void Member(string name, long value)
    {
        Name(name);
        Value(value);
    }

    /// <summary>A name and a truth value.</summary>
    public void Member(string name, bool value)
    {
        Name(name);
        Value(value);
    }

    /// <summary>A name and the first <paramref name="count"/> numbers of an array.</summary>
    public void Member(string name, int[] values, int count)
    {
        Name(name);
        StartArray();
        for (int index = 0; index < count; index++)
        {
            Value(values[index]);
        }

        EndArray();
    }

    private void Open(char bracket)
    {
        Comma();
        Put(bracket);
        _needsComma = false;
    }

    private void Close(char bracket)
    {
        Put(bracket);
        _needsComma = true;
    }

    private void Comma()
    {
        if (_needsComma)
        {
            Put(',');
        }
    }

    private void Word(string word)
    {
        Comma();
        for (int index = 0; index < word.Length; index++)
        {
            Put(word[index]);
        }

        _needsComma = true;
    }

    // Escapes only what JSON demands: the other clients of a hub read raw UTF-8 better than escapes.
    private void Text(string text)
    {
        Put('"');
        int length = text.Length;
        for (int index = 0; index < length; index++)
        {
            int code = text[index];
            if (code == '"' || code == '\\')
            {
                Put('\\');
                Put(code);
            }
            else if (code < 0x20)
            {
                Put('\\');
                Put('u');
                Put('0');
                Put('0');
                Put('0' + (code >> 4));
                Put("0123456789abcdef"[code & 15]);
            }
            else if (code < 0x80)
            {
                Put(code);
            }
            else
            {
                index += Encode(text, index, code);
            }
        }

        Put('"');
    }

    // Returns how many characters beyond the first were used. Half a surrogate pair becomes U+FFFD.
    private int Encode(string text, int index, int code)
    {
        if (code < 0x800)
        {
            Put(0xC0 | (code >> 6));
            Put(0x80 | (code & 0x3F));
            return 0;
        }

        if (code >= 0xD800 && code < 0xE000)
        {
            int low = code < 0xDC00 && index + 1 < text.Length ? text[index + 1] : 0;
            if (low >= 0xDC00 && low < 0xE000)
            {
                code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
                Put(0xF0 | (code >> 18));
                Put(0x80 | ((code >> 12) & 0x3F));
                Put(0x80 | ((code >> 6) & 0x3F));
                Put(0x80 | (code & 0x3F));
                return 1;
            }

            code = 0xFFFD;
        }

        Put(0xE0 | (code >> 12));
        Put(0x80 | ((code >> 6) & 0x3F));
        Put(0x80 | (code & 0x3F));
        return 0;
    }

    private void Put(int value)
    {
        if (Room(1))
        {
            _data[_length++] = (byte)value;
        }
    }

    private bool Room(int count)
    {
        if (Overflowed)
        {
            return false;
        }

        int needed = _length + count;
        if (needed <= _data.Length)
        {
            return true;
        }

        if (needed > _maximum)
        {
            Overflowed = true;
            return false;
        }

        // Doubled while small; a long text must not leave half its room empty.
        int size = _data.Length + (_data.Length < GrowthBytes ? _data.Length : GrowthBytes);
        byte[] larger = new byte[size < needed ? needed : size > _maximum ? _maximum : size];
        Array.Copy(_data, 0, larger, 0, _length);
        _data = larger;
        return true;
    }
}
