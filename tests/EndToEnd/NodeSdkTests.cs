using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>The unmodified npm packages azure-iot-device and azure-iot-device-mqtt against the hub's own process.</summary>
public sealed class NodeSdkTests
{
    [Test]
    public async Task The_Azure_device_client_gets_its_twin_patches_reported_and_receives_desired()
    {
        var folder = TestFiles.InRepository("tests/node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "azure-iot-device")))
        {
            Assert.Ignore("The npm packages are not installed: run tests/run, or `npm install` in tests/node.");
        }

        await using var hub = await HubUnderTest.Start();
        var key = await hub.CreateDevice("sdk-1");
        await hub.PatchDesired("sdk-1", new JsonObject { ["interval"] = 5 });

        using var client = Process.Start(new ProcessStartInfo("node", [
            Path.Combine(folder, "device-session.js"),
            $"HostName={hub.HostName}:{hub.MqttPort};DeviceId=sdk-1;SharedAccessKey={key}",
            hub.CaFile,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = client.StandardError.ReadToEndAsync();

        Assert.That(await Next(), Is.EqualTo("""twin {"interval":5,"$version":2}"""));
        Assert.That(await Next(), Is.EqualTo("reported accepted"));
        Assert.That((int)(await hub.GetTwin("sdk-1"))["properties"]!["reported"]!["temperature"]!, Is.EqualTo(21));
        Assert.That(await Next(), Is.EqualTo("telemetry accepted"));
        Assert.That(await Next(), Is.EqualTo("listening"));

        await hub.PatchDesired("sdk-1", new JsonObject { ["interval"] = 10, ["mode"] = null });
        Assert.That(await Next(), Does.StartWith("""desired {"interval":10,"""));
        await client.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(client.ExitCode, Is.Zero, await error);

        async Task<string?> Next() => await client.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20))
            ?? throw new AssertionException($"the client ended early: {await error}");
    }
}
