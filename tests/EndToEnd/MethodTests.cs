using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>Whoever calls a method at the hub reaches the sensor, and the answer comes back.</summary>
public sealed class MethodTests
{
    [Test]
    public async Task A_technician_far_away_tests_the_sensor_takes_a_capture_and_reads_the_trace()
    {
        await using var hub = await HubUnderTest.Start();
        await using var nodes = await NodesUnderTest.Start(hub, ("press-7", MachineFactory.Create(MachineKind.Standing)));
        await hub.Eventually(() => hub.Fleet("press-7"), node => (string?)node["state"] == "InSync" && (string?)node["verdict"] == "normal", "the first verdict");

        var test = await Call("selfTest");
        Assert.That((string?)test["outcome"], Is.EqualTo("passed"));

        var tap = await Call("tapTest", new() { ["seconds"] = 1 });
        Assert.That(tap["findings"]!.AsArray().Select(finding => (string?)finding), Is.EqualTo(new[] { "noTap" }));
        Assert.That(tap["restMilliG"]!.AsArray(), Has.Count.EqualTo(3));

        var capture = await Call("capture");
        Assert.That((int)capture["fault"]!, Is.Zero);
        await hub.Eventually(
            () => hub.Send(HttpMethod.Get, "api/v1/waveforms?device=press-7", null), waveforms => waveforms.AsArray().Count > 0, "the waveform asked for");

        var trace = await Call("getTrace", new() { ["after"] = 0, ["count"] = 32 });
        Assert.That(trace["events"]!.AsArray().Select(entry => (string?)entry!["event"]), Is.SupersetOf(new[] { "started", "linkReady", "methodAnswered" }));

        var boot = (string)trace["bootId"]!;
        await Call("reboot", new() { ["bootId"] = boot });
        var twin = await hub.Eventually(
            () => hub.GetTwin("press-7"), read => (string?)read["properties"]!["reported"]!["bootId"] is { } now && now != boot, "the next start");
        Assert.That((string?)twin["properties"]!["reported"]!["resetCause"], Is.EqualTo("requested"));

        async Task<JsonNode> Call(string method, JsonObject? payload = null)
        {
            var answer = await hub.Send(
                HttpMethod.Post,
                "twins/press-7/methods?api-version=2021-04-12",
                new JsonObject { ["methodName"] = method, ["responseTimeoutInSeconds"] = 30, ["payload"] = payload });
            Assert.That((int)answer["status"]!, Is.EqualTo(200), $"{method}: {answer.ToJsonString()}");
            return answer["payload"]!;
        }
    }
}
