using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>A report of health is made when something is worth it, and says then all that has moved.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HealthFactsTests
{
    private readonly HealthFacts _facts = new();

    [Test]
    public void TheModelNamesWhatTheNodeReports()
    {
        using JsonDocument model = JsonDocument.Parse(File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Twin/Model/vibrationNode-1.json")));
        JsonElement health = model.RootElement.EnumerateArray()
            .Single(definition => definition.GetProperty("@id").GetString() == "dtmi:com:devicetwin:vibrationNode:health;1");

        Assert.That(health.GetProperty("contents").EnumerateArray().Select(content => content.GetProperty("name").GetString()),
            Is.EquivalentTo(Enumerable.Range(0, HealthFacts.Numbers).Select(HealthFacts.Name).Concat(["mode", "reboots"])));
    }

    [Test]
    public void WhatIsNotKnownIsNoNews()
    {
        _facts.MarkAll();
        _facts.Set(HealthFacts.SignalDbm, HealthFacts.NotKnown);

        Assert.That(_facts.HasNews(), Is.False);
        Assert.That(Report(), Is.EqualTo("{}"));
    }

    [Test]
    public void AStepIsNewsAndLessIsNot([Range(0, HealthFacts.Numbers - 1)] int number)
    {
        int step = HealthFacts.Step(number);
        _facts.Set(number, -1000);
        Assert.That(_facts.HasNews(), Is.True, "the first value");
        Report();
        _facts.Set(number, -1000 + step - 1);
        Assert.That(_facts.HasNews(), Is.False);
        _facts.Set(number, -1000 - step + 1);
        Assert.That(_facts.HasNews(), Is.False);
        _facts.Set(number, -1000 + step);
        Assert.That(_facts.HasNews(), Is.True);
    }

    [Test]
    public void WhatHasMovedALittleGoesWithTheNews()
    {
        _facts.SetMode("normal");
        _facts.SetReboots(["unknown", "powerOn"], [0, 2]);
        _facts.Set(HealthFacts.OutboxDepth, 3);
        _facts.Set(HealthFacts.SignalDbm, -60);
        Assert.That(Report(), Is.EqualTo("""{"health":{"__t":"c","mode":"normal","signalDbm":-60,"outboxDepth":3,"reboots":{"powerOn":2}}}"""));
        _facts.Confirm();
        _facts.Set(HealthFacts.OutboxDepth, 4);
        Assert.That(_facts.HasNews(), Is.False);
        _facts.SetMode("lastGood");

        Assert.That(Report(), Is.EqualTo("""{"health":{"__t":"c","mode":"lastGood","outboxDepth":4}}"""));
    }

    [Test]
    public void AValueThatIsNoLongerKnownLeavesTheTwin()
    {
        _facts.Set(HealthFacts.SignalDbm, -60);
        Report();
        _facts.Set(HealthFacts.SignalDbm, HealthFacts.NotKnown);

        Assert.That(Report(), Is.EqualTo("""{"health":{"__t":"c","signalDbm":null}}"""));
    }

    [Test]
    public void AReportThatMayNotHaveArrivedGoesAgainAsAWhole()
    {
        _facts.SetMode("normal");
        _facts.Set(HealthFacts.Starts, 1);
        Report();
        _facts.Confirm();
        _facts.Set(HealthFacts.Starts, 2);
        Report();
        _facts.Abandon();
        Assert.That(_facts.HasNews(), Is.True);
        Assert.That(Report(), Is.EqualTo("""{"health":{"__t":"c","mode":"normal","starts":2,"reboots":{}}}"""));
        _facts.Confirm();
        _facts.Abandon();
        Assert.That(_facts.HasNews(), Is.False);
    }

    [Test]
    public void TheAgentReportsHealthAndAnotherStartTakesItOver()
    {
        var scene = new TwinScene();
        scene.Agent.Health.SetMode("normal");
        scene.Agent.Health.Set(HealthFacts.Starts, 7);
        scene.Settle();
        Assert.That((int?)scene.Hub.ReportedAt("health.starts"), Is.EqualTo(7));

        scene.Restart();
        scene.Agent.Health.SetMode("safeMode");
        scene.Settle();
        Assert.That((string?)scene.Hub.ReportedAt("health.mode"), Is.EqualTo("safeMode"));
        Assert.That(((JsonObject)scene.Hub.Reported["health"]!).ContainsKey("ac"), Is.False, "a component of the node is no stray");
    }

    private string Report()
    {
        var writer = new JsonWriter(256, 4096);
        writer.StartObject();
        _facts.Write(writer);
        writer.EndObject();
        return Encoding.UTF8.GetString(writer.ToArray());
    }
}
