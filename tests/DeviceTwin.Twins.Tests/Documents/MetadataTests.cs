using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary><c>$metadata</c>: when, and in which version, each level was last written.</summary>
public sealed class MetadataTests
{
    [Test]
    public void Every_level_on_the_way_to_a_written_key_is_stamped_and_nothing_else()
    {
        var twin = Doc.Empty.Desire("""{"a":{"b":1,"c":2},"d":3}""", 1).Desire("""{"a":{"c":5}}""", 2);
        Assert.That(twin.Desired.Metadata.Text(), Is.EqualTo(
            """
            {"$lastUpdated":"2026-11-22T08:00:02.0000000Z","$lastUpdatedVersion":3,
            "a":{"$lastUpdated":"2026-11-22T08:00:02.0000000Z","$lastUpdatedVersion":3,
            "b":{"$lastUpdated":"2026-11-22T08:00:01.0000000Z","$lastUpdatedVersion":2},
            "c":{"$lastUpdated":"2026-11-22T08:00:02.0000000Z","$lastUpdatedVersion":3}},
            "d":{"$lastUpdated":"2026-11-22T08:00:01.0000000Z","$lastUpdatedVersion":2}}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void Reported_properties_have_times_and_no_versions()
    {
        var twin = Doc.Empty.Report("""{"a":{"b":1}}""", 1);
        Assert.That(twin.Reported.Metadata.Text(), Is.EqualTo(
            """
            {"$lastUpdated":"2026-11-22T08:00:01.0000000Z",
            "a":{"$lastUpdated":"2026-11-22T08:00:01.0000000Z",
            "b":{"$lastUpdated":"2026-11-22T08:00:01.0000000Z"}}}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void A_removed_key_is_forgotten_and_its_parents_know_of_the_change()
    {
        var twin = Doc.Empty.Desire("""{"a":{"b":1,"c":2}}""", 1).Desire("""{"a":{"b":null}}""", 2);
        Assert.That(TwinMetadata.VersionAt(twin.Desired, "a"), Is.EqualTo(3));
        Assert.That(TwinMetadata.VersionAt(twin.Desired, "a.b"), Is.Zero);
        Assert.That(TwinMetadata.VersionAt(twin.Desired, "a.c"), Is.EqualTo(2));
    }

    [Test]
    public void What_was_known_of_a_value_is_forgotten_when_an_object_takes_its_place()
    {
        var twin = Doc.Empty.Desire("""{"a":{"b":1}}""", 1).Desire("""{"a":5}""", 2).Desire("""{"a":{"c":1}}""", 3);
        Assert.That(twin.Desired.Metadata["a"]!.Text(), Is.EqualTo(
            """{"$lastUpdated":"2026-11-22T08:00:03.0000000Z","$lastUpdatedVersion":4,"c":{"$lastUpdated":"2026-11-22T08:00:03.0000000Z","$lastUpdatedVersion":4}}"""));
    }

    [Test]
    public void An_array_is_one_value()
    {
        var twin = Doc.Empty.Desire("""{"a":[{"b":1}]}""");
        Assert.That(twin.Desired.Metadata["a"]!.Text(), Is.EqualTo("""{"$lastUpdated":"2026-11-22T08:00:01.0000000Z","$lastUpdatedVersion":2}"""));
    }

    [Test]
    public void Times_are_UTC_with_seven_digits() => Assert.That(
        Json.Timestamp(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddTicks(1)), Is.EqualTo("2026-01-02T01:04:05.0000001Z"));
}
