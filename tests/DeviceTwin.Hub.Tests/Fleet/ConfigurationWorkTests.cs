using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Work scales with what changed: counted, not timed.</summary>
[NonParallelizable]
public sealed class ConfigurationWorkTests
{
    private const int Devices = 100_000;
    private const int Configurations = 50;
    private const int Lines = 200;

    [Test]
    public async Task A_tag_edit_asks_each_configuration_once_and_a_configuration_edit_only_its_members()
    {
        using var fixture = new FleetFixture(new LargeStore());
        for (var number = 0; number < Configurations; number++)
        {
            await fixture.Configure($"c{number}", $"tags.line = 'L{number}' AND tags.shift >= 0", 1, ("x", number));
        }

        Assert.That(fixture.Fleet.ConfigurationWork.Scans, Is.Zero);
        const int Members = Devices / Lines;

        var before = fixture.Fleet.ConfigurationWork.Evaluations;
        await fixture.Patch("node-0", """{"tags":{"line":"L7"}}""");
        Assert.That(fixture.Fleet.ConfigurationWork.Evaluations - before, Is.EqualTo(Configurations), "a tag edit");
        Assert.That(fixture.Desired("node-0"), Is.EqualTo("""{"x":7}"""));

        before = fixture.Fleet.ConfigurationWork.Evaluations;
        await fixture.Configure("c9", "tags.line = 'L9'", 1, ("x", 99));
        var spent = fixture.Fleet.ConfigurationWork.Evaluations - before;
        Assert.That(spent, Is.LessThanOrEqualTo(Members * (Configurations + 2)), "the members, and for each all that may target it");
        Assert.That(fixture.Desired("node-9"), Is.EqualTo("""{"x":99}"""));

        // To other members: the old ones and the new ones.
        before = fixture.Fleet.ConfigurationWork.Evaluations;
        await fixture.Configure("c9", "tags.line IN ['L150', 'L151'] OR deviceId = 'node-3'", 2, ("x", 99));
        spent = fixture.Fleet.ConfigurationWork.Evaluations - before;
        Assert.That(spent, Is.LessThanOrEqualTo(((3 * Members) + 1) * (Configurations + 2)));
        Assert.That((fixture.Desired("node-9"), fixture.Desired("node-150"), fixture.Desired("node-3")), Is.EqualTo(("{}", """{"x":99}""", """{"x":99}""")));
        Assert.That(fixture.Fleet.FindConfigurationMetrics("c9")!.Targeted, Is.EqualTo((2 * Members) + 1));

        before = fixture.Fleet.ConfigurationWork.Evaluations;
        await fixture.Configure("nobody", "tags.line = 'nowhere'", 1, ("x", 1));
        Assert.That(fixture.Fleet.ConfigurationWork.Evaluations - before, Is.Zero, "a configuration without members");
        Assert.That(fixture.Fleet.ConfigurationWork.Scans, Is.Zero);

        await fixture.Configure("nobody", "STARTSWITH(tags.line, 'nowhere')", 1, ("x", 1));
        Assert.That((fixture.Fleet.ConfigurationWork.Scans, fixture.Fleet.FindConfigurationMetrics("nobody")!.Indexed), Is.EqualTo((1L, false)), "and what cannot be looked up says so");
    }

    /// <summary>Many devices, in memory.</summary>
    private sealed class LargeStore : ManualStore
    {
        public override StoredFleet Load()
        {
            var at = DateTimeOffset.UnixEpoch.AddYears(50);
            var twins = Enumerable.Range(0, Devices).Select(number =>
                TwinUpdates.Patch(TwinDocument.Create($"node-{number}", at), Json.ParseObject($$$"""{"tags":{"line":"L{{{number % Lines}}}","shift":{{{number % 3}}}}}"""), at).Twin).ToArray();
            return base.Load() with
            {
                Identities = [.. twins.Select(twin => new DeviceIdentity(twin.DeviceId, "g", "e", true, "", "", at))],
                Twins = twins,
            };
        }
    }
}
