using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Methods;

/// <summary>The body of a call: one flat object of a few numbers and texts. Nothing, <c>null</c> and an empty object are the same.</summary>
public sealed class MethodArguments
{
    private const int MaximumMembers = 4;
    private const int MaximumText = 256;

    private readonly JsonReader _reader = new JsonReader();
    private readonly string[] _names = new string[MaximumMembers];
    private readonly string[] _texts = new string[MaximumMembers];
    private readonly long[] _numbers = new long[MaximumMembers];
    private readonly bool[] _isUsed = new bool[MaximumMembers];
    private int _count;

    /// <summary>Reads a body.</summary>
    /// <returns>Whether it is of that form.</returns>
    public bool Read(byte[] payload)
    {
        _count = 0;
        if (payload == null || payload.Length == 0)
        {
            return true;
        }

        _reader.Start(payload, payload.Length);
        JsonToken token = _reader.Next();
        if (token == JsonToken.Null)
        {
            return _reader.Next() == JsonToken.End;
        }

        if (token != JsonToken.ObjectStart)
        {
            return false;
        }

        for (token = _reader.Next(); token == JsonToken.Name; token = _reader.Next())
        {
            if (_count == MaximumMembers || _reader.TextLength() > MaximumText)
            {
                return false;
            }

            _names[_count] = _reader.Text();
            token = _reader.Next();
            bool isText = token == JsonToken.String && _reader.TextLength() <= MaximumText;
            if (!isText && token != JsonToken.Integer)
            {
                return false;
            }

            _texts[_count] = isText ? _reader.Text() : null;
            _numbers[_count] = isText ? 0 : _reader.Integer;
            _isUsed[_count] = false;
            _count++;
        }

        return token == JsonToken.ObjectEnd && _reader.Next() == JsonToken.End;
    }

    /// <summary>A text, or null where it is missing or a number.</summary>
    public string Text(string name)
    {
        int place = Find(name);
        return place < 0 ? null : _texts[place];
    }

    /// <summary>A number.</summary>
    /// <param name="missing">Stands for a number that is not there.</param>
    /// <param name="refused">Stands for a number out of its range, and for a text.</param>
    public int Number(string name, int minimum, int maximum, int missing, int refused)
    {
        int place = Find(name);
        return place < 0 ? missing
            : _texts[place] != null || _numbers[place] < minimum || _numbers[place] > maximum ? refused
            : (int)_numbers[place];
    }

    /// <summary>Whether a member is there that nobody asked for.</summary>
    public bool HasOthers()
    {
        for (int place = 0; place < _count; place++)
        {
            if (!_isUsed[place])
            {
                return true;
            }
        }

        return false;
    }

    private int Find(string name)
    {
        for (int place = 0; place < _count; place++)
        {
            if (_names[place] == name)
            {
                _isUsed[place] = true;
                return place;
            }
        }

        return -1;
    }
}
