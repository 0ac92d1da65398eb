using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DeviceTwin.Bench.Soak.Crash;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>Median and 99th percentile, in milliseconds.</summary>
public sealed record Spread(double P50, double P99)
{
    /// <summary>The smallest values that half, and 99 in a hundred, do not exceed.</summary>
    /// <param name="milliseconds">At least one.</param>
    public static Spread Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new Spread(At(50), At(99));

        double At(int percent) => sorted[((sorted.Length * percent) + 99) / 100 - 1];
    }
}

/// <summary>
/// How long a change takes until the hub counts its devices in sync: a hub in a process of its own, and devices that are the firmware's twin agent behind TLS.
/// A change is measured from before it is sent to the hub until the device has the hub's confirmation of the report that brought it in sync, so nothing is left out
/// at either end. Beside it, in the same run and through the same hub, stands the floor: a report of the same devices until its confirmation, which is a
/// message each way and one durable commit. A change is a message each way and two, with the planning between them.
/// </summary>
/// <param name="Edits">Of the configuration that all devices have.</param>
/// <param name="Change">From an edit of the configuration until a device is in sync; every device of every edit.</param>
/// <param name="HubSays">The same as the hub measured it, device by device (<c>inSyncAfterMs</c>).</param>
/// <param name="Report">All devices report at once: until each has its confirmation.</param>
/// <param name="Patch">From a change of one device's twin until it is in sync, one after the other.</param>
/// <param name="OneReport">One device reports, one after the other.</param>
/// <param name="Wrong">Where the hub's own count or time does not agree with what the devices saw.</param>
public sealed record LatencyFigures(
    int Devices, int Edits, Spread Change, Spread HubSays, Spread Report, Spread Patch, Spread OneReport, IReadOnlyList<string> Wrong)
{
    private const string Configuration = "limits";
    private const string LimitPath = "detection.velocityLimitUmPerSecond";
    private const string ApiVersion = "api-version=2021-04-12";
    private const int AtOnce = 16;
    private const int WarmUpEdits = 5;
    private const int FirstLimit = 3000;

    /// <summary>The devices' clock and the hub's are read in two processes.</summary>
    private const double ClockToleranceMs = 1;

    private static readonly string[] Verdicts = ["normal", "high"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What the figures were measured on.</summary>
    public static string Machine =>
        $"{Environment.ProcessorCount} cores {RuntimeInformation.ProcessArchitecture}, shared by hub and devices, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}{Load}";

    /// <summary>What else the machine did in the minute before, where it can be asked.</summary>
    private static string Load => OperatingSystem.IsLinux() ? $", load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "";

    /// <summary>Measures.</summary>
    /// <param name="devices">At least 1.</param>
    /// <param name="edits">At least 1; some more before them are not counted, for a hub runs for months.</param>
    /// <param name="time">The clock of the devices.</param>
    /// <exception cref="HubLostException">The hub did not start, refused something, or brought the devices in sync not at all.</exception>
    public static async Task<LatencyFigures> Measure(int devices, int edits, int seed, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-latency-");
        try
        {
            using var hub = new SoakedHub(folder.FullName, CrashSoak.StandardStartPatience);
            await hub.Start(new Dictionary<string, string>());
            var clients = await Connect(hub, devices, seed, time);
            try
            {
                return await new Run(hub, clients, time).Measure(edits);
            }
            finally
            {
                foreach (var client in clients)
                {
                    await client.DisposeAsync();
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<FirmwareClient[]> Connect(SoakedHub hub, int devices, int seed, TimeProvider time)
    {
        var clients = new FirmwareClient[devices];
        await Parallel.ForAsync(0, devices, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, end) =>
        {
            var deviceId = string.Create(CultureInfo.InvariantCulture, $"node-{number}");
            var key = await hub.Register(deviceId, end) ?? throw new HubLostException("hubRefused", $"The hub refused {deviceId}");
            clients[number] = await FirmwareClient.Connect(hub, deviceId, key, seed + number, time, end);
        });
        return clients;
    }

    private sealed class Run(SoakedHub hub, FirmwareClient[] clients, TimeProvider time)
    {
        private readonly List<double> changes = [];
        private readonly List<double> told = [];
        private readonly List<double> reports = [];
        private readonly List<string> wrong = [];
        private int limit = FirstLimit;
        private int verdicts;

        public async Task<LatencyFigures> Measure(int edits)
        {
            for (var edit = 0; edit < WarmUpEdits + edits; edit++)
            {
                if (edit == WarmUpEdits)
                {
                    changes.Clear();
                    told.Clear();
                    reports.Clear();
                }

                var took = await Edit(edit == 0);
                changes.AddRange(took);
                told.AddRange(await HubTimes(took));
                reports.AddRange(await All(clients, client => client.Report(Verdicts[verdicts % Verdicts.Length])));
                verdicts++;
            }

            var (patches, oneReports) = (new List<double>(), new List<double>());
            foreach (var client in clients)
            {
                limit++;
                var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["detection"] = new JsonObject { ["velocityLimitUmPerSecond"] = limit } } } };
                patches.AddRange(await All([client], waiting => waiting.InForce(limit), () => hub.Send(HttpMethod.Patch, $"twins/{client.DeviceId}?{ApiVersion}", patch, CancellationToken.None)));
                oneReports.AddRange(await All([client], reporting => reporting.Report(Verdicts[verdicts % Verdicts.Length])));
            }

            return new LatencyFigures(
                clients.Length, edits, Spread.Of(changes), Spread.Of(told), Spread.Of(reports), Spread.Of(patches), Spread.Of(oneReports), wrong);
        }

        /// <summary>Edits the configuration of all devices.</summary>
        /// <returns>How long each device took.</returns>
        private async Task<double[]> Edit(bool first)
        {
            limit++;
            var body = new JsonObject
            {
                ["id"] = Configuration,
                ["targetCondition"] = "*",
                ["priority"] = 1,
                ["content"] = new JsonObject { ["deviceContent"] = new JsonObject { ["properties.desired." + LimitPath] = limit } },
            };
            (string, string)[] headers = first ? [] : [("If-Match", "*")];
            var took = await All(
                clients, client => client.InForce(limit), () => hub.Send(HttpMethod.Put, $"configurations/{Configuration}?{ApiVersion}", body, CancellationToken.None, headers));

            // Asked at once: whoever has the confirmation is counted already.
            var configuration = await Ask($"configurations/{Configuration}?{ApiVersion}");
            var succeeded = (int)configuration["systemMetrics"]!["results"]!["reportedSuccessfulCount"]!;
            if (succeeded != clients.Length)
            {
                wrong.Add($"{clients.Length} devices have the confirmation of {LimitPath} = {limit}, and the hub counts {succeeded} in sync");
            }

            return took;
        }

        /// <summary>What the hub measured of the last edit. Its time begins after ours and ends before it.</summary>
        private async Task<double[]> HubTimes(double[] seen)
        {
            var times = new double[clients.Length];
            await Parallel.ForAsync(0, clients.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            {
                var convergence = await Ask($"api/v1/devices/{clients[number].DeviceId}/convergence");
                times[number] = (double?)convergence["inSyncAfterMs"] ?? double.NaN;
            });
            for (var number = 0; number < times.Length; number++)
            {
                if (!(times[number] >= 0 && times[number] <= seen[number] + ClockToleranceMs))
                {
                    wrong.Add(string.Create(
                        CultureInfo.InvariantCulture, $"{clients[number].DeviceId} was in sync within {seen[number]:0.000} ms of the edit, and the hub says after {times[number]:0.000} ms"));
                }
            }

            return times;
        }

        private async Task<JsonNode> Ask(string path) =>
            await hub.Send(HttpMethod.Get, path, null, CancellationToken.None) ?? throw new HubLostException("hubRefused", $"The hub does not answer {path}");

        private async Task<double[]> All(FirmwareClient[] among, Func<FirmwareClient, Task<long>> reached, Func<Task<JsonNode?>>? deed = null)
        {
            // Who waits for a change waits before it is made; who reports begins with it.
            var began = time.GetTimestamp();
            Task<long>[] waits = [.. among.Select(reached)];
            if (deed is not null)
            {
                began = time.GetTimestamp();
                _ = await deed() ?? throw new HubLostException("hubRefused", "The hub refused a change");
            }

            try
            {
                return [.. (await Task.WhenAll(waits).WaitAsync(Patience, time)).Select(at => time.GetElapsedTime(began, at).TotalMilliseconds)];
            }
            catch (TimeoutException)
            {
                throw new HubLostException("notInSync", $"{waits.Count(wait => !wait.IsCompleted)} of {among.Length} devices were not in sync within {Patience.TotalSeconds:0} s");
            }
        }
    }
}
