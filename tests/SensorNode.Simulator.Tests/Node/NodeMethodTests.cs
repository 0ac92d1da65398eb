using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>Direct methods on a whole node.</summary>
public sealed class NodeMethodTests
{
    private int _lastCall;

    [Test]
    public void ACaptureIsTakenAtOnceAndTheRhythmStays()
    {
        var scene = new NodeScene().RunTo(70_000);
        int before = scene.Status.Captures;
        (int status, JsonObject body) = Call(scene, "capture", "null");
        Assert.That((status, (int)body["fault"]!), Is.EqualTo((200, 0)));
        Assert.That(scene.Status.Captures, Is.EqualTo(before + 1));
        long asked = scene.Board.Clock.UptimeMs();
        Assert.That(asked, Is.LessThan(80_000));
        scene.RunTo(asked + 300_000);
        Assert.That(scene.Status.Captures, Is.InRange(before + 5, before + 7), "once a minute, as before");
    }

    [Test]
    public void TheSelfTestMovesTheSensorAndSaysByHowMuch()
    {
        var scene = new NodeScene(MachineKind.Standing).RunTo(5000);
        (int status, JsonObject body) = Call(scene, "selfTest", "null");

        Assert.That((status, (string?)body["outcome"], (int?)body["axis"]), Is.EqualTo((200, "passed", -1)));
        Assert.That(body["upMilliG"]!.AsArray().Select(value => Math.Abs((int)value!)), Has.All.InRange((int)body["leastMilliG"]!, (int)body["mostMilliG"]!));
        scene.RunTo(70_000);
        Assert.That(scene.Status.Captures, Is.GreaterThanOrEqualTo(2), "captures go on behind it");
    }

    [Test]
    public void ATapTestWithoutATapSaysSo()
    {
        var scene = new NodeScene(MachineKind.Standing).RunTo(5000);
        (int status, JsonObject body) = Call(scene, "tapTest", "{\"seconds\":2}");

        Assert.That(status, Is.EqualTo(200));
        Assert.That(body["findings"]!.AsArray().Select(finding => (string?)finding), Is.EqualTo(new[] { "noTap" }));
    }

    [Test]
    public void AlarmsAreAcknowledgedAndTheBaselineIsForgotten()
    {
        var scene = new NodeScene().RunTo(5000);
        Assert.That(Call(scene, "acknowledgeAlarm", "{}").Status, Is.EqualTo(200));
        Assert.That(Call(scene, "relearnBaseline", "{}").Status, Is.EqualTo(200));
        scene.RunTo(scene.Board.Clock.UptimeMs() + 1000);
        Assert.That(scene.Files.Read(TalkLoop.BaselineFile), Is.Not.Null, "what was forgotten is not learned again by a restart");
    }

    [Test]
    public void TheTraceTellsTheStartAndTheConnection()
    {
        var scene = new NodeScene().RunTo(5000);
        JsonObject body = Call(scene, "getTrace", "{\"after\":0}").Body;
        Assert.That(body["events"]!.AsArray().Select(entry => (string?)entry!["event"]), Is.SupersetOf(new[] { "started", "linkReady" }));
    }

    [Test]
    public void IdentifyBlinks()
    {
        var scene = new NodeScene().RunTo(5000);
        Assert.That(Call(scene, "identify", "{\"seconds\":3}").Status, Is.EqualTo(200));
        scene.RunTo(scene.Board.Clock.UptimeMs() + 4000);
        Assert.That(scene.Board.Indicator.Switched, Is.InRange(8, 14), "twelve changes, and on and off");
        Assert.That(scene.Board.Indicator.IsOn, Is.False);
    }

    [Test]
    public void RebootRestartsAfterTheAnswer()
    {
        var scene = new NodeScene().RunTo(5000);
        Assert.That(Call(scene, "reboot", "null").Status, Is.EqualTo(200));
        Assert.That(scene.Board.Power.Restarts, Is.Zero);
        scene.RunTo(scene.Board.Clock.UptimeMs() + 3000);
        Assert.That(scene.Board.Power.Restarts, Is.EqualTo(1));
    }

    [Test]
    public void FactoryResetDeletesSettingsAndKeepsTheIdentity()
    {
        var scene = new NodeScene();
        scene.Files.Write(IdentityStore.FileName, [1]);
        scene.RunTo(5000);
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":7}}""");
        scene.RunTo(6000);
        Call(scene, "relearnBaseline", "{}");
        Assert.That(scene.Files.Read(TalkLoop.SettingsFile), Is.Not.Null);
        int nonce = (int)Call(scene, "factoryReset", "{\"deviceId\":\"node-1\"}").Body["nonce"]!;
        Call(scene, "factoryReset", $$"""{"deviceId":"node-1","nonce":{{nonce}}}""");
        scene.RunTo(scene.Board.Clock.UptimeMs() + 3000);
        Assert.That(scene.Board.Power.Restarts, Is.EqualTo(1));
        Assert.That(scene.Files.Read(TalkLoop.SettingsFile), Is.Null);
        Assert.That(scene.Files.Read(TalkLoop.BaselineFile), Is.Null);
        Assert.That(scene.Files.Read(IdentityStore.FileName), Is.Not.Null);
    }

    [Test]
    public void AnAssignmentOutlivesARestart()
    {
        var files = new MemoryFiles();
        var store = new AssignmentStore(files);
        Assert.That(store.Load(), Is.False);
        Assert.That(store.Save("hub-3.plant.local", 18883, "press-7"), Is.True);
        Assert.That(new AssignmentStore(files).Load(), Is.True);
        var again = new AssignmentStore(files);
        again.Load();
        Assert.That((again.HubHost, again.HubPort, again.DeviceId), Is.EqualTo(("hub-3.plant.local", 18883, "press-7")));
        foreach (string damaged in new[] { "", "{", "[]", "{\"hubHost\":\"h\"}", "{\"hubHost\":\"h/x\",\"hubPort\":1,\"deviceId\":\"d\"}", "{\"hubHost\":\"h\",\"hubPort\":0,\"deviceId\":\"d\"}" })
        {
            files.Write(AssignmentStore.FileName, System.Text.Encoding.UTF8.GetBytes(damaged));
            Assert.That(new AssignmentStore(files).Load(), Is.False, damaged);
        }
    }

    private (int Status, JsonObject Body) Call(NodeScene scene, string method, string payload)
    {
        string id = (++_lastCall).ToString("X");
        scene.Session.Push($"$iothub/methods/POST/{method}/?$rid={id}", payload);
        string end = "/?$rid=" + id;
        for (long until = scene.Board.Clock.UptimeMs() + 25_000; scene.Board.Clock.UptimeMs() < until;)
        {
            scene.RunTo(scene.Board.Clock.UptimeMs() + 50);
            (string Topic, string Payload, int Qos) answer = scene.Session.Published.FirstOrDefault(
                message => message.Topic.StartsWith("$iothub/methods/res/", StringComparison.Ordinal) && message.Topic.EndsWith(end, StringComparison.Ordinal));
            if (answer.Topic is not null)
            {
                return (int.Parse(answer.Topic.Split('/')[3]), (JsonObject)JsonNode.Parse(answer.Payload)!);
            }
        }

        Assert.Fail($"{method} was not answered");
        return default;
    }
}
