using System.Text.Json.Nodes;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Bridge;

/// <summary>Two twins, a mirror between them, and everything that may happen to the three.</summary>
internal sealed class MirrorWalk
{
    private static readonly string[] Keys = ["a", "b", "c", "refused"];

    private readonly int seed;
    private readonly Random random;
    private readonly DesiredOwner owner;
    private TwinDocument here;
    private TwinDocument there;
    private Mirror mirror;
    private DateTimeOffset now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private long writtenHereByBridge;

    public MirrorWalk(int seed)
    {
        this.seed = seed;
        random = new Random(seed);
        owner = seed % 2 == 0 ? DesiredOwner.Here : DesiredOwner.There;
        (here, there) = (TwinDocument.Create("d", now), TwinDocument.Create("d", now));
        mirror = Mirror.Start(owner, reports: true);
    }

    public override string ToString() => $"walk {seed}";

    public void Anything()
    {
        now += TimeSpan.FromSeconds(1);
        switch (random.Next(12))
        {
            case 0 or 1:
                here = TwinUpdates.PatchReported(here, Report(), null, now).Twin;
                break;
            case 2:
                here = TwinUpdates.PatchDesired(here, Patch(2), now).Twin;
                break;
            case 3:
                there = random.Next(3) == 0
                    ? TwinUpdates.Replace(there, new JsonObject { ["properties"] = new JsonObject { ["desired"] = WithoutNulls(Patch(2)) } }, now).Twin
                    : TwinUpdates.PatchDesired(there, Patch(2), now).Twin;
                if (random.Next(2) == 0)
                {
                    mirror = mirror.Told(there.Desired.Version, [], here);
                }

                break;
            case 4:
                mirror = mirror.Connected();
                break;
            case 5 when random.Next(4) == 0:
                // The hub here starts again.
                mirror = Mirror.Start(owner, reports: true);
                break;
            case 6 when random.Next(8) == 0:
                // Deleted there, and registered anew.
                there = TwinDocument.Create("d", now);
                mirror = mirror.Connected();
                break;
            case 7 when random.Next(8) == 0:
                // The same here.
                here = TwinDocument.Create("d", now);
                break;
            default:
                Step(random.Next(4));
                break;
        }
    }

    /// <summary>When nothing happens any more, the twins agree after a bounded number of steps, and then nothing more is done.</summary>
    public void ComesToRest()
    {
        mirror = mirror.Connected();
        var steps = 0;
        while (Step(0))
        {
            Assert.That(++steps, Is.LessThan(20), $"{this} does not come to rest");
        }

        var expected = mirror.Reported(here).DeepClone().AsObject();
        var actual = there.Reported.Properties.DeepClone().AsObject();
        expected.Remove("refused");
        actual.Remove("refused");
        Assert.That(Json.Same(actual, expected), Is.True, $"{this}: {actual.ToJsonString()} is not {expected.ToJsonString()}");
        if (owner == DesiredOwner.There)
        {
            Assert.That(Json.Same(here.Desired.Properties, there.Desired.Properties), Is.True);
        }
        else
        {
            Assert.That(writtenHereByBridge, Is.Zero, "the owner is not written to");
        }

        // Neither a new connection nor a new start of the hub finds anything to send: the twins agree.
        foreach (var again in new[] { mirror.Connected(), Mirror.Start(owner, reports: true) })
        {
            mirror = again;
            var (reported, desired) = (there.Reported.Version, here.Desired.Version);
            while (Step(0))
            {
            }

            Assert.That((there.Reported.Version, here.Desired.Version), Is.EqualTo((reported, desired)));
        }
    }

    /// <param name="fault">1 = the request is lost, 2 = the answer is, else nothing.</param>
    /// <returns>Whether there was something to do.</returns>
    private bool Step(int fault)
    {
        (mirror, var step) = mirror.Next(here);
        switch (step)
        {
            case MirrorStep.Read when fault is 1 or 2:
                mirror = mirror.Connected();
                break;
            case MirrorStep.Read:
                mirror = mirror.Took(new TwinThere(there.Desired.Properties, there.Desired.Version, there.Reported.Properties, there.Reported.Version), here);
                break;
            case MirrorStep.Report when fault == 1:
                mirror = mirror.Unsure();
                break;
            case MirrorStep.Report { Patch: var patch }:
                Assert.That(Json.Same(TwinPatches.Apply(there.Reported.Properties, patch), there.Reported.Properties), Is.False, "a patch that changes nothing");
                if (patch.TryGetPropertyValue("refused", out var wrong) && wrong is not null)
                {
                    mirror = mirror.Refused(patch);
                    break;
                }

                there = TwinUpdates.PatchReported(there, patch, null, now).Twin;
                mirror = fault == 2 ? mirror.Unsure() : mirror.Accepted(patch, there.Reported.Version);
                break;
            case MirrorStep.Desire { Patch: var patch, ETag: var etag }:
                Assert.That(etag, Is.EqualTo(here.ETag));
                writtenHereByBridge++;
                here = TwinUpdates.PatchDesired(here, patch, now).Twin;
                break;
        }

        return step is not MirrorStep.Rest;
    }

    private JsonObject Report()
    {
        var patch = Patch(2);
        if (random.Next(2) == 0)
        {
            patch[Keys[random.Next(3)]] = new JsonObject { ["value"] = random.Next(3), ["ac"] = 200, ["av"] = random.Next((int)here.Desired.Version + 1) };
        }

        return patch;
    }

    private JsonObject Patch(int depth)
    {
        var patch = new JsonObject();
        for (var count = random.Next(1, 3); count > 0; count--)
        {
            patch[Keys[random.Next(depth == 2 ? Keys.Length : 3)]] = random.Next(depth > 0 ? 5 : 4) switch
            {
                0 => null,
                1 => random.Next(3),
                2 => "text",
                3 => new JsonArray(1, random.Next(2)),
                _ => Patch(depth - 1),
            };
        }

        return patch;
    }

    private static JsonObject WithoutNulls(JsonObject patch) => TwinPatches.Apply([], patch);
}
