using DeviceTwin.Analytics.Recordings;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;

namespace DeviceTwin.Tests.Analytics.Recordings;

/// <summary>Two proposals on the real recordings: what each would have done is known before anybody carries it out.</summary>
public sealed class RealRecordingsTests
{
    [Test]
    public async Task A_limit_that_is_too_low_shows_the_false_alarms_it_would_have_caused()
    {
        var report = await ReplayOf(1000);

        Assert.That((report.Machines.Count, report.Captures.Replayed, report.Captures.Total), Is.EqualTo((88, 358, 358)));
        Assert.That(report.Old.Truth!.FalseAlarms, Is.Zero);
        Assert.That(report.Old.Truth.FindingsAlarmed, Is.EqualTo(new Fraction(60, 66)));
        Assert.That(report.New.Truth!.FalseAlarms, Is.EqualTo(12), "of 22 healthy recordings");
        Assert.That(report.New.Truth.AlarmsConfirmed, Is.EqualTo(new Fraction(71, 83)));
        Assert.That(report.New.Truth.Recall, Is.EqualTo(new Fraction(327, 330)), "it finds more, too");
        Assert.That(report.New.Truth.Named, Is.EqualTo(new Fraction(272, 327)), "and names the wrong part more often");
        var falsely = report.Machines.Where(machine => machine.New.ByTruth.Any(truth => truth.Word == AlarmTruth.False)).ToArray();
        Assert.That(falsely.Select(machine => machine.Machine).ToArray(), Has.Length.EqualTo(12).And.All.Contains("normal"));
        foreach (var difference in falsely.SelectMany(machine => machine.Series).SelectMany(series => series.Differences))
        {
            Assert.That(difference.Capture.Sha256, Has.Length.EqualTo(64));
            Assert.That(difference.Old.Fingerprint, Is.Not.EqualTo(difference.New.Fingerprint));
            Assert.That(difference.New.Features, Is.Not.Empty, "with the evidence of each");
        }

        var text = ReplayText.Write(report, most: 5);
        await TestContext.Out.WriteLineAsync(text);
        Assert.That(await File.ReadAllTextAsync(TestFiles.InRepository("cloud/REPLAY.md")), Does.Contain(text), "the page shows this report");
    }

    [Test]
    public async Task A_sensible_limit_keeps_recall()
    {
        var report = await ReplayOf(2200);

        Assert.That(report.New.Truth!.FalseAlarms, Is.Zero);
        Assert.That(report.New.Truth.FindingsAlarmed, Is.EqualTo(report.Old.Truth!.FindingsAlarmed), "the same 60 of 66 faults");
        Assert.That(report.New.Truth.Precision, Is.EqualTo(new Fraction(278, 278)));
        Assert.That(report.New.Truth.Recall, Is.EqualTo(new Fraction(278, 330)), "two captures of 330 later");
        Assert.That(report.Old.Truth.Recall, Is.EqualTo(new Fraction(280, 330)));
    }

    private static Task<ReplayReport> ReplayOf(int bearingScoreLimitMilli)
    {
        var proposed = $"{{\"detection\":{{\"bearingScoreLimitMilli\":{bearingScoreLimitMilli}}}}}";
        var plan = new RecordingPlan(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), New: proposed);
        var folder = RecordingFolder.Read(TestFiles.RequireRecordings(), plan);
        return Replay.RunAsync(folder.Request, folder);
    }
}
