using System.Net;
using System.Net.Sockets;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Bridge;

/// <summary>What people see of a bridge.</summary>
public sealed class BridgeEndpointTests
{
    [Test]
    public void Every_error_is_in_the_table_of_the_documentation()
    {
        var page = File.ReadAllLines(TestFiles.InRepository("cloud/BRIDGE.md"));
        var rows = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])).Select(line => line.Split('|')).Select(cells => $"{cells[1].Trim()} {cells[2].Trim()}");
        Assert.That(rows, Is.EqualTo(Enum.GetValues<BridgeFault>().Select(fault => $"{(int)fault} `{char.ToLowerInvariant(fault.ToString()[0])}{fault.ToString()[1..]}`")));
    }

    [Test]
    public async Task A_bridge_that_is_down_says_why_and_the_hub_stays_ready()
    {
        // Bound and not listened on: whoever connects is refused, and nobody else gets the port.
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        var folder = Directory.CreateTempSubdirectory("devicetwin-bridge-");
        try
        {
            var file = Path.Combine(folder.FullName, "bridge.json");
            PrivateFiles.Write(file, $$"""{"host":"127.0.0.1","port":{{port}},"mirror":["reported","telemetry"],"devices":[{"id":"pump-7","connectionString":"HostName=127.0.0.1;DeviceId=pump-7;SharedAccessKey=a2V5"},{"id":"absent","connectionString":"HostName=127.0.0.1;DeviceId=absent;SharedAccessKey=a2V5"}]}""", secret: true);
            await using var hub = await HubFixture.Start(bridge: file);
            await hub.Register("pump-7");
            var fault = "";
            for (var until = DateTime.UtcNow.AddSeconds(30); fault != "unreachable"; Assert.That(DateTime.UtcNow, Is.LessThan(until)))
            {
                var bridge = await hub.Get("/api/v1/bridge");
                Assert.That((bool)bridge["on"]!, Is.True);
                Assert.That(((string?)bridge["host"], (int)bridge["port"]!, (string?)bridge["desired"], bridge["mirror"]!.ToJsonString()), Is.EqualTo(("127.0.0.1", port, "here", """["reported","telemetry"]""")));
                Assert.That(bridge["devices"]!.AsArray().Select(device => (string?)device!["deviceId"]), Is.EqualTo(new[] { "absent", "pump-7" }));
                Assert.That((int)bridge["devices"]![0]!["lastError"]!["code"]!, Is.EqualTo(13));
                fault = (string?)bridge["devices"]![1]!["lastError"]?["name"] ?? "";
            }

            Assert.That((await hub.Send(HttpMethod.Get, "/readyz")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            var metrics = await hub.Http.GetStringAsync("/metrics");
            Assert.That(metrics, Does.Match("devicetwin_bridge_errors_total\\{error=\"unreachable\"\\} [1-9]").And.Contain("devicetwin_bridge_devices{state=\"waiting\"} 1\n"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
