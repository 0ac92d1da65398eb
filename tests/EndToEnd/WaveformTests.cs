using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>What an alarm was raised on reaches the hub, compressed on the way and whole at its end.</summary>
public sealed class WaveformTests
{
    [Test]
    public async Task The_capture_behind_an_alarm_is_at_the_hub()
    {
        await using var hub = await HubUnderTest.Start();
        await using var nodes = await NodesUnderTest.Start(hub, ("shaker", MachineFactory.Create(MachineKind.Unbalance)));
        var found = (await hub.Eventually(
            () => hub.Send(HttpMethod.Get, "api/v1/waveforms?device=shaker", null), waveforms => waveforms.AsArray().Count > 0, "the waveform"))[0]!;
        var content = await hub.Http.GetByteArrayAsync($"api/v1/waveforms/{found["sha256"]}?format=raw");
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(content)), Is.EqualTo((string?)found["sha256"]));
        Assert.That(content, Has.Length.EqualTo((int)found["frames"]! * 2));
        Assert.That(((string?)found["axis"], (int)found["coveragePermille"]!), Is.EqualTo(("z", 1000)));
        Assert.That((int)found["rateMilliHertz"]!, Is.InRange(26_000_000, 27_400_000));
        Assert.That(((JsonValue)found["bootId"]!).GetValue<string>(), Does.StartWith("1-"));

        // The node's own arithmetic, and the hub's from the evidence.
        var equal = await hub.Eventually(() => Verify(hub, "shaker"), results => results.AsArray().Any(result => (string?)result!["result"] == "equal"), "evidence that is equal");
        Assert.That(equal.AsArray().Any(result => (string?)result!["result"] == "differs"), Is.False, equal.ToJsonString());
    }

    private static async Task<JsonNode> Verify(HubUnderTest hub, string deviceId)
    {
        var results = new JsonArray();
        foreach (var alarm in (await hub.Send(HttpMethod.Get, $"api/v1/alarms?device={deviceId}", null))["alarms"]!.AsArray())
        {
            using var response = await hub.Http.PostAsync($"api/v1/alarms/{alarm!["id"]}/evidence/verify", null);
            results.Add(JsonNode.Parse(await response.Content.ReadAsStringAsync()));
        }

        return results;
    }
}
