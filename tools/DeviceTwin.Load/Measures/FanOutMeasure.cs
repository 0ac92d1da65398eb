using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Load.Client;
using DeviceTwin.Load.Servers;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Load.Measures;

/// <summary>One small message to every connected client, and an answer of each application back.</summary>
internal static class FanOutMeasure
{
    private const double DurableSeconds = 2;
    private const double MemoryRatio = 0.8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Row>> Run(Stage stage, Plan plan)
    {
        var count = plan.FanOutConnections;
        var hub = await stage.Hub(count);
        var mosquitto = await stage.Mosquitto();
        var ours = await Clients.Connect(hub, stage.Target, count, stage.Cancellation);
        var theirs = await Clients.Connect(mosquitto, stage.Target, count, stage.Cancellation);
        using var controller = await LoadClient.Connect(stage.Target with { Port = mosquitto.Port }, new Credentials("controller"), stage.Cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stage.Cancellation);
        try
        {
            await Each(ours, client => client.Subscribe("$iothub/twin/PATCH/properties/desired/#", stage.Cancellation), stage.Cancellation);
            await Each(ours, client => client.Subscribe("$iothub/methods/POST/#", stage.Cancellation), stage.Cancellation);
            await Each(theirs, client => client.Subscribe("fleet/command", stage.Cancellation), stage.Cancellation);
            await controller.Subscribe("fleet/acks/#", stage.Cancellation);
            var acknowledged = new Counter();
            var loops = ours.Select(client => Task.Run(() => AcknowledgeHub(client, acknowledged, ended.Token)))
                .Concat(theirs.Select((client, number) => Task.Run(() => AcknowledgeCommand(client, number, ended.Token))))
                .ToArray();
            var (durable, called, plain) = (new List<double>(), new List<double>(), new List<double>());
            for (var repeat = 0; repeat <= plan.Repeats; repeat++)
            {
                var a = await Configure(hub, repeat, acknowledged, count, stage.Cancellation);
                var b = await Command(controller, count, stage.Cancellation);
                var c = await Call(hub, count, stage.Cancellation);
                stage.Note($"fan-out {repeat}/{plan.Repeats}: hub {a:0.00} s (durable), {c:0.00} s (methods), mosquitto {b:0.00} s{(repeat == 0 ? " (warming up)" : "")}");
                if (repeat > 0)
                {
                    durable.Add(a);
                    called.Add(c);
                    plain.Add(b);
                }
            }

            return
            [
                Row.Less(
                    $"one call of a method on {count} devices, to {count} answers of their applications",
                    "s",
                    Plan.Median(called),
                    Plan.Median(plain),
                    "mosquitto (one publish)",
                    MemoryRatio),
                Row.AtMost(
                    $"configuration to {count} desired patches to {count} durable reported acknowledgements",
                    "s",
                    Plan.Median(durable),
                    Plan.Median(plain),
                    "mosquitto (in memory)",
                    DurableSeconds),
            ];
        }
        finally
        {
            ended.Cancel();
            Clients.Close(ours);
            Clients.Close(theirs);
        }
    }

    private static Task Each(LoadClient[] clients, Func<LoadClient, Task> act, CancellationToken cancellation) => Parallel.ForEachAsync(
        clients, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellation }, async (client, _) => await act(client));

    private static async Task<double> Configure(HubServer hub, int number, Counter acknowledged, int count, CancellationToken cancellation)
    {
        var all = acknowledged.WaitFor(count);
        var begin = Stopwatch.GetTimestamp();
        using var answer = await hub.Http.PutAsJsonAsync(
            $"configurations/fan-out-{number}?api-version=2021-04-12",
            new JsonObject
            {
                ["id"] = $"fan-out-{number}",
                ["targetCondition"] = "*",
                ["priority"] = number + 1,
                ["content"] = new JsonObject { ["deviceContent"] = new JsonObject { ["properties.desired.command"] = number } },
            },
            cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new LoadException("notConfigured", $"The hub did not take the configuration: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }

        await all.WaitAsync(Patience, cancellation);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>Nothing of a call is written by the device's side; the hub notes in its audit log who called what, before and after.</summary>
    private static async Task<double> Call(HubServer hub, int count, CancellationToken cancellation)
    {
        var call = new JsonObject
        {
            ["deviceIds"] = new JsonArray([.. Enumerable.Range(0, count).Select(number => (JsonNode)HubServer.DeviceId(number))]),
            ["methodName"] = "command",
            ["payload"] = new JsonObject { ["command"] = 1 },
            ["responseTimeoutInSeconds"] = 60,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/fleet/methods") { Content = JsonContent.Create(call) };
        var begin = Stopwatch.GetTimestamp();
        using var answer = await hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        string? line;
        for (var answered = 0; (line = await lines.ReadLineAsync(cancellation)) is not null && answered < count; answered++)
        {
            // As every other client's answer is: looked at.
            if (!line.Contains("\"status\":200", StringComparison.Ordinal))
            {
                throw new LoadException("notCalled", $"The hub did not call the method: {line}");
            }
        }

        return line is not null && line.StartsWith("{\"summary\"", StringComparison.Ordinal)
            ? Stopwatch.GetElapsedTime(begin).TotalSeconds
            : throw new LoadException("notCalled", "The hub's answer to the call ended too early.");
    }

    private static async Task<double> Command(LoadClient controller, int count, CancellationToken cancellation)
    {
        var begin = Stopwatch.GetTimestamp();
        await controller.Send(new MqttPublish("fleet/command", Encoding.UTF8.GetBytes("{\"command\":1}")), cancellation);
        for (var i = 0; i < count; i++)
        {
            if (await controller.Read(cancellation).AsTask().WaitAsync(Patience, cancellation) is not MqttPublish)
            {
                throw new LoadException("connectionLost", "mosquitto closed the controller's connection.");
            }
        }

        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static async Task AcknowledgeHub(LoadClient client, Counter acknowledged, CancellationToken cancellation)
    {
        const string Method = "$iothub/methods/POST/command/?$rid=";
        const string Desired = "$iothub/twin/PATCH/properties/desired/?$version=";
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            while (await client.Read(cancellation) is { } packet)
            {
                if (packet is not MqttPublish message)
                {
                    continue;
                }

                if (message.Topic.StartsWith(Desired, StringComparison.Ordinal))
                {
                    var version = message.Topic[Desired.Length..];
                    var value = JsonNode.Parse(message.Payload.Span)!["command"]!.ToJsonString();
                    bytes.ResetWrittenCount();
                    MqttWriter.WritePublish(
                        bytes,
                        $"$iothub/twin/PATCH/properties/reported/?$rid={version}",
                        Encoding.UTF8.GetBytes($"{{\"command\":{{\"value\":{value},\"ac\":200,\"av\":{version}}}}}"));
                    await client.Write(bytes.WrittenMemory);
                    await client.Flush();
                }
                else if (message.Topic.StartsWith(Method, StringComparison.Ordinal))
                {
                    bytes.ResetWrittenCount();
                    MqttWriter.WritePublish(bytes, $"$iothub/methods/res/200/?$rid={message.Topic[Method.Length..]}", "{}"u8);
                    await client.Write(bytes.WrittenMemory);
                    await client.Flush();
                }
                else if (message.Topic.StartsWith("$iothub/twin/res/204/", StringComparison.Ordinal))
                {
                    acknowledged.Add();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The measure is over.
        }
    }

    private static async Task AcknowledgeCommand(LoadClient client, int number, CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MqttWriter.WritePublish(bytes, string.Create(CultureInfo.InvariantCulture, $"fleet/acks/{HubServer.DeviceId(number)}"), "{\"status\":200}"u8);
        try
        {
            while (await client.Read(cancellation) is { } packet)
            {
                if (packet is MqttPublish)
                {
                    await client.Write(bytes.WrittenMemory);
                    await client.Flush();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The measure is over.
        }
    }

    /// <summary>Counts up to a number that somebody waits for.</summary>
    private sealed class Counter
    {
        private TaskCompletionSource reached = new();
        private int left;

        public Task WaitFor(int count)
        {
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref left, count);
            return reached.Task;
        }

        public void Add()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                reached.TrySetResult();
            }
        }
    }
}
