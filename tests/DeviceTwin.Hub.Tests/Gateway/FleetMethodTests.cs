using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>One method on many devices.</summary>
[TestFixture]
public sealed class FleetMethodTests : GatewayTest
{
    private const string Methods = "$iothub/methods/POST/#";

    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    [Test]
    public async Task Every_device_gets_the_same_packet_and_answers_for_itself()
    {
        await using Wire one = await Takes("dev1");
        await using Wire two = await Takes("dev2");
        var heard = new Heard();
        Task<FleetMethodSummary> call = Invoke(heard, ["dev1", "dev2", "dev1"], """{"speed":1}""");
        MqttPublish first = await one.Next<MqttPublish>();
        MqttPublish second = await two.Next<MqttPublish>();
        Assert.That((second.Topic, Wire.Text(second)), Is.EqualTo((first.Topic, Wire.Text(first))));
        Assert.That(first.Topic, Does.StartWith("$iothub/methods/POST/command/?$rid="));
        await Answer(two, second, 202, """{"who":2}""");
        Assert.That(await heard.Next(), Is.EqualTo("""dev2 202 {"who":2}"""), "told as it comes, not when all are there");
        await Answer(one, first, 201, "");
        Assert.That(await heard.Next(), Is.EqualTo("dev1 201 null"));
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(2, 2, 0, 0)));
        await one.ExpectQuiet();
    }

    [Test]
    public async Task Two_lines_of_the_audit_log_tell_of_it_the_first_before_any_device_hears()
    {
        await using Wire wire = await Takes("dev1");
        Task<FleetMethodSummary> call = Invoke(new Heard(), ["dev1", "nobody"], "7");
        MqttPublish request = await wire.Next<MqttPublish>();
        var row = host.Fleet.ReadAudit(null, 1)[0];
        Assert.That(
            (row.Author, row.DeviceId, row.Action, row.Path, row.Value),
            Is.EqualTo(("operator", (string?)null, "method.invokeMany", "command", """{"devices":2,"payload":7,"deviceIds":["dev1","nobody"]}""")));
        await Answer(wire, request, 500, "");
        await call;
        row = host.Fleet.ReadAudit(null, 1)[0];
        Assert.That(
            (row.Author, row.Action, row.Path, row.Value),
            Is.EqualTo(("operator", "method.invokeMany.end", "command", """{"devices":2,"answered":1,"failed":1,"unheard":0}""")));
    }

    [Test]
    public async Task What_concerns_one_device_stops_no_other()
    {
        await host.Register("away");
        await using Wire silent = await host.Connect(host.NodeConnect(await host.Register("deaf")));
        await using Wire wire = await Takes("dev1");
        var heard = new Heard();
        Task<FleetMethodSummary> call = Invoke(heard, ["nobody", "away", "deaf", "dev1"]);
        await Answer(wire, await wire.Next<MqttPublish>(), 200, "no json");
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(4, 1, 3, 0)));
        Assert.That(heard.Rest(), Is.EquivalentTo((string[])
        [
            "nobody 404001 DeviceNotFound", "away 404103 DeviceNotOnline", "deaf 404103 DeviceNotOnline", "dev1 200 \"no json\"",
        ]));
    }

    [Test]
    public async Task Who_does_not_answer_in_time_is_said_to_and_an_answer_after_that_is_dropped()
    {
        await using Wire wire = await Takes("dev1");
        await using Wire slow = await Takes("dev2");
        var heard = new Heard();
        Task<FleetMethodSummary> call = Invoke(heard, ["dev1", "dev2"], response: 5);
        await Answer(wire, await wire.Next<MqttPublish>(), 200, "1");
        MqttPublish request = await slow.Next<MqttPublish>();
        Assert.That(await heard.Next(), Is.EqualTo("dev1 200 1"));
        await host.Time.UntilTimerWithin(TimeSpan.FromSeconds(5));
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await heard.Next(), Is.EqualTo("dev2 504101 GatewayTimeout"));
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(2, 1, 1, 0)));
        await Answer(slow, request, 200, "1");
        await host.Log.Saw(1017, "dev2");
    }

    [Test]
    public async Task With_a_connect_timeout_those_who_are_away_are_waited_for()
    {
        await host.Register("late");
        await host.Register("never");
        await using Wire wire = await Takes("dev1");
        var heard = new Heard();
        Task<FleetMethodSummary> call = Invoke(heard, ["never", "late", "dev1"], connect: 60);
        await Answer(wire, await wire.Next<MqttPublish>(), 200, "1");
        Assert.That(await heard.Next(), Is.EqualTo("dev1 200 1"));
        await using Wire late = await Takes("late");
        await Answer(late, await late.Next<MqttPublish>(), 200, "2");
        Assert.That(await heard.Next(), Is.EqualTo("late 200 2"));
        host.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(await heard.Next(), Is.EqualTo("never 404103 DeviceNotOnline"));
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(3, 2, 1, 0)));
    }

    [Test]
    public async Task Calls_under_way_are_bounded()
    {
        await using Wire wire = await Takes("dev1");
        for (int i = 0; i < FleetMethods.MostCalls; i++)
        {
            _ = Invoke(new Heard(), ["dev1"]);
            await wire.Next<MqttPublish>();
        }

        HubException refusal = await Refusal(Invoke(new Heard(), ["dev1"]));
        Assert.That(refusal.Error, Is.EqualTo(HubError.Throttling));
    }

    [Test]
    public async Task Each_device_keeps_its_own_bound_of_requests_that_wait()
    {
        await host.DisposeAsync();
        host = await GatewayHost.Start(new GatewayOptions { MaxMethodsWaiting = 0 });
        dev1 = await host.Register("dev1");
        await using Wire wire = await Takes("dev1");
        var heard = new Heard();
        await Invoke(heard, ["dev1"]);
        Assert.That(await heard.Next(), Is.EqualTo("dev1 429001 ThrottlingException"));
    }

    [Test]
    public async Task Who_called_and_went_away_is_in_the_log_with_what_is_known()
    {
        await using Wire wire = await Takes("dev1");
        await using Wire other = await Takes("dev2");
        using var left = new CancellationTokenSource();
        var heard = new Heard();
        Task<FleetMethodSummary> call = Invoke(heard, ["dev1", "dev2"], cancellation: left.Token);
        await Answer(wire, await wire.Next<MqttPublish>(), 200, "1");
        MqttPublish request = await other.Next<MqttPublish>();
        await heard.Next();
        await left.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(host.Fleet.ReadAudit(null, 1)[0].Value, Is.EqualTo("""{"devices":2,"answered":1,"failed":0,"unheard":1}"""));
        await Answer(other, request, 200, "1");
        await host.Log.Saw(1017, "dev2");
    }

    [Test]
    public async Task A_query_says_who_when_the_call_begins()
    {
        await using Wire wire = await Takes("dev1");
        await host.Register("dev2");
        var heard = new Heard();
        Task<FleetMethodSummary> call = host.FleetMethods.Invoke(
            new FleetTarget(null, "SELECT * FROM devices WHERE deviceId = 'dev1'"), Call("null", 30, 0), "operator", heard, CancellationToken.None);
        await Answer(wire, await wire.Next<MqttPublish>(), 200, "1");
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(1, 1, 0, 0)));
        Assert.That(
            await host.FleetMethods.Invoke(new FleetTarget(null, "SELECT * FROM devices WHERE deviceId = 'x'"), Call("null", 30, 0), "operator", heard, CancellationToken.None),
            Is.EqualTo(new FleetMethodSummary(0, 0, 0, 0)));
    }

    [Test]
    public async Task Too_many_devices_and_a_call_without_sense_are_refused_and_leave_no_trace()
    {
        HubException refusal = await Refusal(Invoke(new Heard(), [.. Enumerable.Range(0, FleetMethods.MostDevices + 1).Select(number => $"d{number}")]));
        Assert.That((refusal.Error, refusal.Message), Is.EqualTo((HubError.ArgumentInvalid, "A method is called on 10000 devices at most. Narrow the query, or call in parts.")));
        refusal = await Refusal(host.FleetMethods.Invoke(
            new FleetTarget(["dev1"], null), Call("null", 30, 0) with { Name = "a/b" }, "operator", new Heard(), CancellationToken.None));
        Assert.That(refusal.Error, Is.EqualTo(HubError.ArgumentInvalid));
        Assert.That(host.Fleet.ReadAudit(null, 10).Select(row => row.Action), Has.None.StartsWith("method."));
    }

    [Test]
    public async Task Of_answers_that_nobody_reads_the_status_is_kept_and_what_they_say_is_dropped()
    {
        const int Large = 120 * 1024;
        const int Devices = (MethodFanOut.MostWaitingBytes / Large) + 1;
        var wires = new List<Wire>();
        string[] ids = [.. Enumerable.Range(0, Devices).Select(number => $"many{number}")];
        foreach (string id in ids)
        {
            wires.Add(await Takes(id));
        }

        await using Wire first = await Takes("dev1");
        var heard = new Heard { Slow = new TaskCompletionSource() };
        Task<FleetMethodSummary> call = Invoke(heard, ["dev1", .. ids]);

        // The first answer is being handed on, to somebody who takes his time.
        await Answer(first, await first.Next<MqttPublish>(), 200, "1");
        await heard.Next();
        foreach (Wire wire in wires)
        {
            MqttPublish request = await wire.Next<MqttPublish>();
            await Answer(wire, request, 200, '"' + new string('x', Large - 2) + '"');

            // Answered after it: the answer before has been taken.
            await wire.Send(new MqttPingReq());
            await wire.Expect("D0 00");
        }

        heard.Slow.SetResult();
        Assert.That(await call, Is.EqualTo(new FleetMethodSummary(Devices + 1, Devices, 1, 0)));
        Assert.That(heard.Rest().Single(line => line.Contains("Throttling", StringComparison.Ordinal)), Is.EqualTo($"many{Devices - 1} 200 429001 ThrottlingException"));
        foreach (Wire wire in wires)
        {
            await wire.DisposeAsync();
        }
    }

    private static async Task<HubException> Refusal(Task call)
    {
        try
        {
            await call;
        }
        catch (HubException refusal)
        {
            return refusal;
        }

        throw new AssertionException("the call was not refused");
    }

    private static MethodCall Call(string payload, int response, int connect) =>
        new("command", JsonNode.Parse(payload), TimeSpan.FromSeconds(response), TimeSpan.FromSeconds(connect));

    private static Task Answer(Wire wire, MqttPublish request, int status, string body) =>
        wire.Publish($"$iothub/methods/res/{status}/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", body);

    private Task<FleetMethodSummary> Invoke(
        Heard heard, string[] devices, string payload = "null", int response = 30, int connect = 0, CancellationToken cancellation = default) =>
        host.FleetMethods.Invoke(new FleetTarget(devices, null), Call(payload, response, connect), "operator", heard, cancellation);

    /// <summary>A connected device that has subscribed to methods.</summary>
    private async Task<Wire> Takes(string deviceId)
    {
        Wire wire = await host.Connect(host.NodeConnect(host.Fleet.FindIdentity(deviceId) ?? await host.Register(deviceId)));
        await wire.Subscribe(1, (Methods, 0));
        return wire;
    }

    private sealed class Heard : IMethodOutcomes
    {
        private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

        /// <summary>Nothing is handed on before this.</summary>
        public TaskCompletionSource? Slow { get; init; }

        public void Take(MethodOutcome outcome) => lines.Writer.TryWrite(outcome.Refusal is { } refusal
            ? $"{outcome.DeviceId} {(outcome.Status is { } status ? $"{status} " : "")}{refusal.Error.Code} {refusal.Error.Name}"
            : $"{outcome.DeviceId} {outcome.Status} {outcome.Payload?.ToJsonString() ?? "null"}");

        public ValueTask Flush(CancellationToken cancellation) => Slow is { } slow ? new ValueTask(slow.Task) : ValueTask.CompletedTask;

        public async Task<string> Next() => await lines.Reader.ReadAsync().AsTask().WaitAsync(GatewayHost.Patience);

        public IReadOnlyList<string> Rest()
        {
            var rest = new List<string>();
            while (lines.Reader.TryRead(out string? line))
            {
                rest.Add(line);
            }

            return rest;
        }
    }
}
