using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>Azure IoT Hub's limits of a twin, at, just below and just above each.</summary>
public sealed class LimitTests
{
    private const int StringLimit = 4096;

    /// <summary>An object of exactly the size asked for, in strings that are short enough.</summary>
    private static JsonObject OfSize(int size)
    {
        var document = new JsonObject();
        for (var index = 0; size > 0; index++)
        {
            var key = $"k{index:D2}";
            var length = Math.Min(size - key.Length, StringLimit);
            document[key] = new string('x', length);
            size -= key.Length + length;
        }

        return document;
    }

    private static TwinDocument Write(string section, JsonObject document) => section switch
    {
        "tags" => TwinUpdates.Patch(Doc.Empty, new JsonObject { ["tags"] = document }, Doc.Start).Twin,
        "desired" => TwinUpdates.PatchDesired(Doc.Empty, document, Doc.Start).Twin,
        "replaced" => TwinUpdates.Replace(
            Doc.Empty, new JsonObject { ["properties"] = new JsonObject { ["desired"] = document } }, Doc.Start).Twin,
        _ => TwinUpdates.PatchReported(Doc.Empty, document, null, Doc.Start).Twin,
    };

    [TestCase("tags", 8 * 1024)]
    [TestCase("desired", 32 * 1024)]
    [TestCase("replaced", 32 * 1024)]
    [TestCase("reported", 32 * 1024)]
    public void A_section_may_grow_to_its_limit(string section, int limit)
    {
        Assert.That(TwinLimits.Size(OfSize(limit)), Is.EqualTo(limit));
        Write(section, OfSize(limit - 1));
        Write(section, OfSize(limit));
        var refusal = Doc.Refusal(() => Write(section, OfSize(limit + 1)));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.TooLarge));
        Assert.That(refusal.Message, Does.Contain($"would have {limit + 1} bytes, {limit} are allowed"));
    }

    [Test]
    public void The_limit_holds_for_what_patches_add_up_to()
    {
        var twin = Write("reported", OfSize((32 * 1024) - 10));
        Assert.That(twin.Report("""{"a":"123456789"}""").Reported.Version, Is.EqualTo(3));
        Assert.That(Doc.Refusal(() => twin.Report("""{"a":"1234567890"}""")).Error, Is.EqualTo(TwinError.TooLarge));
    }

    [Test]
    public void A_section_that_is_too_large_may_still_shrink_or_stay_but_not_grow()
    {
        var oversize = OfSize(33 * 1024);
        oversize["n"] = "1234";
        var twin = Doc.Empty with { Reported = Doc.Empty.Reported with { Properties = oversize } };
        Assert.That(twin.Report("""{"k00":null}""").Reported.Version, Is.EqualTo(2));
        Assert.That(twin.Report("""{"n":"123"}""").Reported.Version, Is.EqualTo(2));
        Assert.That(twin.Report("""{"n":"5678"}""").Reported.Version, Is.EqualTo(2));
        Assert.That(Doc.Refusal(() => twin.Report("""{"n":"12345"}""")).Error, Is.EqualTo(TwinError.TooLarge));
    }

    [TestCase("""{"abc":"12345"}""", 8, Description = "keys and strings by characters")]
    [TestCase("""{"a":123456789.5,"b":1}""", 18, Description = "numbers 8")]
    [TestCase("""{"a":true,"b":false}""", 10, Description = "booleans 4")]
    [TestCase("""{"a":{"b":{"c":"x"}}}""", 4, Description = "objects are the sum of what is in them")]
    [TestCase("""{"a":["x",1,true]}""", 14, Description = "arrays too")]
    [TestCase("""{"a":"\u0000\t\u0085x"}""", 2, Description = "control characters do not count")]
    [TestCase("""{"ä":"äöü"}""", 4, Description = "characters, not bytes")]
    [TestCase("{}", 0)]
    public void Sizes_are_counted_as_Azure_counts_them(string document, int size) =>
        Assert.That(TwinLimits.Size(Doc.Object(document)), Is.EqualTo(size));

    [TestCase("""{"a":1.{0}}""", "0", Description = "digits")]
    [TestCase("""{"a":[{0}{}]}""", "[],", Description = "empty arrays")]
    [TestCase("""{"a":[{0}{}]}""", "{},", Description = "empty objects")]
    [TestCase("""{"a":[{0}""]}""", "\"\",", Description = "empty strings")]
    [TestCase("""{"a":[{0}""]}""", "\"\\u0001\",", Description = "control characters")]
    public void What_Azure_does_not_count_is_bounded_too(string document, string part)
    {
        var few = document.Replace("{0}", string.Concat(Enumerable.Repeat(part, 2000)));
        var twin = Doc.Empty.Report(few);
        Assert.That(TwinLimits.Size(twin.Reported.Properties), Is.LessThan(20));
        var many = document.Replace("{0}", string.Concat(Enumerable.Repeat(part, (32 * 1024 * 8 / part.Length) + 1)));
        var refusal = Doc.Refusal(() => twin.Report(many));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.TooLarge));
        Assert.That(refusal.Message, Does.Contain("characters of JSON, 262144 are allowed"));
    }

    [Test]
    public void Objects_may_nest_ten_deep()
    {
        static string Nested(int levels, string inner) =>
            string.Concat(Enumerable.Range(1, levels).Select(level => $$"""{"l{{level}}":""")) + inner + new string('}', levels);

        // The tenth object below the section may hold a property, as in Azure's example.
        Doc.Empty.Desire(Nested(10, """{"property":"value"}"""));
        Assert.That(Doc.Refusal(() => Doc.Empty.Desire(Nested(11, """{"property":"value"}"""))).Message, Does.Contain("deeper than 10 levels"));
        Doc.Empty.Desire(Nested(10, "[1]"));
        Assert.That(Doc.Refusal(() => Doc.Empty.Desire(Nested(10, "[[1]]"))).Message, Does.Contain("deeper than 10 levels"));
    }

    [TestCase("a.b", "'.'")]
    [TestCase("a b", "' '")]
    [TestCase("a$b", "'$'")]
    [TestCase("$a", "'$'")]
    [TestCase("$version2", "'$'")]
    [TestCase("a\u0000", "U+0000")]
    [TestCase("a\u001f", "U+001F")]
    [TestCase("a\u007f", "U+007F")]
    [TestCase("a\u0080", "U+0080")]
    [TestCase("a\u009f", "U+009F")]
    public void Keys_without_reserved_or_control_characters(string key, string shown)
    {
        foreach (var document in new[] { new JsonObject { [key] = 1 }, new JsonObject { ["a"] = new JsonObject { [key] = 1 } }, new JsonObject { [key] = null } })
        {
            var refusal = Doc.Refusal(() => TwinUpdates.PatchReported(Doc.Empty, document, null, Doc.Start));
            Assert.That((refusal.Error, refusal.Message), Is.EqualTo((TwinError.ArgumentInvalid, refusal.Message)));
            Assert.That(refusal.Message, Does.Contain(shown));
        }
    }

    [TestCase("ä")]
    [TestCase("日本")]
    [TestCase("a-b_c:d/e#f")]
    [TestCase("__t")]
    [TestCase("\u00a0")]
    public void Other_characters_in_keys_are_welcome(string key) =>
        Assert.That(TwinUpdates.PatchReported(Doc.Empty, new JsonObject { [key] = 1 }, null, Doc.Start).Twin.Reported.Properties.ContainsKey(key));

    [Test]
    public void The_hubs_own_keys_are_left_aside_at_the_root_of_properties_and_refused_elsewhere()
    {
        var twin = Doc.Empty.Desire("""{"a":1,"$version":99,"$metadata":{"x":1}}""");
        Assert.That((twin.Desired.Properties.Text(), twin.Desired.Version), Is.EqualTo(("""{"a":1}""", 2L)));
        Doc.Refusal(() => Doc.Empty.Desire("""{"a":{"$version":1}}"""));
        Doc.Refusal(() => Doc.Empty.Tag("""{"$version":1}"""));
    }

    [Test]
    public void Keys_have_at_most_1024_bytes()
    {
        static void Write(string key) => TwinUpdates.PatchReported(Doc.Empty, new JsonObject { [key] = 1 }, null, Doc.Start);
        Write(new string('k', 1024));
        Write(new string('ä', 512));
        Doc.Refusal(() => Write(new string('k', 1025)));
        Doc.Refusal(() => Write(new string('ä', 512) + "k"));
        Doc.Refusal(() => Write(""));
    }

    [Test]
    public void Strings_have_at_most_4096_bytes()
    {
        static void Write(string text) => TwinUpdates.PatchReported(Doc.Empty, new JsonObject { ["a"] = new JsonArray(text) }, null, Doc.Start);
        Write(new string('x', 4095));
        Write(new string('x', 4096));
        Doc.Refusal(() => Write(new string('x', 4097)));
        Doc.Refusal(() => Write(new string('ä', 2048) + "x"));
    }

    [TestCase("-4503599627370496")]
    [TestCase("4503599627370495")]
    [TestCase("1.5")]
    [TestCase("1e300")]
    [TestCase("4503599627370496.5")]
    public void Integers_of_53_bits_and_doubles_are_kept(string number) =>
        Assert.That(Doc.Empty.Desire($$"""{"a":{{number}}}""").Desired.Properties["a"]!.ToJsonString(), Is.EqualTo(number));

    [TestCase("-4503599627370497")]
    [TestCase("4503599627370496")]
    [TestCase("9223372036854775808")]
    [TestCase("100000000000000000000000000000")]
    [TestCase("1e400")]
    [TestCase("-1e400")]
    public void Other_numbers_are_refused(string number)
    {
        var patch = (JsonObject)JsonNode.Parse($$"""{"a":{{number}}}""")!;
        var refusal = Doc.Refusal(() => TwinUpdates.PatchDesired(Doc.Empty, patch, Doc.Start));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.ArgumentInvalid));
        Assert.That(refusal.Message, Does.StartWith($"properties.desired.a is {number}").And.Contain("as a string"));
    }

    [Test]
    public void Numbers_made_in_memory_count_as_those_from_text()
    {
        var patch = new JsonObject { ["int"] = 5, ["long"] = 5L, ["double"] = 5.5, ["decimal"] = 1.50m };
        var twin = TwinUpdates.PatchDesired(Doc.Empty, patch, Doc.Start).Twin;
        Assert.That(twin.Desired.Properties.Text(), Is.EqualTo("""{"int":5,"long":5,"double":5.5,"decimal":1.50}"""));
    }
}
