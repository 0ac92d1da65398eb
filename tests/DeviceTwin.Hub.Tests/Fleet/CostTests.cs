using System.Diagnostics;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Twins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>What a reported patch costs with and without the feed. Prints figures and judges nothing; run by name.</summary>
[Explicit("measures")]
public sealed class CostTests
{
    private const int Devices = 300;
    private const int Rounds = 60;

    [Test]
    public async Task Reported_patches_per_second_with_and_without_the_feed()
    {
        // Taken in turns, so that a change of the machine's mood meets all of them.
        var rates = new Dictionary<string, List<double>> { ["no feed, no index"] = [], ["no feed"] = [], ["feed"] = [] };
        for (var repeat = 0; repeat < 5; repeat++)
        {
            foreach (var (name, results) in rates)
            {
                results.Add(await Measure(name == "feed", name != "no feed, no index"));
            }
        }

        foreach (var (name, results) in rates)
        {
            var sorted = results.Order().ToArray();
            TestContext.Out.WriteLine($"{name}: {sorted[2]:F0} patches/s (from {sorted[0]:F0} to {sorted[4]:F0})");
        }
    }

    private static async Task<double> Measure(bool feed, bool index)
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-cost-");
        try
        {
            var collection = new ServiceCollection();
            collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
            var store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") };
            collection.AddFleet(new FleetOptions { Store = index ? store : store with { IndexedPaths = [] }, ReportedChangesInFeed = feed });
            await using var services = collection.BuildServiceProvider();
            var fleet = services.GetRequiredService<IFleet>();
            for (var device = 0; device < Devices; device++)
            {
                var id = $"node-{device}";
                await fleet.PutIdentity(new(id, "", "", true, "", "", default), null, "test", CancellationToken.None);
                await fleet.PatchReported(id, Json.ParseObject("""{"firmwareVersion":"0.1.0","board":"esp32","health":{"freeHeap":1,"uptime":1,"rssi":-60}}"""), null, CancellationToken.None);
            }

            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Devices).Select(device => Task.Run(async () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    await fleet.PatchReported(
                        $"node-{device}", Json.ParseObject($$$"""{"health":{"freeHeap":{{{round}}},"uptime":{{{round * 10}}},"rssi":-{{{round}}}}}"""), null, CancellationToken.None);
                }
            })));
            return Devices * Rounds / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
