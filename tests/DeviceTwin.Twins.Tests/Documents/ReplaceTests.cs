using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>PUT: the sections that are present are replaced whole, and the device is told what it no longer has.</summary>
public sealed class ReplaceTests
{
    private static TwinChange Replace(TwinDocument twin, string document) => TwinUpdates.Replace(twin, Doc.Object(document), Doc.Start.AddSeconds(9));

    [Test]
    public void The_device_is_sent_the_document_with_null_for_every_removed_key()
    {
        var twin = Doc.Empty.Desire("""{"a":{"b":1,"c":{"d":2}},"e":3}""");
        var change = Replace(twin, """{"properties":{"desired":{"a":{"b":1,"x":7}}}}""");
        Assert.That(change.Twin.Desired.Properties.Text(), Is.EqualTo("""{"a":{"b":1,"x":7}}"""));
        Assert.That(change.DesiredPatch!.Text(), Is.EqualTo("""{"a":{"b":1,"x":7,"c":null},"e":null}"""));
        Assert.That(change.Twin.Desired.Version, Is.EqualTo(3));
    }

    [Test]
    public void Every_key_of_the_new_document_was_written_in_the_new_version()
    {
        var twin = Doc.Empty.Desire("""{"a":1,"b":2}""");
        var change = Replace(twin, """{"properties":{"desired":{"a":1}}}""");
        Assert.That(change.Twin.Desired.Metadata.Text(), Is.EqualTo(
            """
            {"$lastUpdated":"2026-11-22T08:00:09.0000000Z","$lastUpdatedVersion":3,
            "a":{"$lastUpdated":"2026-11-22T08:00:09.0000000Z","$lastUpdatedVersion":3}}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void Sections_that_are_absent_stay()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""").Tag("""{"line":"A"}""");
        var change = Replace(twin, """{"tags":{"hall":2}}""");
        Assert.That((change.Twin.Tags.Text(), change.Twin.Desired.Properties.Text()), Is.EqualTo(("""{"hall":2}""", """{"a":1}""")));
        Assert.That((change.DesiredPatch, change.TagsPatch!.Text()), Is.EqualTo(((object?)null, """{"hall":2,"line":null}""")));
    }

    [Test]
    public void An_empty_section_removes_everything_once()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        var change = Replace(twin, """{"properties":{"desired":{}}}""");
        Assert.That((change.Twin.Desired.Properties.Text(), change.DesiredPatch!.Text()), Is.EqualTo(("{}", """{"a":null}""")));
        Assert.That(Replace(change.Twin, """{"properties":{"desired":{}}}""").Any, Is.False);
    }

    [Test]
    public void What_a_client_read_it_may_write_back()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""").Tag("""{"line":"A"}""");
        var change = Replace(
            twin,
            """
            {"deviceId":"node-1","etag":"AAAAAAAAAAM=","version":3,"status":"enabled","tags":{"line":"A"},
             "properties":{"desired":{"a":2,"$metadata":{"$lastUpdated":"2026-11-22T08:00:00Z"},"$version":2},"reported":{"$version":1}}}
            """);
        Assert.That(change.Twin.Desired.Properties.Text(), Is.EqualTo("""{"a":2}"""));
    }

    [TestCase("""{"desired":{"a":1}}""", "\"desired\" is not part of a twin.")]
    [TestCase("""{"properties":{"desird":{"a":1}}}""", "properties.desird is not part of a twin.")]
    [TestCase("""{"tags":null}""", "tags must be an object.")]
    [TestCase("""{"properties":{"desired":[1]}}""", "properties.desired must be an object.")]
    [TestCase("""{"properties":5}""", "properties must be an object.")]
    public void What_has_not_the_shape_of_a_twin_is_refused(string document, string begin)
    {
        var refusal = Doc.Refusal(() => Replace(Doc.Empty, document));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.Format));
        Assert.That(refusal.Message, Does.StartWith(begin));
    }

    [Test]
    public void A_key_that_occurs_twice_is_refused()
    {
        var twice = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse("""{"a":1,"a":2}""")!;
        var refusal = Doc.Refusal(() => TwinUpdates.PatchReported(Doc.Empty, twice, null, Doc.Start));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.Format));
    }
}
