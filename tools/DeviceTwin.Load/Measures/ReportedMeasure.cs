using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using DeviceTwin.Load.Client;
using DeviceTwin.Load.Servers;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Load.Measures;

/// <summary>What one side did.</summary>
/// <param name="WrittenPerPatch">Bytes written to files, the log and what is worked into the database from it.</param>
internal sealed record ReportedRun(double PerSecond, double PatchesPerCommit, double WrittenPerPatch)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{PerSecond:0}/s, {PatchesPerCommit:0} in a commit, {WrittenPerPatch:0} bytes written for each");
}

/// <summary>Reported patches as far as 204, beside a bare loop that writes the same rows with the same durability.</summary>
internal static class ReportedMeasure
{
    public static async Task<IReadOnlyList<Row>> Run(Stage stage, Plan plan)
    {
        var hub = await stage.Hub(plan.Reports.Connections);
        var (ours, bare, merged) = (new List<double>(), new List<double>(), new List<double>());
        await Hub(stage, plan, hub, plan.FirstReports);
        stage.Note("reported: warm");
        for (var repeat = 0; repeat < plan.Repeats; repeat++)
        {
            var run = await Hub(stage, plan, hub, 0);
            ours.Add(run.PerSecond);
            stage.Note($"reported {repeat + 1}/{plan.Repeats}: hub {run}");
            bare.Add(Bare(run, $"bare-{repeat}.db", merge: false, $"{repeat + 1}/{plan.Repeats}: bare loop"));
            merged.Add(Bare(run, $"merged-{repeat}.db", merge: true, $"{repeat + 1}/{plan.Repeats}: bare loop that merges"));
        }

        var measure = $"reported patches to 204 ({plan.Reports.Connections} connections, {plan.Reports.InFlight} in flight)";

        return
        [
            Row.More(measure, "1/s", Plan.Median(ours), Plan.Median(bare), "bare SQLite loop, a twin for each patch", 0.5),
            Row.More(measure, "1/s", Plan.Median(ours), Plan.Median(merged), "bare SQLite loop, a twin once in a commit"),
        ];

        double Bare(ReportedRun run, string file, bool merge, string what)
        {
            var loop = BareLoop.Run(
                hub.DatabaseFile,
                Path.Combine(stage.Folder, file),
                plan.Reports.Connections,
                (int)Math.Round(run.PatchesPerCommit),
                merge,
                plan.Duration,
                stage.Cancellation);
            stage.Note($"reported {what} {loop}");
            return loop.PerSecond;
        }
    }

    /// <param name="first">Answers that are waited for before the measuring begins.</param>
    private static async Task<ReportedRun> Hub(Stage stage, Plan plan, HubServer hub, long first)
    {
        var clients = await Clients.Connect(hub, stage.Target, plan.Reports.Connections, stage.Cancellation);
        var answered = 0L;
        var stopping = false;
        try
        {
            var loops = clients.Select(client => Task.Run(() => Loop(client), stage.Cancellation)).ToArray();
            do
            {
                await Task.Delay(plan.WarmUp, stage.Cancellation);
            }
            while (Interlocked.Read(ref answered) < first);

            var (count, at, cpu, bytes, commits) = (
                Interlocked.Read(ref answered), Stopwatch.GetTimestamp(), hub.CpuTime, hub.WrittenBytes, await hub.Commits(stage.Cancellation));
            await Task.Delay(plan.Duration, stage.Cancellation);
            var patches = Interlocked.Read(ref answered) - count;
            var run = new ReportedRun(
                patches / Stopwatch.GetElapsedTime(at).TotalSeconds,
                patches / (double)(await hub.Commits(stage.Cancellation) - commits),
                (hub.WrittenBytes - bytes) / (double)patches);
            stage.Note($"reported: {patches / (hub.CpuTime - cpu).TotalSeconds:0} per CPU second");
            Volatile.Write(ref stopping, true);
            await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(60), stage.Cancellation);
            return run;
        }
        finally
        {
            Clients.Close(clients);
        }

        async Task Loop(LoadClient client)
        {
            var bytes = new ArrayBufferWriter<byte>();
            var next = 0;
            for (var i = 0; i < plan.Reports.InFlight; i++)
            {
                await Report(client, bytes, ++next);
            }

            await client.Flush();
            var waiting = plan.Reports.InFlight;
            while (waiting > 0)
            {
                if (await client.Read(stage.Cancellation) is not MqttPublish answer)
                {
                    throw new LoadException("connectionLost", "The hub closed a connection that reported.");
                }

                if (!answer.Topic.StartsWith("$iothub/twin/res/204/", StringComparison.Ordinal))
                {
                    throw new LoadException("notAccepted", $"The hub answered a report with {answer.Topic} {Encoding.UTF8.GetString(answer.Payload.Span)}");
                }

                Interlocked.Increment(ref answered);
                waiting--;
                if (!Volatile.Read(ref stopping))
                {
                    waiting++;
                    await Report(client, bytes, ++next);
                }

                if (!client.HasMore)
                {
                    // One system call for what follows on one group of answers.
                    await client.Flush();
                }
            }
        }
    }

    private static ValueTask Report(LoadClient client, ArrayBufferWriter<byte> bytes, int number)
    {
        bytes.ResetWrittenCount();
        var payload = string.Create(CultureInfo.InvariantCulture, $"{{\"velocityUmPerSecond\":{1_000_000 + number},\"temperatureCentiCelsius\":{2000 + number % 1000}}}");
        MqttWriter.WritePublish(
            bytes, string.Create(CultureInfo.InvariantCulture, $"$iothub/twin/PATCH/properties/reported/?$rid={number}"), Encoding.UTF8.GetBytes(payload));
        return client.Write(bytes.WrittenMemory);
    }
}
