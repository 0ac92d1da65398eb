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
    public void When_somebody_looks_makes_no_difference()
    {
        string[] patches =
        [
            """{"a":{"b":1,"c":2},"d":3}""", """{"a":5}""", """{"d":null}""", """{"a":{"c":1}}""", """{"e":{}}""", """{"e":{"f":[1]},"a":{"c":null}}""", """{"e":4,"a":null}""",
        ];
        var (looked, never) = (Doc.Empty, Doc.Empty);
        for (var i = 0; i < 200; i++)
        {
            var patch = patches[(i * 5) % patches.Length];
            (looked, never) = (looked.Report(patch, i).Desire(patch, i), never.Report(patch, i).Desire(patch, i));
            _ = looked.Reported.Metadata;
            _ = looked.Desired.Metadata;
        }

        Assert.That(never.Reported.Metadata.Text(), Is.EqualTo(looked.Reported.Metadata.Text()));
        Assert.That(never.Desired.Metadata.Text(), Is.EqualTo(looked.Desired.Metadata.Text()));
    }

    [Test]
    public void Many_who_look_at_once_see_the_same_and_an_earlier_twin_keeps_its_own()
    {
        var earlier = Doc.Empty;
        for (var i = 1; i <= 20; i++)
        {
            earlier = earlier.Report($$"""{"a":{{i}}}""", i);
        }

        var later = earlier.Report("""{"b":1}""", 30);
        var seen = new System.Text.Json.Nodes.JsonObject[64];
        Parallel.For(0, seen.Length, i => seen[i] = i % 2 == 0 ? later.Reported.Metadata : earlier.Reported.Metadata);
        Assert.That(seen.Where((_, i) => i % 2 == 0), Is.All.SameAs(later.Reported.Metadata));
        Assert.That(seen.Where((_, i) => i % 2 == 1), Is.All.SameAs(earlier.Reported.Metadata));
        Assert.That(earlier.Reported.Metadata.ContainsKey("b"), Is.False);
        Assert.That(later.Reported.Metadata.ContainsKey("b"), Is.True);
    }

    [Test]
    public void Times_are_UTC_with_seven_digits() => Assert.That(
        Json.Timestamp(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddTicks(1)), Is.EqualTo("2026-01-02T01:04:05.0000001Z"));
}
