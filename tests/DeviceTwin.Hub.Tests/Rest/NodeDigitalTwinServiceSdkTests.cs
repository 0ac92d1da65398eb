using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The unmodified DigitalTwinClient of npm's azure-iothub, on port 443. Where the port or the package cannot be had the test is skipped.</summary>
[TestFixture]
public sealed class NodeDigitalTwinServiceSdkTests
{
    [Test]
    public async Task PN3_The_Azure_client_reads_and_patches_a_digital_twin_and_calls_its_commands()
    {
        await using HubFixture hub = await StandardPort.Start();
        await using ServiceSession sdk = ServiceSession.Start(hub);
        await using Wire device = await hub.Connect("dt-1");
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));

        JsonNode fresh = (await sdk.Call("digitalTwins.getDigitalTwin", """["dt-1"]"""))!;
        Assert.That(((string?)fresh["$dtId"], (string?)fresh["$metadata"]!["$model"]), Is.EqualTo(("dt-1", "")));
        string patch = $$$"""["dt-1",[{"op":"add","path":"/thermostat1","value":{"targetTemperature":21.5,"$metadata":{} } }],"{{{hub.Fleet.FindTwin("dt-1")!.ETag}}}"]""";
        await sdk.Call("digitalTwins.updateDigitalTwin", patch);
        await sdk.Refused("digitalTwins.updateDigitalTwin", patch, "RestError", "PreconditionFailed");
        await hub.Fleet.PatchReported("dt-1", Json.ParseObject("""{"serial":"x","thermostat1":{"__t":"c","targetTemperature":{"value":20,"ac":202,"av":2,"ad":"heating"}}}"""), null, CancellationToken.None);
        JsonNode read = (await sdk.Call("digitalTwins.getDigitalTwin", """["dt-1"]"""))!;
        JsonNode property = read["thermostat1"]!["$metadata"]!["targetTemperature"]!;
        Assert.That(
            ((string?)read["serial"], (double)read["thermostat1"]!["targetTemperature"]!, (double)property["desiredValue"]!, (int)property["desiredVersion"]!, (int)property["ackCode"]!),
            Is.EqualTo(("x", 20.0, 21.5, 2, 202)));
        await sdk.Refused("digitalTwins.updateDigitalTwin", """["dt-1",[{"op":"replace","path":"/nothing","value":1}]]""", "RestError", "nothing at /nothing");
        await sdk.Refused("digitalTwins.getDigitalTwin", """["dt-none"]""", "RestError", "DeviceNotFound");

        Task<JsonNode?> root = sdk.Call("digitalTwins.invokeCommand", """["dt-1","reboot",5,{"connectTimeoutInSeconds":0,"responseTimeoutInSeconds":60}]""");
        await Answer("reboot", "5");
        Assert.That((int)(await root)!["xMsCommandStatuscode"]!, Is.EqualTo(200));
        Task<JsonNode?> component = sdk.Call("digitalTwins.invokeComponentCommand", """["dt-1","thermostat1","getMaxMinReport","2026-11-22T08:00:00Z"]""");
        await Answer("thermostat1*getMaxMinReport", "\"2026-11-22T08:00:00Z\"");
        JsonNode report = (await component)!;
        Assert.That(((int)report["body"]!["max"]!, report["xMsRequestId"] is not null), Is.EqualTo((30, true)));

        async Task Answer(string method, string payload)
        {
            MqttPublish request = await device.Next<MqttPublish>();
            Assert.That((request.Topic[..request.Topic.IndexOf('?')], Wire.Text(request)), Is.EqualTo(($"$iothub/methods/POST/{method}/", payload)));
            await device.Publish($"$iothub/methods/res/200/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", """{"max":30}""");
        }
    }
}
