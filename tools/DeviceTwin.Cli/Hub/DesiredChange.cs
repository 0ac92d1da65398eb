using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Hub;

/// <summary>What became of a change of one desired property.</summary>
/// <param name="Version">The desired version that holds the change.</param>
/// <param name="State">The path's convergence state when last looked at.</param>
internal sealed record DesiredChangeResult(string DeviceId, string Path, long Version, string State, string? Reason)
{
    public string Sentence() => State switch
    {
        "InSync" => $"{Path} of {DeviceId} is in sync at version {Version}.",
        "Rejected" => $"{DeviceId} rejected {Path}: {Reason}",
        _ => $"{Path} of {DeviceId} was written as version {Version}; the device has not acknowledged it yet ({State}).",
    };
}

/// <summary>One desired property of one device, to be changed.</summary>
internal sealed record DesiredChange(string DeviceId, string Path, JsonNode? Value)
{
    private static readonly string[] WorstFirst = ["Rejected", "Drifted", "Unknown", "Pending", "InSync"];
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Writes the change and waits until the device acknowledged or rejected it, or the time is over.</summary>
    public async Task<DesiredChangeResult> Apply(HubClient client, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var twin = await client.PatchTwin(DeviceId, ToPatch(), cancellation);
        var version = (long)twin["properties"]!["desired"]!["$version"]!;
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            var result = await Look(client, version, cancellation);
            if (result.State is "InSync" or "Rejected" || time.GetUtcNow() >= deadline)
            {
                return result;
            }

            await Task.Delay(PollInterval, time, cancellation);
        }
    }

    /// <summary>How far a change written before has come.</summary>
    public async Task<DesiredChangeResult> Look(HubClient client, long version, CancellationToken cancellation)
    {
        var paths = (await client.GetConvergence(DeviceId, cancellation))["paths"]!.AsArray();
        // An object has a row for each of its members: it stands where the worst of them stands.
        var row = paths.Where(path => (string?)path?["path"] is { } name && (name == Path || name.StartsWith(Path + ".", StringComparison.Ordinal)))
            .MinBy(path => Array.IndexOf(WorstFirst, (string?)path!["state"]));
        // A removed property has no row: there is nothing left for the device to disagree with. One that was written must have one.
        return new DesiredChangeResult(DeviceId, Path, version, (string?)row?["state"] ?? (Value is null ? "InSync" : "Unknown"), (string?)row?["reason"]);
    }

    private JsonObject ToPatch()
    {
        var node = Value?.DeepClone();
        foreach (var key in Path.Split('.').Reverse())
        {
            node = new JsonObject { [key] = node };
        }

        return new JsonObject { ["properties"] = new JsonObject { ["desired"] = node } };
    }
}
