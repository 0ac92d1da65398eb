using System.Buffers.Binary;
using DeviceTwin.Analytics.Recordings;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.Analytics.Recordings;

/// <summary>A folder of recordings as a plant.</summary>
public sealed class RecordingFolderTests
{
    private static readonly RecordingPlan Plan = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task A_recording_becomes_captures_one_interval_apart()
    {
        using var recordings = new MadeUpRecordings();
        recordings.Add("outer.i16", "outer", 3.585, 1, seconds: 6).Add("normal.i16", "normal", 0, 2, seconds: 6).Add("odd.i16", "strange", 0, 3, seconds: 0.1);
        var folder = RecordingFolder.Read(recordings.Folder, Plan with { Old = "{\"sampling\":{\"captureIntervalSeconds\":600}}" });

        var outer = folder.Request.Series.Single(series => series.Machine == "outer");
        Assert.That(outer.Captures.Select(capture => capture.TakenAt), Is.EqualTo(new[] { Plan.Start, Plan.Start.AddMinutes(10), Plan.Start.AddMinutes(20), Plan.Start.AddMinutes(30) }));
        Assert.That(outer.Captures.Select(capture => capture.Frames), Has.All.EqualTo(16384 + 256), "a block of the velocity meter and a sixty-fourth");
        Assert.That(folder.SamplesLeftOver, Is.EqualTo(2 * (72000 - (4 * 16640))));
        Assert.That(folder.Request.Findings.Select(finding => (finding.Machine, finding.Kind)), Is.EqualTo(new[] { ("normal", "noFault"), ("outer", "outer") }));
        Assert.That(folder.Request.Series.Single(series => series.Machine == "odd").Captures.Single().Frames, Is.EqualTo(1200), "what is shorter than a capture is one");

        var report = await Replay.RunAsync(folder.Request, folder);
        Assert.That(report.Old.AlarmsByKind.Select(count => (count.Word, count.Count)), Is.EqualTo(new[] { ("outer", 1L) }));
        Assert.That(report.Captures.Replayed, Is.EqualTo(report.Captures.Total));
    }

    [Test]
    public async Task A_forest_is_replayed_like_a_limit()
    {
        using var recordings = new MadeUpRecordings();
        recordings.Add("outer.i16", "outer", 3.585, 1, seconds: 3);
        byte[] forest = [Forest.Version, ForestFeatures.ListId, 1, (byte)(Verdict.Flag(Verdict.Outer) + Verdict.Flag(Verdict.Inner)), Forest.Leaf + Verdict.Inner];
        var checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(checksum, Crc32.Of(forest, forest.Length));
        var proposed = $"{{\"detection\":{{\"forest\":\"{Convert.ToBase64String([.. forest, .. checksum])}\"}}}}";
        var folder = RecordingFolder.Read(recordings.Folder, Plan with { New = proposed });
        var report = await Replay.RunAsync(folder.Request, folder);

        Assert.That(report.Changes.Single().Path, Is.EqualTo("detection.forest"));
        Assert.That(report.Old.AlarmsByKind.Single().Word, Is.EqualTo("outer"));
        Assert.That(report.New.AlarmsByKind.Single().Word, Is.EqualTo("inner"), "a forest of one leaf calls everything so");
        Assert.That(report.New.Truth!.Named, Is.EqualTo(new Fraction(0, 2)));
        Assert.That(report.Old.Truth!.Named, Is.EqualTo(new Fraction(2, 2)));
    }

    [Test]
    public async Task A_file_that_was_changed_or_lost_meanwhile_is_counted()
    {
        using var recordings = new MadeUpRecordings();
        recordings.Add("a.i16", "normal", 0, 1, seconds: 1).Add("b.i16", "normal", 0, 2, seconds: 1).Add("c.i16", "normal", 0, 3, seconds: 1);
        var folder = RecordingFolder.Read(recordings.Folder, Plan);
        File.Delete(Path.Combine(recordings.Folder, "a.i16"));
        await using (var file = File.OpenWrite(Path.Combine(recordings.Folder, "b.i16")))
        {
            file.SetLength(100);
        }

        await using (var file = File.OpenWrite(Path.Combine(recordings.Folder, "c.i16")))
        {
            file.Write([1, 2, 3]);
        }

        var captures = (await Replay.RunAsync(folder.Request, folder)).Captures;
        Assert.That((captures.Total, captures.Missing, captures.Damaged), Is.EqualTo((3, 1, 2)));
    }

    [Test]
    public void What_cannot_be_used_is_said()
    {
        using var recordings = new MadeUpRecordings();
        recordings.Add("a.i16", "normal", 0, 1, seconds: 1);

        Assert.Throws<RecordingException>(() => RecordingFolder.Read(recordings.Folder, Plan with { Select = "b*" }));
        Assert.Throws<RecordingException>(() => RecordingFolder.Read(Path.Combine(recordings.Folder, "none"), Plan));
        Assert.Throws<ReplayException>(() => RecordingFolder.Read(recordings.Folder, Plan with { New = "{\"x\":{}}" }));
    }
}
