using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using FsCheck;
using FsCheck.Fluent;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>Alarms in the time of the captures: what a node says that asks its monitor every second.</summary>
public sealed class SettingsSideTests
{
    private static readonly int[] Velocities = [0, 6000, 6400, 7000, 7100, 7101, 9000];
    private static readonly int[] Bearings = [Verdict.Normal, Verdict.Outer, Verdict.Inner, DetectorResult.NotAvailable];

    [Test]
    public void Asking_only_when_a_delay_runs_out_is_asking_every_second()
    {
        var capture = Gen.Choose(1, 40).SelectMany(gap => Gen.Elements(Velocities).SelectMany(velocity => Gen.Elements(Bearings)
            .Select(bearing => (Gap: gap, Velocity: velocity, Bearing: bearing))));
        var delays = Gen.Choose(0, 30).Four();
        var sequences = Gen.Choose(1, 25).SelectMany(count => capture.ListOf(count)).SelectMany(list => delays.Select(four => (Captures: list.ToArray(), Delays: four)));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261122, 7),
            Prop.ForAll(sequences.ToArbitrary(), pair => Assert.That(Replayed(pair.Captures, pair.Delays), Is.EqualTo(EverySecond(pair.Captures, pair.Delays)))));
    }

    [TestCase(9, 0, Description = "the capture that ends the excess comes before the delay is over")]
    [TestCase(10, 0, Description = "it comes at the same moment: a node judges the capture first")]
    [TestCase(11, 1)]
    public void A_delay_that_runs_out_between_captures_raises_there(int nextSecond, int alarms)
    {
        var side = Side(new Dictionary<string, int> { ["detection.velocityTripDelaySeconds"] = 10 });
        side.Take(At(0, "a"), Result(9000, Verdict.Normal), 0);
        side.Advance(nextSecond * 1000);
        side.Take(At(nextSecond, "b"), Result(100, Verdict.Normal), nextSecond * 1000);
        var report = side.Finish(60_000);

        Assert.That(report.Alarms, Is.EqualTo(alarms));
        foreach (var alarm in report.AlarmList)
        {
            Assert.That(alarm.RaisedAt, Is.EqualTo(Scene.Start.AddSeconds(10)));
            Assert.That(alarm.Sha256, Is.EqualTo("a"));
            Assert.That(alarm.AfterMilliseconds, Is.EqualTo(10_000), "nobody stored what the machine did in these seconds");
            Assert.That(alarm.Causes, Is.EqualTo(new[] { "velocity" }));
            Assert.That(alarm.ClearedAt, Is.EqualTo(Scene.Start.AddSeconds(11)));
        }
    }

    [Test]
    public void What_is_active_at_the_end_stays_open()
    {
        var side = Side([]);
        side.Take(At(0, "a"), Result(9000, Verdict.Normal), 0);
        var report = side.Finish(60_000);

        Assert.That(report.AlarmList.Single().ClearedAt, Is.Null);
        Assert.That(report.AlarmedMilliseconds, Is.EqualTo(60_000));
    }

    [Test]
    public void Inhibited_alarms_are_not_raised()
    {
        var side = Side(new Dictionary<string, int> { ["maintenance.alarmsInhibited"] = 1 });
        side.Take(At(0, "a"), Result(9000, Verdict.Normal), 0);

        Assert.That(side.Finish(60_000).Alarms, Is.Zero);
    }

    [Test]
    public void Alarms_beyond_what_the_rules_keep_are_counted()
    {
        var side = Side([], new ReplayRules { MostAlarms = 2 });
        for (var i = 0; i < 10; i++)
        {
            side.Take(At(i, "a"), Result(i % 2 == 0 ? 9000 : 0, Verdict.Normal), i * 1000);
        }

        var report = side.Finish(60_000);
        Assert.That(report.Alarms, Is.EqualTo(5));
        Assert.That(report.AlarmList, Has.Count.EqualTo(2));
        Assert.That(report.AlarmedMilliseconds, Is.EqualTo(5000));
    }

    [TestCase(60, 1, 20, 20, Description = "the model's defaults: each capture")]
    [TestCase(120, 2, 10, 10)]
    [TestCase(121, 3, 10, 6, Description = "a little early is not late")]
    [TestCase(600, 0, 2, 0)]
    public void A_reporting_plan_makes_so_many_messages(int telemetrySeconds, int spectrumEvery, int features, int spectra)
    {
        var side = Side(new Dictionary<string, int>
        {
            ["reporting.telemetryIntervalSeconds"] = telemetrySeconds,
            ["reporting.spectrumEveryCaptures"] = spectrumEvery,
        });
        for (var i = 0; i < 20; i++)
        {
            side.Take(At(i * 60, "a"), Result(100, Verdict.Normal), i * 60_000);
        }

        Assert.That(side.Finish(1_200_000).Messages, Is.EqualTo(new MessageCounts(features, spectra, 0)));
    }

    private static string Replayed((int Gap, int Velocity, int Bearing)[] captures, (int A, int B, int C, int D) delays)
    {
        var side = Side(Delays(delays));
        long now = 0;
        foreach (var (gap, velocity, bearing) in captures)
        {
            side.Advance(now);
            side.Take(At(now / 1000.0, "a"), Result(velocity, bearing), now);
            now += gap * 1000L;
        }

        return string.Join('\n', side.Finish(now).AlarmList.Select(alarm => Line(alarm.Kind, alarm.RaisedAt, alarm.ClearedAt)).Order());
    }

    /// <summary>As the node's measuring loop does it.</summary>
    private static string EverySecond((int Gap, int Velocity, int Bearing)[] captures, (int A, int B, int C, int D) delays)
    {
        var settings = Settings(Delays(delays)).ToDetector();
        var monitor = new Monitor();
        var news = new AlarmNews();
        var open = new Dictionary<int, long>();
        var lines = new List<string>();
        long now = 0;
        foreach (var (gap, velocity, bearing) in captures)
        {
            Step(Result(velocity, bearing));
            for (var second = 1; second < gap; second++)
            {
                now += 1000;
                Step(null);
            }

            now += 1000;
        }

        lines.AddRange(open.Select(pair => Line(Verdict.Word(pair.Key), Scene.Start.AddMilliseconds(pair.Value), null)));
        return string.Join('\n', lines.Order());

        void Step(DetectorResult? result)
        {
            monitor.Step(result, Monitor.NoTemperature, now, settings);
            news.Step(monitor.Alarms, monitor.Unacknowledged);
            for (var verdict = 0; verdict < Verdict.Count; verdict++)
            {
                if ((news.Cleared & Verdict.Flag(verdict)) != 0 && open.Remove(verdict, out var since))
                {
                    lines.Add(Line(Verdict.Word(verdict), Scene.Start.AddMilliseconds(since), Scene.Start.AddMilliseconds(now)));
                }

                if ((news.Raised & Verdict.Flag(verdict)) != 0)
                {
                    open[verdict] = now;
                }
            }
        }
    }

    private static string Line(string kind, DateTimeOffset raised, DateTimeOffset? cleared) => $"{kind} {raised:O} {cleared:O}";

    private static Dictionary<string, int> Delays((int A, int B, int C, int D) delays) => new()
    {
        ["detection.velocityTripDelaySeconds"] = delays.A,
        ["detection.velocityResetDelaySeconds"] = delays.B,
        ["detection.bearingTripDelaySeconds"] = delays.C,
        ["detection.bearingResetDelaySeconds"] = delays.D,
    };

    private static ReplaySettings Settings(Dictionary<string, int> more) => ReplaySettings.Of(new Dictionary<string, int>(more)
    {
        ["machine.shaftSpeedMilliHertz"] = 30000,
        ["machine.bpfoMilliOrders"] = 3585,
    });

    private static SettingsSide Side(Dictionary<string, int> more, ReplayRules? rules = null) =>
        new(Settings(more), 8192, new AlarmLedger(Scene.Start, [], rules ?? new ReplayRules()));

    private static StoredCapture At(double second, string name) => new(name, Scene.Start.AddSeconds(second), 2, Scene.Rate, 1);

    private static DetectorResult Result(int velocity, int bearing)
    {
        var result = new DetectorResult();
        result.Clear();
        result.VelocityUmPerSecond = velocity;
        result.Bearing = bearing;
        result.OuterScoreMilli = bearing == Verdict.Outer ? 3000 : 1000;
        result.InnerScoreMilli = bearing == Verdict.Inner ? 3000 : 1000;
        return result;
    }
}
