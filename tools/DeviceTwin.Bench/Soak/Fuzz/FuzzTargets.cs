using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Mqtt;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>
/// Every parser that reads what comes from outside. A new one takes one line here: its corpus, the pieces that mean something to it,
/// what it does with an input, and how much memory that may cost.
/// </summary>
public static class FuzzTargets
{
    private const string DeviceId = "press-1";
    private static readonly MqttReadRules Rules = new(256 * 1024 + 1024, WildcardsInNames: true);

    private static readonly TwinDocument Twin = TwinUpdates.PatchReported(
        TwinUpdates.Patch(TwinDocument.Create(DeviceId, DateTimeOffset.UnixEpoch), Json.ParseObject(Sessions.Bodies[4]), DateTimeOffset.UnixEpoch).Twin,
        Json.ParseObject("""{"z":7,"fw":{"v":"1.0"},"list":[1]}"""),
        null,
        DateTimeOffset.UnixEpoch).Twin;

    private static readonly QueryRow Row = new("a", Json.ParseObject("""{"deviceId":"a","moduleId":"m","jobId":"j","tags":{"a":1},"outcome":{"deviceMethodResponse":null},"statusReason":null}"""));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("mqtt packets", Sessions.Bytes, Pieces("\u0000\u0004MQTT\u0004", "\u00ff\u00ff\u00ff\u007f", "0\u0000", "\u0082\u0002"), Packets, 32, 16_384),
        new("mqtt body", [.. Sessions.Bytes.Where(bytes => bytes.Length < 4096)], Pieces("\u0000\u0004MQTT\u0004", "\u0000\u0000", "\u0000\u0001a"), Body, 32, 16_384),
        new("topic", Bytes([.. Sessions.Topics, .. Sessions.Filters]), Pieces("$rid=", "&", "?", "$version=", "99999999999999999999", "/", "%2F", "devices/", "messages/events/"), Topic, 48, 8192),
        new("property bag", Bytes(Sessions.Bags), Pieces("%24.ct=", "&", "=", "%", "%ff", "%C3%A4", "+", "/"), Bag, 96, 8192),
        new("user name", Bytes(Sessions.UserNames), Pieces("/?", "api-version=2021-04-12", "&", "model-id=", "DeviceClientType=", "%", "%3B", DeviceId), UserName, 48, 8192),
        new("sas token", Bytes(Sessions.Tokens), Pieces("SharedAccessSignature ", "sr=", "&sig=", "&se=", "&skn=", "%2B", "%", "=="), Token, 64, 16_384),
        new("json", Bytes(Sessions.Bodies), Pieces("{\"a\":", "[", "]", "}", ",", "\"", "\\ud800", "\\u0000", "null", "1e999", "-0", "4503599627370496", "$metadata", "{\"properties\":{\"desired\":", "\u00e4"), Patch, 512, 32_768),
        new("query", Bytes(Sessions.Queries), Pieces("SELECT * FROM devices WHERE ", "tags.a", "[[", "]]", "(", ")", "NOT ", "-", "+1", " AND ", " OR ", "'", "\"", " IN [", ",", "0x", "1e308", "IS_DEFINED(", "CONTAINS(", " = ", "devices.", ".", "COUNT()", "SUM(", " AS ", " GROUP BY ", "IS_NULL(", "ARRAY_CONTAINS(", "devices.jobs", "devices.modules"), Query, 512, 32_768),
        new("provisioning topic", Bytes(Sessions.Topics.Where(topic => topic.StartsWith("$dps", StringComparison.Ordinal))), Pieces("$dps/registrations/", "iotdps-register/?", "$rid=", "&", "?", "operationId=", "="), Registration, 48, 8192),
        new("provisioning user name", Bytes(Sessions.RegistrationUserNames), Pieces("/registrations/", DeviceId, "/", "?", "&", "ClientVersion=", "DeviceClientType=", "%", "%3B"), RegistrationName, 64, 8192),
        new("waveform properties", Bytes(Sessions.Waveforms), Pieces("kind=waveform", "&", "=", "sha256=", "offset=", "length=", "axis=", "x,y,z", ",", "rate=", "scale=", "at=", "2147483647", "99999999999999999999", "-1", "%"), Waveform, 192, 16_384),
        new("waveform chunk", Sessions.Codes, Pieces("\u00ff\u00ff\u00ff", "\u0000\u0000", "\u00e0"), Compressed, 64, 49_152),
    ];

    private static readonly WaveformOptions Waveforms = new() { Folder = "" };

    private static void Packets(byte[] bytes)
    {
        // In one piece and in two, as the network has it.
        ReadAll(new ReadOnlySequence<byte>(bytes));
        if (bytes.Length > 1)
        {
            var first = new Segment(bytes.AsMemory(0, bytes.Length / 3), 0);
            Segment second = first.Append(bytes.AsMemory(bytes.Length / 3));
            ReadAll(new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length));
        }
    }

    private static void ReadAll(ReadOnlySequence<byte> input)
    {
        while (MqttReader.TryRead(ref input, Rules, out MqttPacket? packet, out MqttError error) == MqttReadStatus.Packet)
        {
            _ = error;
            if (packet is MqttSubscribe subscribe)
            {
                foreach (MqttSubscription subscription in subscribe.Subscriptions)
                {
                    DeviceFilters.Canonical(subscription.Filter, DeviceId);
                    MqttTopic.Matches(subscription.Filter, "devices/press-1/messages/devicebound/a");
                }
            }
        }
    }

    /// <summary>The length is put right, so that what is spoilt is what lies behind it.</summary>
    private static void Body(byte[] bytes)
    {
        if (bytes.Length < 2)
        {
            return;
        }

        var framed = new ArrayBufferWriter<byte>(bytes.Length + 8);
        framed.Write(bytes.AsSpan(0, 1));
        int start = 1;
        while (start < Math.Min(bytes.Length, 5) && (bytes[start] & 0x80) != 0)
        {
            start++;
        }

        ReadOnlySpan<byte> body = bytes.AsSpan(Math.Min(start + 1, bytes.Length));
        int length = body.Length;
        do
        {
            framed.Write([(byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0))]);
            length >>= 7;
        }
        while (length > 0);
        framed.Write(body);
        ReadAll(new ReadOnlySequence<byte>(framed.WrittenMemory));
    }

    private static void Topic(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        DeviceTopic topic = DeviceTopic.Parse(text, DeviceId);
        PropertyBag.Parse(topic.Bag);
        DeviceFilters.Canonical(text, DeviceId);
        MqttTopic.IsValidName(text);
        if (MqttTopic.IsValidFilter(text))
        {
            MqttTopic.Matches(text, "devices/press-1/messages/events/a=1");
        }
    }

    private static void Bag(byte[] bytes) => PropertyBag.Parse(Encoding.UTF8.GetString(bytes));

    private static void UserName(byte[] bytes) => ConnectUserName.Parse(Encoding.UTF8.GetString(bytes), DeviceId, out _);

    private static void Token(byte[] bytes)
    {
        if (SasToken.Parse(Encoding.UTF8.GetString(bytes)) is { } token)
        {
            token.Covers(DeviceId, host => host == "localhost");
            token.IsSignedBy("cHJpbWFyeS1rZXktMTIzNA==", "");
        }
    }

    private static void Registration(byte[] bytes) => ProvisioningTopic.Parse(Encoding.UTF8.GetString(bytes));

    private static void RegistrationName(byte[] bytes) => RegistrationUserName.Parse(Encoding.UTF8.GetString(bytes), DeviceId);

    private static void Waveform(byte[] bytes)
    {
        Dictionary<string, string?> properties = PropertyBag.Parse(Encoding.UTF8.GetString(bytes));
        if (WaveformWords.IsWaveform(properties)
            && WaveformWords.Parse(DeviceId, properties, new byte[64], Waveforms, out string problem) is null
            && problem.Length == 0)
        {
            throw new InvalidOperationException("A chunk is refused without a reason.");
        }
    }

    /// <summary>The content comes from outside, how much it is to be as well: in the first two bytes here.</summary>
    private static void Compressed(byte[] bytes)
    {
        if (bytes.Length < 2)
        {
            return;
        }

        int frames = bytes[0] | ((bytes[1] & 15) << 8);
        string bag = $"{Sessions.Waveforms[0]}&size={frames * 2}".Replace("i16le", "rice1", StringComparison.Ordinal);
        if (WaveformWords.Parse(DeviceId, PropertyBag.Parse(bag), bytes.AsMemory(2), Waveforms, out string problem) is var (_, _, data) ? data.Length != frames * 2 : problem.Length == 0)
        {
            throw new InvalidOperationException("A chunk is refused without a reason, or is not as long as it said.");
        }
    }

    private static void Patch(byte[] bytes)
    {
        try
        {
            JsonObject patch = StrictJson.ReadObject(bytes, "The reported properties");
            TwinUpdates.PatchReported(Twin, patch, null, DateTimeOffset.UnixEpoch);
            TwinUpdates.Patch(Twin, patch, DateTimeOffset.UnixEpoch);
        }
        catch (TwinException)
        {
            // A refusal with a sentence.
        }
    }

    private static void Query(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        try
        {
            TwinQuery query = TwinQuery.Parse(text);
            IQuerySubject subject = query.Source == QuerySource.Devices ? new ConditionSubject(Twin) : Row;
            query.Condition.Matches(subject);
            if (query.Aggregates)
            {
                var groups = new QueryGroups(query);
                groups.Add(subject);
                QueryGroup group = groups.Read()[0];
                if (GroupKey.Parse(group.Key.ToString())?.Equals(group.Key) != true || group.ToJson(query).Count > query.Columns!.Count)
                {
                    throw new InvalidOperationException("A group is not what its key says.");
                }
            }
            else if (query.Columns is { } columns && query.Project(subject).Count > columns.Count)
            {
                throw new InvalidOperationException("A row has more than was asked for.");
            }
        }
        catch (ConditionException refusal)
        {
            if (refusal.Position < 0 || refusal.Position > text.Length)
            {
                throw new InvalidOperationException($"The refusal is at {refusal.Position} of a text of {text.Length}.", refusal);
            }
        }
        catch (TwinException)
        {
            // Too long.
        }
    }

    private static byte[][] Bytes(IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static byte[][] Pieces(params string[] texts) => [.. texts.Select(text => text.Contains('\u00e4', StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(text) : Encoding.Latin1.GetBytes(text))];

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
