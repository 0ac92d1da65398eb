using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins.Documents;

/// <summary>Versions and ETags: what counts up with which change.</summary>
public sealed class VersionTests
{
    [Test]
    public void A_new_twin_begins_at_version_1_everywhere()
    {
        var twin = Doc.Empty;
        Assert.That((twin.Version, twin.Desired.Version, twin.Reported.Version, twin.ETag), Is.EqualTo((1L, 1L, 1L, "AAAAAAAAAAE=")));
        Assert.That(twin.Desired.ToJson(true).Text(), Is.EqualTo(
            """{"$metadata":{"$lastUpdated":"2026-11-22T08:00:00.0000000Z","$lastUpdatedVersion":1},"$version":1}"""));
        Assert.That(twin.Reported.ToJson(true).Text(), Is.EqualTo(
            """{"$metadata":{"$lastUpdated":"2026-11-22T08:00:00.0000000Z"},"$version":1}"""));
    }

    [Test]
    public void Each_section_counts_by_itself_and_the_twin_counts_them_all()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        Assert.That((twin.Version, twin.Desired.Version, twin.Reported.Version, twin.ETag), Is.EqualTo((2L, 2L, 1L, "AAAAAAAAAAI=")));
        twin = twin.Report("""{"a":1}""");
        Assert.That((twin.Version, twin.Desired.Version, twin.Reported.Version), Is.EqualTo((3L, 2L, 2L)));
        twin = twin.Tag("""{"line":"A"}""");
        Assert.That((twin.Version, twin.Desired.Version, twin.Reported.Version, twin.ETag), Is.EqualTo((4L, 2L, 2L, "AAAAAAAAAAM=")));
    }

    [Test]
    public void A_report_leaves_the_etag_so_that_busy_devices_do_not_starve_operators()
    {
        var twin = Doc.Empty;
        Assert.That(twin.Report("""{"a":1}""").ETag, Is.EqualTo(twin.ETag));
    }

    [Test]
    public void Tags_alone_do_not_touch_the_desired_properties()
    {
        var change = TwinUpdates.Patch(Doc.Empty, Doc.Object("""{"tags":{"line":"A"}}"""), Doc.Start);
        Assert.That(change.DesiredPatch, Is.Null);
        Assert.That(change.Twin.Desired.Version, Is.EqualTo(1));
    }

    [Test]
    public void Tags_and_desired_in_one_patch_are_one_change_with_one_etag()
    {
        var change = TwinUpdates.Patch(Doc.Empty, Doc.Object("""{"tags":{"line":"A"},"properties":{"desired":{"a":1}}}"""), Doc.Start);
        Assert.That((change.Twin.ETag, change.Twin.Version), Is.EqualTo(("AAAAAAAAAAI=", 2L)));
        Assert.That((change.TagsPatch!.Text(), change.DesiredPatch!.Text()), Is.EqualTo(("""{"line":"A"}""", """{"a":1}""")));
    }

    [TestCase("{}")]
    [TestCase("""{"tags":{}}""")]
    [TestCase("""{"properties":{"desired":{}}}""")]
    [TestCase("""{"properties":{"reported":{"a":1}}}""", Description = "reported is the device's to write")]
    [TestCase("""{"deviceId":"x","etag":"y","properties":{"desired":{"$version":7,"$metadata":{"a":{}}}}}""")]
    public void An_empty_patch_is_no_change(string patch)
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        var change = TwinUpdates.Patch(twin, Doc.Object(patch), Doc.Start);
        Assert.That((change.Any, ReferenceEquals(change.Twin, twin)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Writing_the_same_value_again_is_an_update_like_any_other()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""", 1).Desire("""{"a":1}""", 2);
        Assert.That(twin.Desired.Version, Is.EqualTo(3));
        Assert.That(TwinMetadata.VersionAt(twin.Desired, "a"), Is.EqualTo(3));
    }

    [Test]
    public void A_refused_change_leaves_everything_as_it_was()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        var text = twin.Desired.ToJson(true).Text();
        var refusal = Doc.Refusal(() => twin.Patch("""{"tags":{"line":"A"},"properties":{"desired":{"b":2,"c d":3}}}"""));
        Assert.That(refusal.Error, Is.EqualTo(TwinError.ArgumentInvalid));
        Assert.That((twin.Desired.ToJson(true).Text(), twin.Tags.Count, twin.Version), Is.EqualTo((text, 0, 2L)));
    }

    [Test]
    public void A_device_may_insist_on_the_version_of_its_reported_properties()
    {
        var twin = Doc.Empty.Report("""{"a":1}""");
        var next = TwinUpdates.PatchReported(twin, Doc.Object("""{"a":2}"""), 2, Doc.Start).Twin;
        Assert.That(next.Reported.Version, Is.EqualTo(3));
        var refusal = Doc.Refusal(() => TwinUpdates.PatchReported(next, Doc.Object("""{"a":3}"""), 2, Doc.Start));
        Assert.That((refusal.Error, refusal.Message), Is.EqualTo(
            (TwinError.PreconditionFailed, "The reported properties have version 3, not 2. Read the twin and patch again.")));
    }
}
