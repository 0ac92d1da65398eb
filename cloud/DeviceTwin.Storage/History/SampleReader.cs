using System.Text.Json;

namespace DeviceTwin.Storage.History;

/// <summary>
/// From the body of a message to its series. A series is named by the path of its value in the JSON, in the words of the message:
/// <c>velocityUmPerSecond</c>, <c>scores.outer</c>, <c>bandMicroG[2]</c>, <c>alarms[0]</c>. Null is the absence of a value.
/// </summary>
public static class SampleReader
{
    /// <summary>Values of a message that are kept; a node sends about 70.</summary>
    public const int MostValues = 256;

    /// <summary>The longest name and the longest word, in characters.</summary>
    public const int LongestText = 128;

    private const int Deepest = 8;

    /// <returns>Null where the body is no JSON object.</returns>
    public static HistorySample? Read(long number, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var values = new List<KeyValuePair<string, HistoryValue>>();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            ReadObject(ref reader, "", 0, values);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second is what a text with half a surrogate pair, or bytes that are no UTF-8, leads to.
            return null;
        }

        return new HistorySample(number, at.ToUnixTimeMilliseconds(), values);
    }

    private static void ReadObject(ref Utf8JsonReader reader, string prefix, int depth, List<KeyValuePair<string, HistoryValue>> values)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = prefix.Length == 0 ? reader.GetString()! : prefix + "." + reader.GetString();
            reader.Read();
            ReadValue(ref reader, name, depth, values);
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, string name, int depth, List<KeyValuePair<string, HistoryValue>> values)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when depth < Deepest:
                ReadObject(ref reader, name, depth + 1, values);
                break;
            case JsonTokenType.StartArray when depth < Deepest:
                for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                {
                    ReadValue(ref reader, values.Count < MostValues ? $"{name}[{index}]" : name, depth + 1, values);
                }

                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                reader.Skip();
                break;
            case JsonTokenType.Number:
                Add(values, name, reader.TryGetInt64(out var integer) ? HistoryValue.Of(integer) : HistoryValue.Of(reader.GetDouble()));
                break;
            case JsonTokenType.String when reader.GetString() is { Length: <= LongestText } word:
                Add(values, name, HistoryValue.Of(word));
                break;
            case JsonTokenType.True:
                Add(values, name, HistoryValue.Of("true"));
                break;
            case JsonTokenType.False:
                Add(values, name, HistoryValue.Of("false"));
                break;
        }
    }

    private static void Add(List<KeyValuePair<string, HistoryValue>> values, string name, HistoryValue value)
    {
        if (values.Count >= MostValues || name.Length > LongestText || name.Contains('\n') || (value.Kind == HistoryKind.Real && !double.IsFinite(value.Real)))
        {
            return;
        }

        // Of a name that comes twice the last counts, as everywhere in this hub.
        var known = values.FindIndex(pair => pair.Key == name);
        if (known >= 0)
        {
            values[known] = KeyValuePair.Create(name, value);
        }
        else
        {
            values.Add(KeyValuePair.Create(name, value));
        }
    }
}
