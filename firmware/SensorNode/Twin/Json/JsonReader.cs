namespace DeviceTwin.SensorNode.Twin.Json;

/// <summary>
/// Reads JSON (RFC 8259) from a byte array, one token at a time, without allocating until a text is asked for.
/// Strict and bounded: what is not JSON, not UTF-8, longer than <see cref="MaximumLength"/> or deeper than
/// <see cref="MaximumDepth"/> ends in <see cref="JsonToken.Malformed"/>.
/// </summary>
/// <remarks>
/// nanoFramework.Json is not used because it reads \u escapes wrongly, turns texts that look like dates into dates
/// and builds a Hashtable of the whole twin.
/// </remarks>
public sealed class JsonReader
{
    /// <summary>Longest document in bytes: a hub's largest twin (32 KB desired, 32 KB reported) with punctuation.</summary>
    public const int MaximumLength = 131072;

    /// <summary>Deepest nesting: 10 levels of a twin's section, the section, the document, and reserve.</summary>
    public const int MaximumDepth = 16;

    private const int ExpectValue = 0;
    private const int ExpectNameOrEnd = 1;
    private const int ExpectName = 2;
    private const int ExpectValueOrEnd = 3;
    private const int AfterValue = 4;
    private const int Broken = 5;

    private readonly bool[] _isObject = new bool[MaximumDepth];
    private byte[] _data;
    private int _end;
    private int _position;
    private int _depth;
    private int _state;
    private int _textStart;
    private int _textEnd;

    /// <summary>Offset of the next byte to look at; after <see cref="JsonToken.Malformed"/> the offset of the offending byte.</summary>
    public int Position => _position;

    /// <summary>Number of objects and arrays that are open.</summary>
    public int Depth => _depth;

    /// <summary>The value of the last <see cref="JsonToken.Integer"/>, limited to ±999 999 999 999 999 999.</summary>
    public long Integer { get; private set; }

    /// <summary>Starts over with the first <paramref name="length"/> bytes of <paramref name="data"/>, which must stay as it is while reading.</summary>
    public void Start(byte[] data, int length)
    {
        _data = data;
        _end = length;
        _state = length > MaximumLength ? Broken : ExpectValue;
        _position = 0;
        _depth = 0;
    }

    /// <summary>Reads the next token.</summary>
    public JsonToken Next()
    {
        if (_state == Broken)
        {
            return JsonToken.Malformed;
        }

        SkipWhite();
        if (_state == AfterValue)
        {
            if (_depth == 0)
            {
                return _position < _end ? Fail() : JsonToken.End;
            }

            if (_position >= _end)
            {
                return Fail();
            }

            byte separator = _data[_position];
            bool isObject = _isObject[_depth - 1];
            if (separator == (isObject ? '}' : ']'))
            {
                return Leave(isObject);
            }

            if (separator != ',')
            {
                return Fail();
            }

            _position++;
            SkipWhite();
            _state = isObject ? ExpectName : ExpectValue;
        }

        if (_position >= _end)
        {
            return Fail();
        }

        byte first = _data[_position];
        if (_state == ExpectNameOrEnd || _state == ExpectName)
        {
            if (first == '}' && _state == ExpectNameOrEnd)
            {
                return Leave(true);
            }

            return first == '"' && ReadText() && ReadColon() ? JsonToken.Name : Fail();
        }

        if (first == ']' && _state == ExpectValueOrEnd)
        {
            return Leave(false);
        }

        switch (first)
        {
            case (byte)'{':
                return Enter(true);
            case (byte)'[':
                return Enter(false);
            case (byte)'"':
                _state = AfterValue;
                return ReadText() ? JsonToken.String : Fail();
            case (byte)'t':
                return Word("true", JsonToken.True);
            case (byte)'f':
                return Word("false", JsonToken.False);
            case (byte)'n':
                return Word("null", JsonToken.Null);
            default:
                return ReadNumber();
        }
    }

    /// <summary>Reads past the value that begins with <paramref name="token"/>, the token read last.</summary>
    /// <returns>Whether the document was well formed so far.</returns>
    public bool Skip(JsonToken token)
    {
        if (token != JsonToken.ObjectStart && token != JsonToken.ArrayStart)
        {
            return token != JsonToken.Malformed;
        }

        int depth = _depth - 1;
        while (_depth > depth)
        {
            if (Next() == JsonToken.Malformed)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the last <see cref="JsonToken.Name"/> or <see cref="JsonToken.String"/> is this text, written without escapes.</summary>
    /// <param name="text">ASCII.</param>
    public bool TextIs(string text)
    {
        int length = text.Length;
        if (_textEnd - _textStart != length)
        {
            return false;
        }

        for (int index = 0; index < length; index++)
        {
            if (_data[_textStart + index] != text[index])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the last name begins with this character.</summary>
    public bool TextStartsWith(char character)
    {
        return _textEnd > _textStart && _data[_textStart] == character;
    }

    /// <summary>Length of the last text as written, in bytes.</summary>
    public int TextLength()
    {
        return _textEnd - _textStart;
    }

    /// <summary>
    /// Whether <see cref="Text"/> gives the same characters in both worlds: nanoFramework ends a string at U+0000, and its indexer gives the
    /// first half of a surrogate pair twice.
    /// </summary>
    public bool IsTextPortable()
    {
        for (int position = _textStart; position < _textEnd; position++)
        {
            int next = _data[position];
            if (next >= 0xF0)
            {
                return false;
            }

            if (next == '\\')
            {
                position++;
                if (_data[position] == 'u')
                {
                    int code = Hex4(position + 1);
                    if (code == 0 || (code >= 0xD800 && code < 0xE000))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    /// <summary>The last <see cref="JsonToken.Name"/> or <see cref="JsonToken.String"/>, decoded; see <see cref="IsTextPortable"/>.</summary>
    public string Text()
    {
        char[] characters = new char[_textEnd - _textStart];
        int count = 0;
        int position = _textStart;
        while (position < _textEnd)
        {
            int first = _data[position];
            if (first == '\\')
            {
                int escape = _data[position + 1];
                if (escape == 'u')
                {
                    characters[count++] = (char)Hex4(position + 2);
                    position += 6;
                }
                else
                {
                    characters[count++] = Unescape(escape);
                    position += 2;
                }
            }
            else if (first < 0x80)
            {
                characters[count++] = (char)first;
                position++;
            }
            else
            {
                int length = SequenceLength(first);
                int code = length == 2 ? first & 0x1F : length == 3 ? first & 0x0F : first & 0x07;
                for (int index = 1; index < length; index++)
                {
                    code = (code << 6) | (_data[position + index] & 0x3F);
                }

                position += length;
                if (code >= 0x10000)
                {
                    code -= 0x10000;
                    characters[count++] = (char)(0xD800 | (code >> 10));
                    characters[count++] = (char)(0xDC00 | (code & 0x3FF));
                }
                else
                {
                    characters[count++] = (char)code;
                }
            }
        }

        return new string(characters, 0, count);
    }

    private static char Unescape(int escape)
    {
        switch (escape)
        {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            default:
                return (char)escape;
        }
    }

    // Length of the UTF-8 sequence that begins with this byte, 0 where none does.
    private static int SequenceLength(int first)
    {
        return first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    }

    private JsonToken Fail()
    {
        _state = Broken;
        return JsonToken.Malformed;
    }

    private JsonToken Enter(bool isObject)
    {
        if (_depth == MaximumDepth)
        {
            return Fail();
        }

        _isObject[_depth++] = isObject;
        _position++;
        _state = isObject ? ExpectNameOrEnd : ExpectValueOrEnd;
        return isObject ? JsonToken.ObjectStart : JsonToken.ArrayStart;
    }

    private JsonToken Leave(bool isObject)
    {
        _depth--;
        _position++;
        _state = AfterValue;
        return isObject ? JsonToken.ObjectEnd : JsonToken.ArrayEnd;
    }

    private void SkipWhite()
    {
        while (_position < _end)
        {
            byte next = _data[_position];
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t')
            {
                return;
            }

            _position++;
        }
    }

    private bool ReadColon()
    {
        SkipWhite();
        if (_position >= _end || _data[_position] != ':')
        {
            return false;
        }

        _position++;
        _state = ExpectValue;
        return true;
    }

    private JsonToken Word(string word, JsonToken token)
    {
        for (int index = 0; index < word.Length; index++)
        {
            if (_position >= _end || _data[_position] != word[index])
            {
                return Fail();
            }

            _position++;
        }

        _state = AfterValue;
        return token;
    }

    // Reads a text whose opening quote is at the position; leaves the position behind the closing one.
    private bool ReadText()
    {
        _position++;
        _textStart = _position;
        while (_position < _end)
        {
            int next = _data[_position];
            if (next == '"')
            {
                _textEnd = _position;
                _position++;
                return true;
            }

            bool good = next == '\\' ? PassEscape() : next < 0x80 ? PassAscii(next) : PassSequence(next);
            if (!good)
            {
                return false;
            }
        }

        return false;
    }

    private bool PassAscii(int next)
    {
        if (next < 0x20)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool PassEscape()
    {
        int escape = _position + 1 < _end ? _data[_position + 1] : 0;
        switch (escape)
        {
            case '"':
            case '\\':
            case '/':
            case 'b':
            case 'f':
            case 'n':
            case 'r':
            case 't':
                _position += 2;
                return true;
            case 'u':
                return PassUnicodeEscape();
            default:
                return false;
        }
    }

    // A surrogate counts only as a pair: half of one is not a character.
    private bool PassUnicodeEscape()
    {
        int code = Hex4(_position + 2);
        if (code < 0 || (code >= 0xDC00 && code < 0xE000))
        {
            return false;
        }

        if (code >= 0xD800 && code < 0xDC00)
        {
            int low = _position + 7 < _end && _data[_position + 6] == '\\' && _data[_position + 7] == 'u' ? Hex4(_position + 8) : -1;
            if (low < 0xDC00 || low >= 0xE000)
            {
                return false;
            }

            _position += 6;
        }

        _position += 6;
        return true;
    }

    private int Hex4(int position)
    {
        if (position + 4 > _end)
        {
            return -1;
        }

        int code = 0;
        for (int index = 0; index < 4; index++)
        {
            int digit = _data[position + index];
            int value = digit >= '0' && digit <= '9' ? digit - '0'
                : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                : -1;
            if (value < 0)
            {
                return -1;
            }

            code = (code << 4) | value;
        }

        return code;
    }

    // Well-formed UTF-8 as in the Unicode standard, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
    private bool PassSequence(int first)
    {
        int length = SequenceLength(first);
        if (length == 0 || _position + length > _end)
        {
            return false;
        }

        int second = _data[_position + 1];
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest)
        {
            return false;
        }

        for (int index = 2; index < length; index++)
        {
            int next = _data[_position + index];
            if (next < 0x80 || next > 0xBF)
            {
                return false;
            }
        }

        _position += length;
        return true;
    }

    private JsonToken ReadNumber()
    {
        bool negative = _data[_position] == '-';
        if (negative)
        {
            _position++;
        }

        int start = _position;
        long value = 0;
        while (IsDigitHere())
        {
            // 18 digits fit; more only make the number larger than any limit.
            value = _position - start < 18 ? (value * 10) + (_data[_position] - '0') : 999999999999999999;
            _position++;
        }

        if (_position == start)
        {
            return Fail();
        }

        if (_data[start] == '0' && _position > start + 1)
        {
            _position = start + 1;
            return Fail();
        }

        JsonToken token = JsonToken.Integer;
        if (_position < _end && _data[_position] == '.')
        {
            token = JsonToken.Fraction;
            _position++;
            if (!PassDigits())
            {
                return Fail();
            }
        }

        if (_position < _end && (_data[_position] == 'e' || _data[_position] == 'E'))
        {
            token = JsonToken.Fraction;
            _position++;
            if (_position < _end && (_data[_position] == '+' || _data[_position] == '-'))
            {
                _position++;
            }

            if (!PassDigits())
            {
                return Fail();
            }
        }

        Integer = negative ? -value : value;
        _state = AfterValue;
        return token;
    }

    private bool PassDigits()
    {
        int start = _position;
        while (IsDigitHere())
        {
            _position++;
        }

        return _position > start;
    }

    private bool IsDigitHere()
    {
        return _position < _end && _data[_position] >= '0' && _data[_position] <= '9';
    }
}
