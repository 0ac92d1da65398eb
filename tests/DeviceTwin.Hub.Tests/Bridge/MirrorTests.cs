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
        // Versions here 1 (empty), 2, 3; there 10 and 14.
        var here = Here().Desire("""{"limit":1}""");
        var mirror = Read(Mirror.Start(DesiredOwner.There, reports: true), here, desired: """{"limit":1}""", version: 10).Next(here).Mirror;
        here = here.Desire("""{"limit":2}""");
        mirror = Read(mirror, here, desired: """{"limit":2}""", version: 14).Next(here).Mirror;
        Assert.That(mirror.Versions, Is.EqualTo(new[] { new VersionPair(2, 10), new VersionPair(3, 14) }));

        Assert.That(There("""{"limit":{"value":1,"ac":200,"av":2}}"""), Is.EqualTo("""{"limit":{"value":1,"ac":200,"av":10}}"""));
        Assert.That(There("""{"limit":{"value":2,"ac":200,"av":3}}"""), Is.EqualTo("""{"limit":{"value":2,"ac":200,"av":14}}"""));
        Assert.That(There("""{"limit":{"value":0,"ac":203,"av":0}}"""), Is.EqualTo("""{"limit":{"value":0,"ac":203,"av":0}}"""), "0 answers nothing");
        Assert.That(There("""{"limit":{"value":0,"ac":200,"av":1}}"""), Is.EqualTo("""{"limit":{"value":0,"ac":200,"av":0}}"""), "older than the last change: no answer to it");
        Assert.That(There("""{"part":{"__t":"c","limit":{"value":2,"ac":200,"av":3,"ad":"x"}},"n":{"value":1}}"""), Is.EqualTo("""{"part":{"__t":"c","limit":{"value":2,"ac":200,"av":14,"ad":"x"}},"n":{"value":1}}"""));

        string There(string reported) => mirror.Reported(here.Report(reported)).ToJsonString();
    }

    [Test]
    public void After_a_restart_what_versions_mean_follows_from_the_twins()
    {
        var here = Here().Desire("""{"limit":1}""").Desire("""{"other":1}""").Report("""{"limit":{"value":1,"ac":200,"av":2}}""");
        const string Desired = """{"limit":1,"other":1}""";

        // The twin there still has what was sent before the restart: nothing is sent again.
        var kept = Read(Mirror.Start(DesiredOwner.There, reports: true), here, Desired, 14, """{"limit":{"value":1,"ac":200,"av":10}}""");
        Assert.That(kept.Next(here).Step, Is.EqualTo(MirrorStep.Rest.Now));

        // It has not: version 2 covers the last change of limit here, so the answer covers it there.
        var lost = Read(Mirror.Start(DesiredOwner.There, reports: true), here, Desired, 14);
        Assert.That(((MirrorStep.Report)lost.Next(here).Step).Patch.ToJsonString(), Is.EqualTo("""{"limit":{"value":1,"ac":200,"av":14}}"""));

        // A twin that was made anew there begins to count again.
        var paired = lost.Next(here).Mirror;
        Assert.That(Read(paired, here, Desired, 3).Versions, Is.Empty);
    }

    [Test]
    public void What_versions_mean_is_bounded()
    {
        var here = Here();
        var mirror = Mirror.Start(DesiredOwner.There, reports: true);
        for (var version = 1; version <= Mirror.MostPairs + 1; version++)
        {
            here = here.Desire($$"""{"n":{{version}}}""");
            mirror = Read(mirror, here, $$"""{"n":{{version}}}""", version).Next(here).Mirror;
        }

        Assert.That((mirror.Versions.Length, mirror.Versions[0].There), Is.EqualTo((Mirror.MostPairs, 2L)));
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
