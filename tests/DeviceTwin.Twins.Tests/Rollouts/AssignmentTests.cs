using DeviceTwin.Twins.Rollouts;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Twins.Properties.Generators;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>Who is admitted when.</summary>
public sealed class AssignmentTests
{
    private static readonly Gen<RolloutPlan> Plans = Gen.Choose(1, 500).SelectMany(canary => Gen.Choose(50, 800).SelectMany(control =>
        Gen.Choose(0, 1000).SelectMany(seed => Gen.Choose(0, 3).Select(waves => (RolloutPlan.Default with
        {
            Canary = CanarySize.Share(canary),
            Control = control,
            Seed = (ulong)seed,
            Waves = [.. Enumerable.Range(1, waves).Select(wave => wave * (1000 - control) / waves).Where(wave => wave > 0).Distinct(), 1000],
        }).Checked()))));

    private static readonly Gen<RolloutDevice[]> Fleets = Gen.Choose(0, 80).SelectMany(count => Gen.CollectToArray(Enumerable.Range(0, count).Select(index =>
        Gen.Choose(0, 2).SelectMany(machine => Gen.Choose(0, 4).Select(line => new RolloutDevice($"n{index}", $"class {machine}", $"line {line * line / 3}"))))));

    [Test]
    public void Everybody_is_in_one_group_and_every_stage_is_balanced_within_one_of_each_stratum() => ForAll(Fleets.Zip(Plans), pair =>
    {
        var (fleet, plan) = pair;
        var groups = Assignment.Of(fleet, plan);
        Assert.That(groups.Devices.Select(device => device.Device.DeviceId), Is.EquivalentTo(fleet.Select(device => device.DeviceId)));
        Assert.That(groups.Canary, Has.Count.EqualTo(plan.Canary.Of(fleet.Length)));
        Assert.That(groups.Control.Count > 0, Is.EqualTo(fleet.Length >= 2));
        string[] admitted = [.. groups.Canary];
        Balanced(fleet, admitted, "canary");
        for (var wave = 1; wave <= groups.Waves; wave++)
        {
            Assert.That(groups.InWave(wave), Is.Not.Empty);
            admitted = [.. admitted, .. groups.InWave(wave)];
            if (wave < groups.Waves)
            {
                Balanced(fleet, admitted, $"wave {wave}");
                Assert.That(groups.InWave(wave), Has.None.Matches<string>(id => groups.Control.Contains(id)));
            }
        }

        Balanced(fleet, [.. fleet.Select(device => device.DeviceId).Except(groups.Control)], "all but control");
        Assert.That(admitted, Is.EquivalentTo(fleet.Select(device => device.DeviceId)));
    });

    [Test]
    public void It_does_not_depend_on_the_order_of_the_devices() => ForAll(Fleets.SelectMany(fleet => Gen.Shuffle(fleet).Select(shuffled => (fleet, shuffled))).Zip(Plans), pair =>
        Assert.That(Text(Assignment.Of(pair.Item1.fleet, pair.Item2)), Is.EqualTo(Text(Assignment.Of(pair.Item1.shuffled, pair.Item2)))));

    [Test]
    public void Another_seed_gives_other_groups_and_the_same_seed_the_same()
    {
        var fleet = Some.Fleet(40);
        var groups = Enumerable.Range(0, 10).Select(seed => Text(Assignment.Of(fleet, RolloutPlan.Default with { Seed = (ulong)seed }))).ToArray();
        Assert.That(groups, Is.Unique);
        Assert.That(Text(Assignment.Of(fleet, RolloutPlan.Default with { Seed = 3 })), Is.EqualTo(groups[3]));
    }

    [Test]
    public void Every_device_comes_first_about_as_often_as_any_other()
    {
        var fleet = Some.Fleet(40);
        var counts = new Dictionary<string, int>();
        for (var seed = 0; seed < 500; seed++)
        {
            foreach (var id in Assignment.Of(fleet, RolloutPlan.Default with { Seed = (ulong)seed }).Canary)
            {
                counts[id] = counts.GetValueOrDefault(id) + 1;
            }
        }

        // 500 draws of a fifth: 100 each, standard deviation 9.
        Assert.That(counts, Has.Count.EqualTo(40));
        Assert.That(counts.Values, Has.All.InRange(60, 140));
    }

    [TestCase(0, 0, 0, 0)]
    [TestCase(1, 1, 0, 0)]
    [TestCase(2, 1, 1, 1)]
    [TestCase(3, 1, 1, 2)]
    [TestCase(10, 2, 3, 2)]
    public void Tiny_fleets(int fleet, int canary, int control, int waves)
    {
        var groups = Assignment.Of(Some.Fleet(fleet), RolloutPlan.Default);
        Assert.That((groups.Canary.Count, groups.Control.Count, groups.Waves), Is.EqualTo((canary, control, waves)));
    }

    [TestCase(OfflinePolicy.CatchUp, 0)]
    [TestCase(OfflinePolicy.Exclude, 1)]
    public void Who_is_offline_is_caught_up_or_left_out(OfflinePolicy policy, int excluded)
    {
        var fleet = Some.Fleet(10);
        fleet[4] = fleet[4] with { Connected = false };
        var groups = Assignment.Of(fleet, RolloutPlan.Default with { Offline = policy });
        Assert.That((groups.Excluded.Count, groups.Of("n004")!.Group == RolloutGroup.Excluded), Is.EqualTo((excluded, excluded == 1)));
    }

    private static void Balanced(RolloutDevice[] fleet, string[] admitted, string stage)
    {
        var ids = admitted.ToHashSet();
        foreach (var stratum in fleet.GroupBy(device => (device.MachineClass, device.Line)))
        {
            var share = (double)stratum.Count() * admitted.Length / fleet.Length;
            Assert.That(stratum.Count(device => ids.Contains(device.DeviceId)), Is.EqualTo(share).Within(0.9999999), $"{stage} {stratum.Key}");
        }
    }

    private static string Text(Assignment groups) =>
        string.Join(' ', groups.Devices.Select(device => $"{device.Device.DeviceId}:{device.Group}:{device.Wave}"));
}
