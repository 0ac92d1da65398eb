using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>What a plan may ask for: each limit with what lies just outside, on and within.</summary>
public sealed class PlanTests
{
    private static IEnumerable<TestCaseData> Limits()
    {
        static IEnumerable<TestCaseData> Range(string code, int least, int most, Func<RolloutPlan, int, RolloutPlan> set, string what)
        {
            foreach (var (value, taken) in new[] { (least - 1, false), (least, true), (least + 1, true), (most - 1, true), (most, true), (most + 1, false) })
            {
                yield return new TestCaseData(set(RolloutPlan.Default, value), taken ? null : code).SetName($"{what} {value}");
            }
        }

        static RolloutPlan Gate(RolloutPlan plan, GateLimits limits) => plan with { Gates = limits };
        var days = 30 * 86400;
        return
        [
            .. Range("shadowTimeInvalid", 0, days, (plan, value) => plan with { ShadowTime = TimeSpan.FromSeconds(value) }, "shadow"),
            .. Range("canarySizeInvalid", 1, 500, (plan, value) => plan with { Canary = CanarySize.Share(value) }, "canary share"),
            .. Range("controlInvalid", 50, 800, (plan, value) => plan with { Control = value, Waves = [1000] }, "control"),
            .. Range("sampleInvalid", 1, 1_000_000, (plan, value) => plan with { MinimumCaptures = value }, "sample"),
            .. Range("windowInvalid", 1, 7 * 86400, (plan, value) => plan with { Window = TimeSpan.FromSeconds(value) }, "window"),
            .. Range("windowInvalid", 1, 366, (plan, value) => plan with { BaselineWindows = value }, "baseline"),
            .. Range("windowInvalid", 1, 366, (plan, value) => plan with { LongestStageWindows = value }, "longest stage"),
            .. Range("approvalInvalid", 0, 5, (plan, value) => plan with { Approval = new ApprovalPolicy(value, true) }, "approvals"),
            .. Range("gateLimitInvalid", 1000, 3000, (plan, value) => Gate(plan, new() { AlarmRatioTolerated = value, AlarmRatioHarmful = 9000 }), "tolerated"),
            .. Range("gateLimitInvalid", 1251, 10000, (plan, value) => Gate(plan, new() { AlarmRatioHarmful = value }), "harmful"),
            .. Range("gateLimitInvalid", 1, 500, (plan, value) => Gate(plan, new() { HarmlessAlarmWindows = value }), "harmless"),
            .. Range("gateLimitInvalid", 1, 1000, (plan, value) => Gate(plan, new() { CoverageDrop = value }), "coverage"),
            .. Range("gateLimitInvalid", 1, 10000, (plan, value) => Gate(plan, new() { AnalysisGrowth = value }), "analysis"),
            .. Range("gateLimitInvalid", 1, 16777216, (plan, value) => Gate(plan, new() { HeapDropBytes = value }), "heap"),
            .. Range("gateLimitInvalid", 1000, 10000, (plan, value) => Gate(plan, new() { OtherRatioTolerated = value }), "others"),
            .. Range("gateLimitInvalid", 1, 10000, (plan, value) => Gate(plan, new() { SilentCaptures = value }), "missed captures"),
            .. Range("gateLimitInvalid", 1, 1000, (plan, value) => Gate(plan, new() { SilentNodes = value }), "silent nodes"),
            .. Range("gateLimitInvalid", 0, 1000, (plan, value) => Gate(plan, new() { SilentShare = value }), "silent share"),
            .. Range("gateLimitInvalid", 1, 1000, (plan, value) => Gate(plan, new() { SafeModeNodes = value }), "safe mode"),
        ];
    }

    [TestCaseSource(nameof(Limits))]
    public void A_limit(RolloutPlan plan, string? code)
    {
        if (code is null)
        {
            Assert.That(plan.Checked(), Is.SameAs(plan));
        }
        else
        {
            var refusal = Some.Refusal(() => plan.Checked());
            Assert.That((refusal.Refusal.Code, refusal.Error.HttpStatus), Is.EqualTo((code, 400)));
            Assert.That(refusal.Message, Does.Contain("Give "));
        }
    }

    [TestCase(new int[0], "It must end at 1000")]
    [TestCase(new[] { 999 }, "It must end at 1000")]
    [TestCase(new[] { 1001 }, "It must end at 1000")]
    [TestCase(new[] { 0, 1000 }, "Each must take more than the one before")]
    [TestCase(new[] { 500, 500, 1000 }, "Each must take more than the one before")]
    [TestCase(new[] { 701, 1000 }, "End it at 700 at most")]
    [TestCase(new[] { 700, 1000 }, null)]
    [TestCase(new[] { 699, 1000 }, null)]
    [TestCase(new[] { 1000 }, null)]
    public void Waves_rise_to_all_and_leave_the_control_group_to_the_last(int[] waves, string? says)
    {
        var plan = RolloutPlan.Default with { Waves = waves };
        if (says is null)
        {
            Assert.DoesNotThrow(() => plan.Checked());
        }
        else
        {
            var refusal = Some.Refusal(() => plan.Checked());
            Assert.That((refusal.Refusal.Code, refusal.Message.Contains(says)), Is.EqualTo(("wavesInvalid", true)), refusal.Message);
        }
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [TestCase(3, 1)]
    [TestCase(19, 9)]
    [TestCase(20, 10)]
    [TestCase(21, 10)]
    public void A_canary_of_ten_is_never_more_than_half(int fleet, int canary) => Assert.That(CanarySize.Devices(10).Of(fleet), Is.EqualTo(canary));

    [TestCase(4, 1)]
    [TestCase(14, 1)]
    [TestCase(15, 2)]
    [TestCase(200, 20)]
    public void A_tenth_is_at_least_one_and_rounded(int fleet, int canary) => Assert.That(CanarySize.Share(100).Of(fleet), Is.EqualTo(canary));

    [Test]
    public void Every_refusal_is_in_the_catalogue_once() =>
        Assert.That(RolloutRefusal.All.Select(refusal => refusal.Code), Is.Unique);
}
