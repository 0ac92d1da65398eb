using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>Telemetry with QoS 1 as far as PUBACK, per second of the server's processor time, and the latency at half of what it can do.</summary>
internal static class TelemetryMeasure
{
    public static async Task<IReadOnlyList<Row>> Run(
        Stage stage, Plan plan, Profile profile, double mosquittoTarget, double natsTarget, bool latency)
    {
        ServerProcess[] servers = [await stage.Hub(profile.Connections), await stage.Mosquitto(), await stage.Nats()];
        var results = servers.ToDictionary(server => server, _ => new List<PublishResult>());
        foreach (var server in servers)
        {
            await using var first = await PublishRun.Open(server, stage.Target, profile, stage.Cancellation);
            await first.WarmUp(plan.FirstMessages, stage.Cancellation);
            stage.Note($"{profile.Name} {server.Name}: warm");
        }

        for (var repeat = 0; repeat < plan.Repeats; repeat++)
        {
            foreach (var server in servers)
            {
                await using var run = await PublishRun.Open(server, stage.Target, profile, stage.Cancellation);
                var result = await run.Saturate(plan.WarmUp, plan.Duration, stage.Cancellation);
                stage.Note($"{profile.Name} {repeat + 1}/{plan.Repeats} {server.Name}: {result.PerSecond:0}/s, {result.PerCpuSecond:0} per CPU second");
                results[server].Add(result);
            }
        }

        var perCpu = servers.Select(server => Plan.Median(results[server].Select(result => result.PerCpuSecond))).ToArray();
        var title = $"telemetry to PUBACK per CPU second, {profile.Name} ({profile.Connections} connections, {profile.InFlight} in flight)";
        List<Row> rows =
        [
            Row.More(title, "1/s", perCpu[0], perCpu[1], servers[1].Name, mosquittoTarget),
            Row.More(title, "1/s", perCpu[0], perCpu[2], servers[2].Name, natsTarget),
        ];
        if (latency)
        {
            var p99 = new double[servers.Length];
            for (var i = 0; i < servers.Length; i++)
            {
                await using var run = await PublishRun.Open(servers[i], stage.Target, profile, stage.Cancellation);
                var half = Plan.Median(results[servers[i]].Select(result => result.PerSecond)) / 2;
                p99[i] = (await run.Percentile99(half, plan.WarmUp + plan.Duration, stage.Cancellation)).TotalMilliseconds;
                stage.Note($"{profile.Name} {servers[i].Name}: p99 {p99[i]:0.0} ms at {half:0}/s");
            }

            title = $"p99 latency to PUBACK at half of its own load, {profile.Name}";
            rows.Add(Row.Less(title, "ms", p99[0], p99[1], servers[1].Name));
            rows.Add(Row.Less(title, "ms", p99[0], p99[2], servers[2].Name));
        }

        return rows;
    }
}
