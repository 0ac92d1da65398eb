using System.Net.Sockets;
using System.Security.Authentication;
using DeviceTwin.Bench.Soak.Crash;
using DeviceTwin.Mqtt;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>
/// A device at a running hub: the firmware's own twin agent behind a TLS connection. It answers at once; how often a board looks for messages and how long its
/// flash takes to keep a setting is not in what is measured with it.
/// </summary>
internal sealed class FirmwareClient : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly MqttClient client;
    private readonly TwinAgent agent;
    private readonly TimeProvider time;
    private Task following = Task.CompletedTask;
    private TaskCompletionSource<long>? awaited;
    private int? wanted;

    private FirmwareClient(string deviceId, MqttClient client, int seed, TimeProvider time)
    {
        DeviceId = deviceId;
        this.client = client;
        this.time = time;
        var jitter = new Jitter(seed);
        agent = new TwinAgent(new SettingsValues(), new SettingsTextRule(), [], new Backoff(1000, 300000, 250, jitter), jitter.Below(1 << 20));
    }

    public string DeviceId { get; }

    private long NowMs => time.GetTimestamp() * 1000 / time.TimestampFrequency;

    /// <summary>Connects, subscribes as the firmware does, and waits until everything is reported.</summary>
    /// <exception cref="HubLostException">The hub did not let it in.</exception>
    public static async Task<FirmwareClient> Connect(SoakedHub hub, string deviceId, string key, int seed, TimeProvider time, CancellationToken end)
    {
        try
        {
            var client = await DeviceConnection.Open(hub, deviceId, key, cleanSession: true, end);
            await client.Subscribe([new MqttSubscription(HubDialect.AnswerFilter, 0), new MqttSubscription(HubDialect.DesiredFilter, 0)], end);
            var device = new FirmwareClient(deviceId, client, seed, time);
            device.following = device.Follow();
            await device.Settled(null, (agent, nowMs) => agent.Connected(nowMs));
            return device;
        }
        catch (Exception error) when (error is MqttConnectionClosedException or MqttConnectRefusedException or IOException or SocketException or AuthenticationException)
        {
            throw new HubLostException("hubRefused", $"{deviceId} could not connect: {error.Message}");
        }
    }

    /// <summary>Waits until a velocity limit is in force and the hub has confirmed the report of it.</summary>
    /// <returns>The time stamp of that moment.</returns>
    public Task<long> InForce(int micrometresPerSecond) => Settled(micrometresPerSecond, static (_, _) => { });

    /// <summary>Reports a verdict and waits for the hub's confirmation.</summary>
    /// <param name="word">Another than before.</param>
    /// <returns>The time stamp of that moment.</returns>
    public Task<long> Report(string word) => Settled(null, (agent, _) => agent.Facts.Set(TwinFacts.Verdict, word));

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await following;
    }

    private Task<long> Settled(int? limit, Action<TwinAgent, long> begin)
    {
        lock (gate)
        {
            var mine = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            (awaited, wanted) = (mine, limit);
            begin(agent, NowMs);
            Step();
            return mine.Task;
        }
    }

    private async Task Follow()
    {
        await foreach (var message in client.Received.ReadAllAsync())
        {
            lock (gate)
            {
                Take(message);
                Step();
            }
        }

        lock (gate)
        {
            awaited?.TrySetException(new HubLostException("connectionLost", $"The hub let go of {DeviceId}"));
        }
    }

    private void Take(MqttPublish message)
    {
        if (HubDialect.IsAnswer(message.Topic))
        {
            agent.Answered(
                HubDialect.Status(message.Topic),
                HubDialect.Parameter(message.Topic, "$rid"),
                HubDialect.Parameter(message.Topic, "$version"),
                message.Payload.ToArray(),
                NowMs);
        }
        else if (HubDialect.IsDesired(message.Topic))
        {
            agent.Desired(message.Payload.ToArray(), NowMs);
        }
    }

    private void Step()
    {
        agent.Step(NowMs);
        if (agent.TakeRequest() is { } request)
        {
            var (topic, payload) = request.Patch is null ? (HubDialect.TwinTopic(request.RequestId), []) : (HubDialect.ReportTopic(request.RequestId), request.Patch);
            client.TryPublish(topic, payload, 0, out _, out _);
        }
        else if (awaited is not null && agent.IsSettled && (wanted is null || agent.Book.Values.Numbers[TwinModel.DetectionVelocityLimitUmPerSecond] == wanted))
        {
            awaited.TrySetResult(time.GetTimestamp());
            awaited = null;
        }
    }
}
