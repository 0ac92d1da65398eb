using System.Text.Json.Nodes;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Bridge;

/// <summary>What the mirror of a device decides: a table of cases, then walks through whatever may happen.</summary>
public sealed class MirrorTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_twin_there_is_read_before_anything_is_sent()
    {
        var (mirror, step) = Mirror.Start(DesiredOwner.Here, reports: true).Next(Here(reported: """{"a":1}"""));
        Assert.That(step, Is.EqualTo(MirrorStep.Read.Now));
        Assert.That(mirror.There, Is.Null);
    }

    [TestCase("""{"a":1,"b":{"c":[1,2]}}""", """{"a":1,"b":{"c":[1,2]}}""", null, TestName = "Where the twins agree nothing is sent")]
    [TestCase("""{"a":20}""", """{"a":20.0}""", null, TestName = "Numbers agree by value")]
    [TestCase("""{"a":1,"b":2}""", """{"a":1}""", """{"b":2}""", TestName = "What is missing there is sent")]
    [TestCase("""{"a":1}""", """{"a":1,"old":{"x":1}}""", """{"old":null}""", TestName = "What is gone here goes there")]
    [TestCase("""{"a":{"x":1,"y":2}}""", """{"a":{"x":1,"y":3,"z":4}}""", """{"a":{"y":2,"z":null}}""", TestName = "Objects are compared inside")]
    [TestCase("""{"a":{"x":1}}""", """{"a":7}""", """{"a":{"x":1}}""", TestName = "A value becomes an object")]
    [TestCase("""{"a":7}""", """{"a":{"x":1}}""", """{"a":7}""", TestName = "An object becomes a value")]
    [TestCase("""{"a":[1,3]}""", """{"a":[1,2]}""", """{"a":[1,3]}""", TestName = "Arrays are sent whole")]
    public void Reported_properties_are_compared(string here, string there, string? patch)
    {
        var (_, step) = Read(Mirror.Start(DesiredOwner.Here, reports: true), Here(reported: here), reported: there).Next(Here(reported: here));
        Assert.That((step as MirrorStep.Report)?.Patch.ToJsonString(), Is.EqualTo(patch));
    }

    [Test]
    public void Nothing_is_reported_where_only_telemetry_is_mirrored()
    {
        var here = Here(reported: """{"a":1}""");
        Assert.That(Read(Mirror.Start(DesiredOwner.Here, reports: false), here).Next(here).Step, Is.EqualTo(MirrorStep.Rest.Now));
    }

    [Test]
    public void Where_this_hub_owns_what_is_desired_there_is_seen_and_not_taken()
    {
        var here = Here(desired: """{"limit":1}""");
        var mirror = Read(Mirror.Start(DesiredOwner.Here, reports: true), here, desired: """{"limit":1}""", version: 4);
        Assert.That(mirror.NotTaken, Is.Null);
        Assert.That(mirror.Told(5, Json.ParseObject("""{"limit":1}"""), here).NotTaken, Is.Null, "the same was written");
        var other = mirror.Told(6, Json.ParseObject("""{"limit":2}"""), here);
        Assert.That((other.NotTaken, other.Next(here).Step), Is.EqualTo(((long?)6, (MirrorStep)MirrorStep.Rest.Now)));
        Assert.That(Read(mirror, here, desired: """{"limit":3}""", version: 7).NotTaken, Is.EqualTo(7));
    }

    [Test]
    public void Where_the_other_hub_owns_what_is_desired_there_is_written_here_with_what_is_gone()
    {
        var here = Here(desired: """{"limit":1,"mine":true}""");
        var mirror = Read(Mirror.Start(DesiredOwner.There, reports: true), here, desired: """{"limit":2}""", version: 4);
        var step = (MirrorStep.Desire)mirror.Next(here).Step;
        Assert.That((step.Patch.ToJsonString(), step.ETag), Is.EqualTo(("""{"limit":2,"mine":null}""", here.ETag)));
    }

    [Test]
    public void A_telling_of_the_owner_has_the_twin_read_again_unless_it_is_old()
    {
        var here = Here(desired: """{"limit":1}""");
        var mirror = Read(Mirror.Start(DesiredOwner.There, reports: true), here, desired: """{"limit":1}""", version: 4);
        Assert.That(mirror.Told(4, Json.ParseObject("""{"limit":9}"""), here).There, Is.Not.Null);
        Assert.That(mirror.Told(5, Json.ParseObject("""{"limit":9}"""), here).There, Is.Null);
    }

    [Test]
    public void What_this_hub_refuses_is_not_tried_again_until_something_is_other()
    {
        var here = Here(desired: """{"limit":1}""");
        var mirror = Read(Mirror.Start(DesiredOwner.There, reports: true), here, desired: """{"limit":2}""", version: 4).DesiredRefused(here);
        Assert.That(mirror.Next(here).Step, Is.EqualTo(MirrorStep.Rest.Now));
        Assert.That(Read(mirror, here, desired: """{"limit":3}""", version: 5).Next(here).Step, Is.TypeOf<MirrorStep.Desire>());
        Assert.That(mirror.Forgiven().Next(here).Step, Is.TypeOf<MirrorStep.Desire>());
    }

    [Test]
    public void A_refused_patch_is_sent_property_by_property_and_the_wrong_one_stays_behind()
    {
        var here = Here(reported: """{"a":1,"b":2,"c":3}""");
        var mirror = Read(Mirror.Start(DesiredOwner.Here, reports: true), here);
        var sent = new List<string>();
        while (mirror.Next(here) is (var next, MirrorStep.Report { Patch: var patch }))
        {
            sent.Add(patch.ToJsonString());
            mirror = patch.ContainsKey("b") ? next.Refused(patch) : next.Accepted(patch);
        }

        Assert.That(sent, Is.EqualTo(new[] { """{"a":1,"b":2,"c":3}""", """{"a":1}""", """{"b":2}""", """{"c":3}""" }));
        Assert.That(mirror.Held.Keys, Is.EqualTo(new[] { "b" }));

        var other = Here(reported: """{"a":1,"b":7,"c":3}""");
        var (freed, again) = mirror.Next(other);
        Assert.That(((MirrorStep.Report)again).Patch.ToJsonString(), Is.EqualTo("""{"b":7}"""), "another value may be taken");
        Assert.That(freed.Held, Is.Empty);
        Assert.That(mirror.Connected().Held.Keys, Is.EqualTo(new[] { "b" }), "a new connection alone changes nothing");
        Assert.That(mirror.Forgiven().Next(here).Step, Is.TypeOf<MirrorStep.Report>());
    }

    [Test]
    public void Acknowledgements_name_the_version_of_the_hub_that_owns()
    {
        // Version 3 here, 14 there: the same is desired.
        var here = Here().Desire("""{"limit":1,"other":1}""").Desire("""{"limit":2}""");
        var mirror = Read(Mirror.Start(DesiredOwner.There, reports: true), here, desired: """{"limit":2,"other":1}""", version: 14);
        Assert.That(here.Desired.Version, Is.EqualTo(3));

        Assert.That(There("""{"limit":{"value":2,"ac":200,"av":3}}"""), Is.EqualTo("""{"limit":{"value":2,"ac":200,"av":14}}"""));
        Assert.That(There("""{"other":{"value":1,"ac":200,"av":2}}"""), Is.EqualTo("""{"other":{"value":1,"ac":200,"av":14}}"""), "it covers the last change of its path");
        Assert.That(There("""{"limit":{"value":1,"ac":200,"av":2}}"""), Is.EqualTo("""{"limit":{"value":1,"ac":200,"av":0}}"""), "older than the last change: no answer to it");
        Assert.That(There("""{"limit":{"value":0,"ac":203,"av":0}}"""), Is.EqualTo("""{"limit":{"value":0,"ac":203,"av":0}}"""), "0 answers nothing");
        Assert.That(There("""{"unknown":{"value":0,"ac":200,"av":3}}"""), Is.EqualTo("""{"unknown":{"value":0,"ac":200,"av":0}}"""), "nobody desires it");
        Assert.That(There("""{"part":{"__t":"c","x":{"value":2,"ac":200,"av":3,"ad":"x"}},"n":{"value":1,"av":7}}"""), Is.EqualTo("""{"part":{"__t":"c","x":{"value":2,"ac":200,"av":0,"ad":"x"}},"n":{"value":1,"av":7}}"""), "without ac it is no acknowledgement");

        // What was sent before stays as it is while the device has not answered the newest change.
        var sent = Read(mirror, here, """{"limit":2,"other":1}""", 14, """{"limit":{"value":1,"ac":200,"av":12}}""");
        Assert.That(sent.Reported(here.Report("""{"limit":{"value":1,"ac":200,"av":2}}""")).ToJsonString(), Is.EqualTo("""{"limit":{"value":1,"ac":200,"av":12}}"""));

        // Where the two do not agree nothing answers anything new.
        var other = Read(mirror, here, """{"limit":5,"other":1}""", 15);
        Assert.That(other.Reported(here.Report("""{"limit":{"value":2,"ac":200,"av":3}}""")).ToJsonString(), Is.EqualTo("""{"limit":{"value":2,"ac":200,"av":0}}"""));

        string There(string reported) => mirror.Reported(here.Report(reported)).ToJsonString();
    }

    [Test]
    public void Who_else_reports_there_is_noticed()
    {
        var here = Here(reported: """{"a":1}""");
        var mirror = Mirror.Start(DesiredOwner.Here, reports: true).Took(new TwinThere([], 1, [], 7), here);
        var patch = ((MirrorStep.Report)mirror.Next(here).Step).Patch;
        Assert.That(mirror.Accepted(patch, 8).Next(here).Step, Is.EqualTo(MirrorStep.Rest.Now));
        Assert.That(mirror.Accepted(patch, 9).Next(here).Step, Is.EqualTo(MirrorStep.Read.Now));
        Assert.That(mirror.Accepted(patch).Next(here).Step, Is.EqualTo(MirrorStep.Rest.Now), "a hub that does not say");
    }

    [Test]
    public void Whatever_happens_the_twins_come_together_and_nothing_is_sent_twice()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var walk = new MirrorWalk(seed);
            for (var step = 0; step < 60; step++)
            {
                walk.Anything();
            }

            walk.ComesToRest();
        }
    }

    private static TwinDocument Here(string desired = "{}", string reported = "{}") =>
        TwinDocument.Create("pump-7", Start).Desire(desired).Report(reported);

    private static Mirror Read(Mirror mirror, TwinDocument here, string desired = "{}", long version = 1, string reported = "{}") =>
        mirror.Took(new TwinThere(Json.ParseObject(desired), version, Json.ParseObject(reported)), here);
}

/// <summary>Shorthand for twins in tests.</summary>
internal static class TwinShorthand
{
    private static readonly DateTimeOffset Later = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    public static TwinDocument Desire(this TwinDocument twin, string desired) => TwinUpdates.PatchDesired(twin, Json.ParseObject(desired), Later).Twin;

    public static TwinDocument Report(this TwinDocument twin, string reported) => TwinUpdates.PatchReported(twin, Json.ParseObject(reported), null, Later).Twin;
}
