using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>A node's agent and a hub's twin on a table, with virtual time between them.</summary>
internal sealed class TwinScene
{
    public static readonly string?[] AlarmWords = [null, "high", "outer", "inner", "ball", "cage", "unbalance", "misalignment", "looseness", "hot", null, null];

    public SimulatedTwin Hub { get; } = new();

    private readonly TextRule _rule;

    public TwinScene(TextRule? rule = null)
    {
        _rule = rule ?? new PlainTextRule();
        Agent = NewAgent(new SettingsValues(), 100, _rule);
    }

    public TwinAgent Agent { get; private set; }

    public long NowMs { get; set; }

    /// <summary>Requests the agent made, in their order.</summary>
    public List<TwinRequest> Requests { get; } = [];

    public static TwinAgent NewAgent(SettingsValues values, int firstRequestId, TextRule? rule = null) =>
        new(values, rule ?? new PlainTextRule(), AlarmWords!, new Backoff(1000, 60000, 250, new Jitter(1)), firstRequestId);

    /// <summary>Connects and lets hub and node talk until neither has anything to say.</summary>
    public TwinScene Settle()
    {
        Agent.Connected(NowMs);
        Talk();
        return this;
    }

    /// <summary>The node restarts with what it had saved.</summary>
    public void Restart() => Agent = NewAgent(SettingsCodec.Read(SettingsCodec.Write(Agent.Book.Values), _rule), 5000, _rule);

    /// <summary>The operator changes something and the hub pushes it.</summary>
    public void Desire(string json)
    {
        Agent.Desired(Hub.Desire(json), NowMs);
        Talk();
    }

    /// <summary>The operator changes something and the push gets lost.</summary>
    public void DesireUnseen(string json) => Hub.Desire(json);

    /// <summary>Lets hub and node talk, without loss and without time passing, until neither has anything to say.</summary>
    public void Talk()
    {
        for (TwinRequest? request = Next(); request is not null; request = Next())
        {
            Answer(request);
        }
    }

    /// <summary>The agent's next request, or null.</summary>
    public TwinRequest? Next()
    {
        Agent.Step(NowMs);
        TwinRequest? request = Agent.TakeRequest();
        if (request is not null)
        {
            Requests.Add(request);
        }

        return request;
    }

    /// <summary>The hub answers a request.</summary>
    public void Answer(TwinRequest request)
    {
        if (request.Patch is null)
        {
            Agent.Answered(200, request.RequestId, -1, Hub.Get(), NowMs);
        }
        else
        {
            Agent.Answered(204, request.RequestId, Hub.Report(request.Patch), [], NowMs);
        }
    }

    /// <summary>The hub refuses a request.</summary>
    public void Refuse(TwinRequest request, int status) =>
        Agent.Answered(status, request.RequestId, -1, Encoding.UTF8.GetBytes($$"""{"errorCode":{{status}},"message":"no"}"""), NowMs);

    /// <summary>Value in force of a property.</summary>
    public int Value(string path) => Agent.Book.Values.Numbers[Rules.IndexOf(path)];

    /// <summary>The acknowledgement of a path as the hub holds it: <c>value/ac/av/ad</c>.</summary>
    public string Acknowledged(string path)
    {
        JsonNode? node = Hub.ReportedAt(path);
        return node is JsonObject acknowledgement
            ? $"{acknowledgement["value"]?.ToJsonString()}/{acknowledgement["ac"]}/{acknowledgement["av"]}/{acknowledgement["ad"]}"
            : "none";
    }
}
