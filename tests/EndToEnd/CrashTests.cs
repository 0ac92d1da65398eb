using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>SIGKILL in the middle of a run: what the hub had acknowledged is still there, and the nodes come back by themselves.</summary>
public sealed class CrashTests
{
    private const string Path = "temperatureLimitCentiCelsius";
    private static readonly string[] Ids = ["pump-1", "fan-2", "mixer-3"];

    [Test]
    public async Task After_SIGKILL_every_acknowledged_update_is_there_and_the_nodes_are_in_sync_again()
    {
        await using var hub = await HubUnderTest.Start();
        await using var nodes = await NodesUnderTest.Start(
            hub, [.. Ids.Select((id, index) => (id, MachineFactory.Create(MachineKind.Healthy, (ulong)index)))]);
        foreach (var id in Ids)
        {
            await hub.Eventually(() => hub.Fleet(id), node => (string?)node["state"] == "InSync", $"{id} in sync before the crash");
        }

        var acknowledged = await WriteUntilKilled(hub, writesBeforeTheKill: 25);
        var reportedVersions = nodes.Snapshot().ToDictionary(node => node.DeviceId, node => node.ReportedVersion);
        await hub.Restart();

        foreach (var id in Ids)
        {
            var twin = await hub.GetTwin(id);
            var desired = twin["properties"]!["desired"]!;
            Assert.That((long)desired["$version"]!, Is.GreaterThanOrEqualTo(acknowledged[id].Version), $"{id}: an acknowledged version is gone");
            if ((long)desired["$version"]! == acknowledged[id].Version)
            {
                Assert.That((int)desired["detection"]![Path]!, Is.EqualTo(acknowledged[id].Value), $"{id}: an acknowledged value is gone");
            }

            Assert.That(
                (long)twin["properties"]!["reported"]!["$version"]!,
                Is.GreaterThanOrEqualTo(reportedVersions[id]),
                $"{id}: a reported patch that the node saw confirmed is gone");
            await hub.Eventually(
                () => hub.Fleet(id),
                node => (bool)node["connected"]! && (string?)node["state"] == "InSync",
                $"{id} connected and in sync after the crash");
        }
    }

    /// <summary>Writes one desired change after another to all nodes; kills the hub while the next writes are under way.</summary>
    private static async Task<Dictionary<string, (long Version, int Value)>> WriteUntilKilled(HubUnderTest hub, int writesBeforeTheKill)
    {
        var acknowledged = Ids.ToDictionary(id => id, _ => (Version: 0L, Value: 0));
        var written = 0;
        var enough = new TaskCompletionSource();
        var writers = Ids.Select(async id =>
        {
            for (var value = 7000; ; value++)
            {
                try
                {
                    var twin = await hub.PatchDesired(id, new JsonObject { ["detection"] = new JsonObject { [Path] = value } });
                    acknowledged[id] = ((long)twin["properties"]!["desired"]!["$version"]!, value);
                }
                catch (HttpRequestException)
                {
                    return;
                }

                if (Interlocked.Increment(ref written) == writesBeforeTheKill)
                {
                    enough.SetResult();
                }
            }
        }).ToArray();
        await enough.Task;
        await hub.Kill();
        await Task.WhenAll(writers);
        return acknowledged;
    }
}
