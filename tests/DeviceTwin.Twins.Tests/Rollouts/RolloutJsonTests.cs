using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>Plans and changes as JSON.</summary>
public sealed class RolloutJsonTests
{
    [Test]
    public void A_change_is_read_as_it_was_written_in_every_state()
    {
        foreach (var phase in Enum.GetValues<ChangePhase>())
        {
            var json = RolloutJson.Write(Some.In(phase));
            var again = RolloutJson.ReadChange(Doc.Object(json.Text()));
            Assert.That(RolloutJson.Write(again).Text(), Is.EqualTo(json.Text()));
            Assert.That((again.State, again.History.Length, again.HoldsDevices), Is.EqualTo((Some.In(phase).State, Some.In(phase).History.Length, Some.In(phase).HoldsDevices)));
        }
    }

    [Test]
    public void A_plan_that_says_nothing_is_the_default_and_one_that_says_all_is_read_as_written()
    {
        Assert.That(RolloutJson.Write(RolloutJson.ReadPlan([])).Text(), Is.EqualTo(RolloutJson.Write(RolloutPlan.Default).Text()));
        var plan = new RolloutPlan
        {
            ShadowTime = TimeSpan.FromSeconds(11),
            Canary = CanarySize.Devices(7),
            Waves = [300, 600, 1000],
            Control = 400,
            MinimumCaptures = 12,
            Window = TimeSpan.FromSeconds(13),
            BaselineWindows = 14,
            LongestStageWindows = 15,
            Offline = OfflinePolicy.Exclude,
            Approval = new ApprovalPolicy(2, false),
            Seed = ulong.MaxValue,
            Gates = new() { AlarmRatioTolerated = 1100, AlarmRatioHarmful = 1900, SilentShare = 0 },
        };
        var read = RolloutJson.ReadPlan(Doc.Object(RolloutJson.Write(plan).Text()));
        Assert.That(RolloutJson.Write(read).Text(), Is.EqualTo(RolloutJson.Write(plan).Text()));
        Assert.That((read.Seed, read.Gates, read.Approval, read.Canary), Is.EqualTo((plan.Seed, plan.Gates, plan.Approval, plan.Canary)));
    }

    [Test]
    public void Every_limit_of_the_gates_has_a_name_in_JSON() => Assert.That(
        ((JsonObject)RolloutJson.Write(RolloutPlan.Default)["gates"]!).Select(entry => char.ToUpperInvariant(entry.Key[0]) + entry.Key[1..]),
        Is.EquivalentTo(typeof(GateLimits).GetProperties().Where(property => property.PropertyType == typeof(int)).Select(property => property.Name)));

    [Test]
    public void Every_member_of_a_plan_is_explained() => Assert.That(
        RolloutTables.Members.Select(member => member.Name),
        Is.EquivalentTo(RolloutJson.Write(RolloutPlan.Default).SelectMany(entry =>
            entry.Key == "gates" ? ((JsonObject)entry.Value!).Select(limit => $"gates.{limit.Key}") : [entry.Key])));

    [TestCase("""{"weaves":[1000]}""", "\"weaves\" is unknown")]
    [TestCase("""{"waves":1000}""", "\"waves\" is unknown in a plan, or of another type")]
    [TestCase("""{"control":"all"}""", "\"control\"")]
    [TestCase("""{"control":0.5}""", "\"control\"")]
    [TestCase("""{"canary":{"devices":1,"permille":1}}""", "\"canary\"")]
    [TestCase("""{"canary":5}""", "\"canary\"")]
    [TestCase("""{"gates":{"alarms":5}}""", "\"gates.alarms\"")]
    [TestCase("""{"offline":"wait"}""", "\"offline\"")]
    [TestCase("""{"approval":{"byOthers":1}}""", "\"approval.byOthers\"")]
    [TestCase("""{"seed":-1}""", "\"seed\"")]
    public void What_is_no_plan_is_refused_by_name(string json, string says)
    {
        var refusal = Some.Refusal(() => RolloutJson.ReadPlan(Doc.Object(json)));
        Assert.That((refusal.Refusal.Code, refusal.Message.Contains(says)), Is.EqualTo(("planFormInvalid", true)), refusal.Message);
    }

    [Test]
    public void A_plan_out_of_range_is_refused_as_one_that_is_made() =>
        Assert.That(Some.Refusal(() => RolloutJson.ReadPlan(Doc.Object("""{"control":49}"""))).Refusal.Code, Is.EqualTo("controlInvalid"));

    [Test]
    public void What_is_no_stored_change_is_no_change() =>
        Assert.Throws<FormatException>(() => RolloutJson.ReadChange(Doc.Object("""{"id":"c1"}""")));
}
