using System.Text;
using System.Text.Json;
using DeviceTwin.SensorNode.Twin.Json;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>The reader accepts exactly RFC 8259 within its bounds; System.Text.Json is the independent judge.</summary>
public sealed class JsonReaderTests
{
    [Test]
    public void ReadsEveryKindOfToken()
    {
        Assert.That(
            Tokens("""{"a":[1,-2,3.5,1e3,true,false,null,"x"],"b":{}}"""),
            Is.EqualTo(new[]
            {
                JsonToken.ObjectStart, JsonToken.Name, JsonToken.ArrayStart, JsonToken.Integer, JsonToken.Integer, JsonToken.Fraction,
                JsonToken.Fraction, JsonToken.True, JsonToken.False, JsonToken.Null, JsonToken.String, JsonToken.ArrayEnd, JsonToken.Name,
                JsonToken.ObjectStart, JsonToken.ObjectEnd, JsonToken.ObjectEnd, JsonToken.End,
            }));
    }

    [TestCase("0", 0)]
    [TestCase("-0", 0)]
    [TestCase("-1", -1)]
    [TestCase("2147483648", 2147483648)]
    [TestCase("999999999999999999", 999999999999999999)]
    [TestCase("1000000000000000000", 999999999999999999)]
    [TestCase("-123456789012345678901234567890", -999999999999999999)]
    public void ReadsIntegersAndLimitsThoseThatAreTooLong(string text, long expected)
    {
        var reader = Reader(text);
        Assert.That(reader.Next(), Is.EqualTo(JsonToken.Integer));
        Assert.That(reader.Integer, Is.EqualTo(expected));
    }

    [TestCase("""  "" """, "")]
    [TestCase("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t")]
    [TestCase("\"\\u002B\\u00e9\\u20AC\\ud83d\\ude00\"", "+é€😀")]
    [TestCase("\"é€😀\"", "é€😀")]
    public void DecodesTexts(string text, string expected)
    {
        var reader = Reader(text);
        Assert.That(reader.Next(), Is.EqualTo(JsonToken.String));
        Assert.That(reader.Text(), Is.EqualTo(expected));
    }

    [TestCase("", 0)]
    [TestCase("   ", 3)]
    [TestCase("{", 1)]
    [TestCase("{\"a\"}", 4)]
    [TestCase("{\"a\":}", 5)]
    [TestCase("{\"a\":1,}", 7)]
    [TestCase("{,}", 1)]
    [TestCase("[1,]", 3)]
    [TestCase("[1 2]", 3)]
    [TestCase("[1}", 2)]
    [TestCase("tru", 3)]
    [TestCase("nul!", 3)]
    [TestCase("01", 1)]
    [TestCase("-", 1)]
    [TestCase("1.", 2)]
    [TestCase("1e", 2)]
    [TestCase("+1", 0)]
    [TestCase("1 2", 2)]
    [TestCase("\"abc", 4)]
    [TestCase("\"a\nb\"", 2)]
    [TestCase("\"\\x\"", 1)]
    [TestCase("\"\\u12G4\"", 1)]
    [TestCase("\"\\ud83d\"", 1)]
    [TestCase("\"\\ude00\"", 1)]
    public void RefusesWhatIsNotJsonAndSaysWhere(string text, int position)
    {
        var reader = Reader(text);
        JsonToken token;
        do
        {
            token = reader.Next();
        }
        while (token is not (JsonToken.Malformed or JsonToken.End));

        Assert.That(token, Is.EqualTo(JsonToken.Malformed));
        Assert.That(reader.Position, Is.EqualTo(position));
        Assert.That(reader.Next(), Is.EqualTo(JsonToken.Malformed), "malformed is final");
    }

    [TestCase(new byte[] { 0x22, 0xC0, 0xAF, 0x22 }, TestName = "RefusesUtf8ThatIsOverlong")]
    [TestCase(new byte[] { 0x22, 0xED, 0xA0, 0x80, 0x22 }, TestName = "RefusesUtf8ThatIsASurrogate")]
    [TestCase(new byte[] { 0x22, 0xF4, 0x90, 0x80, 0x80, 0x22 }, TestName = "RefusesUtf8BeyondUnicode")]
    [TestCase(new byte[] { 0x22, 0xE2, 0x82, 0x22 }, TestName = "RefusesUtf8CutShort")]
    [TestCase(new byte[] { 0x22, 0x80, 0x22 }, TestName = "RefusesUtf8ContinuationAlone")]
    public void RefusesBadUtf8(byte[] bytes)
    {
        var reader = new JsonReader();
        reader.Start(bytes, bytes.Length);
        Assert.That(reader.Next(), Is.EqualTo(JsonToken.Malformed));
    }

    [Test]
    public void DepthIsBounded()
    {
        string deepest = new string('[', JsonReader.MaximumDepth) + new string(']', JsonReader.MaximumDepth);
        Assert.That(Tokens(deepest)[^1], Is.EqualTo(JsonToken.End));
        Assert.That(Tokens("[" + deepest + "]")[^1], Is.EqualTo(JsonToken.Malformed));
    }

    [Test]
    public void LengthIsBounded()
    {
        string longest = "\"" + new string('a', JsonReader.MaximumLength - 2) + "\"";
        Assert.That(Tokens(longest)[0], Is.EqualTo(JsonToken.String));
        Assert.That(Tokens(longest + " ")[0], Is.EqualTo(JsonToken.Malformed));
    }

    [Test]
    public void SkipPassesOverOneValue()
    {
        var reader = Reader("""{"a":{"b":[1,{"c":2}]},"d":3}""");
        reader.Next();
        reader.Next();
        Assert.That(reader.Skip(reader.Next()), Is.True);
        Assert.That(reader.Next(), Is.EqualTo(JsonToken.Name));
        Assert.That(reader.TextIs("d"), Is.True);
    }

    /// <summary>Any document, intact or with one byte changed, is accepted exactly where System.Text.Json accepts it.</summary>
    [Test]
    public void AgreesWithSystemTextJsonOnDamagedDocuments()
    {
        var random = new Random(20261122);
        string[] seeds =
        [
            """{"desired":{"sampling":{"captureIntervalSeconds":60},"$version":7},"reported":{"$version":3}}""",
            """[1,-2.5e+3,true,false,null,"aé\u0041\ud83d\ude00\n"]""",
            """ { "a" : [ ] , "b" : { } , "c" : [ { } , [ ] ] } """,
        ];
        byte[] replacements = Encoding.ASCII.GetBytes("{}[],:\"\\0123456789truefalsn-+.eE \n\tu\u0001");
        for (int round = 0; round < 20000; round++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]);
            for (int change = random.Next(3); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(8) == 0 ? (byte)random.Next(256) : replacements[random.Next(replacements.Length)];
            }

            Assert.That(Accepts(bytes), Is.EqualTo(SystemAccepts(bytes)), () => $"round {round}: {Convert.ToHexString(bytes)}\n{Encoding.UTF8.GetString(bytes)}");
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public FsCheck.Property EveryTextSurvivesWritingAndReading() => Prop.ForAll<string?>(text =>
    {
        // Half a surrogate pair is no character; the writer replaces it as UTF-8 encoders do.
        string? expected = text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        var writer = new JsonWriter(4, 1 << 20);
        writer.Value(text);
        byte[] bytes = writer.ToArray();
        var reader = new JsonReader();
        reader.Start(bytes, bytes.Length);
        JsonToken token = reader.Next();
        return (expected is null ? token == JsonToken.Null : token == JsonToken.String && reader.Text() == expected)
            && JsonSerializer.Deserialize<string?>(bytes) == expected;
    });

    private static JsonReader Reader(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new JsonReader();
        reader.Start(bytes, bytes.Length);
        return reader;
    }

    private static List<JsonToken> Tokens(string text)
    {
        var reader = Reader(text);
        var tokens = new List<JsonToken>();
        do
        {
            tokens.Add(reader.Next());
        }
        while (tokens[^1] is not (JsonToken.Malformed or JsonToken.End));

        return tokens;
    }

    private static bool Accepts(byte[] bytes)
    {
        var reader = new JsonReader();
        reader.Start(bytes, bytes.Length);
        while (true)
        {
            JsonToken token = reader.Next();
            if (token is JsonToken.Malformed or JsonToken.End)
            {
                return token == JsonToken.End;
            }
        }
    }

    private static bool SystemAccepts(byte[] bytes)
    {
        try
        {
            // System.Text.Json looks at the characters of a text only when the text is asked for.
            using JsonDocument document = JsonDocument.Parse(bytes);
            Touch(document.RootElement);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Touch(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Touch(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Touch(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
