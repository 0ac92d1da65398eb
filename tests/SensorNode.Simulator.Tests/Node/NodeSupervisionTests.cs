using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>What supervision does to a whole node, and what the hub learns of it.</summary>
public sealed class NodeSupervisionTests
{
    private const string SevenSeconds = """{"sampling":{"captureIntervalSeconds":7}}""";

    [Test]
    public void HealthIsReportedAsAComponent()
    {
        NodeScene scene = new NodeScene().RunTo(20_000);

        JsonObject health = Health(scene);
        Assert.Multiple(() =>
        {
            Assert.That((string?)health["__t"], Is.EqualTo("c"));
            Assert.That((string?)health["mode"], Is.EqualTo("normal"));
            Assert.That((int?)health["heapLowWaterBytes"], Is.EqualTo(100_000));
            Assert.That((int?)health["outboxDepth"], Is.GreaterThanOrEqualTo(0));
            Assert.That((int?)health["starts"], Is.EqualTo(1));
            Assert.That((int?)health["unhealthyStarts"], Is.EqualTo(1));
            Assert.That(health["reboots"]!.ToJsonString(), Is.EqualTo("""{"powerOn":1}"""));
            Assert.That(health.Select(member => member.Key), Is.SubsetOf(Enumerable.Range(0, DeviceTwin.SensorNode.Twin.HealthFacts.Numbers).Select(DeviceTwin.SensorNode.Twin.HealthFacts.Name).Concat(["__t", "mode", "reboots"])));
        });
    }

    [Test]
    public void AQuietHourCostsAHandfulOfReports()
    {
        NodeScene scene = Quiet();
        int before = scene.Status.ReportedPatches;
        scene.RunTo(3_660_000);

        Assert.That(scene.Status.ReportedPatches - before, Is.LessThanOrEqualTo(3), "it became healthy, and that is all there is to tell");
    }

    [Test]
    public void HealthIsNotReportedMoreOftenThanItsPeriod()
    {
        NodeScene scene = Quiet();
        int before = scene.Status.ReportedPatches;
        for (int second = 61; second < 3600; second += 10)
        {
            scene.Board.Power.FreeMemory = 90_000 - (second * 20);
            scene.RunTo(second * 1000);
        }

        Assert.That(scene.Status.ReportedPatches - before, Is.LessThanOrEqualTo(6 + 2));
        Assert.That((int?)Health(scene)["heapLowWaterBytes"], Is.LessThan(35_000));
    }

    [Test]
    public void SafeModeTalksAndDoesNotMeasure()
    {
        var files = new MemoryFiles();
        NodeScene scene = Restarted(files, Supervisor.StartsBeforeSafe);
        scene.RunTo(30_000);

        Assert.That(scene.Node.Supervisor.Mode, Is.EqualTo(NodeMode.Safe));
        Assert.That((string?)Health(scene)["mode"], Is.EqualTo("safeMode"));
        Assert.That((string?)scene.Session.Twin.Reported["verdict"], Is.EqualTo("refused"));
        Assert.That(scene.Status.IsConnected, Is.True);
        Assert.That(scene.Status.Captures, Is.Zero);
        Assert.That(scene.Node.IsCapturing(), Is.False);
    }

    [Test]
    public void AnotherDesiredVersionLeadsOutOfSafeMode()
    {
        var files = new MemoryFiles();
        NodeScene scene = new NodeScene(files: files).RunTo(5000);
        scene = Restarted(files, Supervisor.StartsBeforeSafe - 1, scene.Session);
        scene.RunTo(10_000);
        Assert.That(scene.Board.Power.Restarts, Is.Zero, "the version is the one it fell back from");
        scene.Session.Desire(SevenSeconds);
        scene.RunTo(20_000);
        Assert.That(scene.Board.Power.Restarts, Is.EqualTo(1));

        NodeScene next = new NodeScene(files: files, session: scene.Session).RunTo(30_000);
        Assert.That(next.Node.Supervisor.Cause, Is.EqualTo(ResetCause.SafeModeLeft));
        Assert.That((string?)next.Session.Twin.Reported["resetCause"], Is.EqualTo("safeModeLeft"));
        Assert.That(next.Status.Captures, Is.InRange(3, 5), "each seven seconds: what was desired last");
    }

    [Test]
    public void TheLastGoodSettingsHoldUntilOthersAreDesired()
    {
        var files = new MemoryFiles();
        NodeScene scene = new NodeScene(files: files).RunTo(5000);
        string good = Desire(scene, 7000);
        scene.RunTo(2 * Supervisor.HealthyMs);
        Assert.That(files.Read(Supervisor.LastGoodFile), Is.EqualTo(files.Read(TalkLoop.SettingsFile)));
        string bad = Desire(scene, 5000);
        Assert.That(bad, Is.Not.EqualTo(good));

        scene = Restarted(files, Supervisor.StartsBeforeLastGood, scene.Session);
        scene.RunTo(20_000);
        Assert.That(scene.Node.Supervisor.Mode, Is.EqualTo(NodeMode.LastGood));
        Assert.That((string?)Health(scene)["mode"], Is.EqualTo("lastGood"));
        Assert.That((string?)scene.Session.Twin.Reported["settingsHash"], Is.EqualTo(good));
        Assert.That(Encoding.UTF8.GetString(files.Read(TalkLoop.SettingsFile)!), Does.Contain("5000"), "what is desired is kept");

        string next = Desire(scene, 6000);
        Assert.That(scene.Node.Supervisor.Mode, Is.EqualTo(NodeMode.Normal));
        Assert.That((string?)Health(scene)["mode"], Is.EqualTo("normal"));
        Assert.That(next, Is.Not.EqualTo(good).And.Not.EqualTo(bad));
        Assert.That(Encoding.UTF8.GetString(files.Read(TalkLoop.SettingsFile)!), Does.Contain("6000"));
    }

    [Test]
    public void DropsAreReportedByHowUrgentTheyWere()
    {
        NodeScene scene = Quiet();
        scene.Board.Radio.InReach = false;
        scene.RunTo(65_000);
        for (int sequence = 1; sequence <= 40; sequence++)
        {
            scene.Node.Outbox.Offer(new TelemetryMessage("spectrum", new byte[100], TelemetryMessage.Low, "9-9", sequence));
        }

        scene.Board.Radio.InReach = true;
        scene.RunTo(65_000 + (2 * HealthReport.PeriodMs));

        JsonObject health = Health(scene);
        Assert.That((int?)health["droppedLow"], Is.GreaterThanOrEqualTo(8).And.EqualTo((int?)health["dropped"]));
        Assert.That(((int?)health["droppedUrgent"], (int?)health["droppedNormal"]), Is.EqualTo((0, 0)));
    }

    [Test]
    public void InSafeModeTheSensorsAreNotAskedAndMethodsSayWhy()
    {
        NodeScene scene = Restarted(new MemoryFiles(), Supervisor.StartsBeforeSafe).RunTo(5000);
        Assert.That(scene.Node.Sensors, Is.Null);
        scene.Session.Push("$iothub/methods/POST/selfTest/?$rid=1", "{}");
        scene.RunTo(6000);
        var answer = scene.Session.Published.Last(message => message.Topic.StartsWith("$iothub/methods/res/", StringComparison.Ordinal));
        Assert.That(answer.Topic, Does.StartWith("$iothub/methods/res/503/"));
        Assert.That(answer.Payload, Does.Contain("safe mode"));
    }

    // Captures cost the test's time and are not what it is about.
    private static NodeScene Quiet()
    {
        var session = new Simulator.Link.StubSession();
        session.Desire("""{"sampling":{"captureIntervalSeconds":7200}}""");
        return new NodeScene(session: session).RunTo(60_000);
    }

    // The reported hash of the settings, some seconds after others are desired.
    private static string Desire(NodeScene scene, int limit)
    {
        scene.Session.Desire($$$"""{"sampling":{"captureIntervalSeconds":7200},"detection":{"velocityLimitUmPerSecond":{{{limit}}}}}""");
        scene.RunTo(scene.Board.Clock.UptimeMs() + 10_000);
        return (string)scene.Session.Twin.Reported["settingsHash"]!;
    }

    // A node that was cut off so many times before it became healthy, running once more.
    private static NodeScene Restarted(MemoryFiles files, int times, Simulator.Link.StubSession? session = null)
    {
        NodeScene scene = new(files: files, session: session);
        for (int start = 1; start < times; start++)
        {
            scene = new NodeScene(files: files, session: session);
        }

        return scene;
    }

    private static JsonObject Health(NodeScene scene) => (JsonObject)scene.Session.Twin.Reported["health"]!;
}
