using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>The devices that a method is called on: these, or those that a query selects when the call begins.</summary>
/// <param name="DeviceIds">Null where there is a query.</param>
/// <param name="Query">As in <c>SELECT * FROM devices WHERE …</c>; null where there are ids.</param>
internal sealed record FleetTarget(IReadOnlyCollection<string>? DeviceIds, string? Query);

/// <summary>What became of a call on one device.</summary>
/// <param name="Status">What the device answered; null where it did not.</param>
/// <param name="Refusal">Why there is no answer, or no payload; null where all is well.</param>
internal sealed record MethodOutcome(string DeviceId, int? Status, JsonNode? Payload, HubException? Refusal);

/// <summary>What became of a call on all devices.</summary>
/// <param name="Answered">Devices that answered, whatever their status.</param>
/// <param name="Failed">Devices of which is known why there is no answer.</param>
/// <param name="Unheard">Devices not waited for any more: who called has gone.</param>
internal sealed record FleetMethodSummary(int Devices, int Answered, int Failed, int Unheard)
{
    public JsonObject ToJson() => new() { ["devices"] = Devices, ["answered"] = Answered, ["failed"] = Failed, ["unheard"] = Unheard };
}

/// <summary>Hears what becomes of a call, device by device. One call at a time.</summary>
internal interface IMethodOutcomes
{
    void Take(MethodOutcome outcome);

    /// <summary>Nothing more is there at once: what was taken may be handed on.</summary>
    ValueTask Flush(CancellationToken cancellation);
}

/// <summary>
/// Calls a method on many devices at once. The request is serialised once and is the same for all, its identifier too; each connection encrypts and
/// sends it on the thread that asks. One pair of lines in the audit log tells of the call: before the first device hears of it, and when it is over.
/// </summary>
internal sealed class FleetMethods(ConnectionRegistry registry, DirectMethods methods, IFleet fleet, TimeProvider time)
{
    /// <summary>Of one call.</summary>
    public const int MostDevices = 10_000;

    /// <summary>Calls under way at the same time.</summary>
    public const int MostCalls = 4;

    private const int QueryPage = 1000;
    private int under;

    /// <exception cref="HubException">The call makes no sense, or too many are under way. What concerns one device is an outcome.</exception>
    public async Task<FleetMethodSummary> Invoke(FleetTarget target, MethodCall call, string author, IMethodOutcomes outcomes, CancellationToken cancellation)
    {
        byte[] payload = DirectMethods.Serialize(call);
        if (Interlocked.Increment(ref under) > MostCalls)
        {
            Interlocked.Decrement(ref under);
            throw new HubException(HubError.Throttling, $"{MostCalls} calls on many devices are under way. Call again when one of them has ended.");
        }

        try
        {
            IReadOnlyCollection<string> devices = Select(target);
            await methods.Audit(Row(author, "method.invokeMany", call, Begun(target, devices, call, payload)));
            var fanOut = new MethodFanOut(devices, call, payload, registry, methods, fleet, time);
            try
            {
                await fanOut.Run(outcomes, cancellation);
            }
            finally
            {
                // Also where who called has gone: the log tells what is known.
                await methods.Audit(Row(author, "method.invokeMany.end", call, fanOut.Summary.ToJson()));
            }

            return fanOut.Summary;
        }
        finally
        {
            Interlocked.Decrement(ref under);
        }
    }

    private HashSet<string> Select(FleetTarget target)
    {
        var devices = new HashSet<string>(StringComparer.Ordinal);
        if (target.DeviceIds is { } ids)
        {
            devices.UnionWith(ids);
            CheckCount(devices.Count);
            return devices;
        }

        string? continuation = null;
        do
        {
            TwinPage page = fleet.Query(target.Query!, continuation, QueryPage);
            devices.UnionWith(page.Twins.Select(twin => twin.DeviceId));
            CheckCount(devices.Count);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return devices;
    }

    private static void CheckCount(int count)
    {
        if (count > MostDevices)
        {
            throw new HubException(HubError.ArgumentInvalid, $"A method is called on {MostDevices} devices at most. Narrow the query, or call in parts.");
        }
    }

    /// <summary>Which devices are called stands in the log in full: a list of a thousand is as good as none if one cannot see who is on it.</summary>
    private static JsonObject Begun(FleetTarget target, IReadOnlyCollection<string> devices, MethodCall call, byte[] payload)
    {
        var value = new JsonObject { ["devices"] = devices.Count };
        if (target.Query is { } query)
        {
            value["query"] = query;
        }

        if (payload.Length <= DirectMethods.LargestAudited)
        {
            value["payload"] = call.Payload?.DeepClone();
        }

        value["deviceIds"] = new JsonArray([.. devices.Select(id => (JsonNode)id)]);
        return value;
    }

    private AuditRow Row(string author, string action, MethodCall call, JsonObject value) =>
        new(time.GetUtcNow(), author, null, action, call.Name, value.ToJsonString(Json.Relaxed), null);
}
