using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>
/// A storm over a real fleet: a person, an editor of configurations, one of tags and one of overrides change three devices while a version is staged, admitted, completed or
/// rolled back, and at any write of any of these the process is killed or the disk is full. Beside it runs a second fleet that is changed by the same
/// people and knows nothing of the staged version: what a rollback leaves behind must be what stands there.
/// </summary>
internal sealed class StageWalk : IDisposable
{
    private const string Staged = "c";
    private static readonly string[] Devices = ["a", "b", "d"];
    private static readonly string[] Paths = ["x", "y", "z", "g.a", "g.b"];
    private static readonly string[] Conditions = ["*", "tags.line = 'A'", "tags.big = true", "deviceId = 'b'"];
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly Random random;
    private readonly RememberingStore store = new();
    private readonly FleetFixture real;
    private readonly List<string> story = [];
    private readonly HashSet<(string Device, string Path)> written = [];
    private FleetFixture? other;
    private RollbackReport? report;
    private int values = 100;

    private StageWalk(int seed)
    {
        random = new Random(seed);
        real = new FleetFixture(store);
    }

    /// <summary>Processes that were killed, and disks that were full, in the middle of something.</summary>
    public int Faults { get; private set; }

    /// <summary>Versions that were completed, and rolled back.</summary>
    public (int Completed, int RolledBack) Ends { get; private set; }

    /// <returns>What was violated, with what led there line by line; null where everything holds.</returns>
    public static async Task<(IReadOnlyList<string>? Violation, StageWalk Walk)> Run(int seed)
    {
        using var walk = new StageWalk(seed);
        try
        {
            await walk.Play();
            return (null, walk);
        }
        catch (ViolationException violation)
        {
            return ([.. walk.story, violation.Message], walk);
        }
    }

    public void Dispose()
    {
        real.Dispose();
        other?.Dispose();
    }

    private async Task Play()
    {
        foreach (var device in Devices)
        {
            await real.Register(device, $$"""{"line":"{{(device == "d" ? "B" : "A")}}"}""");
        }

        for (var cycle = 0; cycle < 3; cycle++)
        {
            for (var deed = random.Next(6); deed > 0; deed--)
            {
                await Edit();
            }

            await Stage();
        }

        real.Restart();
        await Converge();
    }

    private async Task Stage()
    {
        written.Clear();
        Enter(new FleetFixture(store.Copy()));
        if (!await Do("stage", fleet => fleet.Fleet.StageConfiguration(Configuration(Staged), "engineer", CancellationToken.None), alsoOther: false))
        {
            Leave();
            return;
        }

        for (var deed = random.Next(10); deed > 0; deed--)
        {
            if (random.Next(3) == 0)
            {
                string[] devices = [.. Devices.Where(_ => random.Next(2) == 0)];
                await Do($"admit {string.Join(' ', devices)}", fleet => fleet.Fleet.AdmitDevices(Staged, devices, "rollout", CancellationToken.None), alsoOther: false);
            }
            else
            {
                await Edit();
            }
        }

        if (random.Next(4) == 0)
        {
            while (real.Fleet.FindStage(Staged) is not null)
            {
                await Do("complete", fleet => fleet.Fleet.CompleteStage(Staged, "rollout", CancellationToken.None), alsoOther: false);
            }

            Ends = (Ends.Completed + 1, Ends.RolledBack);
        }
        else
        {
            while (real.Fleet.FindStage(Staged) is not null)
            {
                await Do("roll back", async fleet => report = await fleet.Fleet.RollbackStage(Staged, "rollout", CancellationToken.None), alsoOther: false);
                if (random.Next(3) == 0)
                {
                    await Edit();
                }
            }

            Ends = (Ends.Completed, Ends.RolledBack + 1);
            Compare();
        }

        Leave();
        Planned();
    }

    private void Enter(FleetFixture fleet)
    {
        fleet.Time.Advance(real.Time.GetUtcNow() - fleet.Time.GetUtcNow());
        other = fleet;
    }

    private void Leave()
    {
        other?.Dispose();
        other = null;
    }

    /// <summary>Somebody changes something that has nothing to do with the staged version.</summary>
    private Task Edit()
    {
        var device = Devices[random.Next(Devices.Length)];
        var path = Paths[random.Next(Paths.Length)];
        var value = ++values;
        switch (random.Next(8))
        {
            case 0 or 1:
                var patch = new JsonObject();

                // Who takes away what is not there has written nothing.
                JsonNode? desired = random.Next(4) == 0 && Json.At(real.Fleet.FindTwin(device)!.Desired.Properties, path) is not null ? null : JsonValue.Create(value);
                Set(patch, path, desired);
                written.Add((device, path));
                return Do($"a person writes {device}: {path} = {desired?.ToJsonString() ?? "nothing"}", fleet => fleet.Desire(device, patch.ToJsonString()));
            case 2:
                var tags = random.Next(2) == 0 ? $"\"line\":\"{(random.Next(2) == 0 ? "A" : "B")}\"" : $"\"big\":{(random.Next(2) == 0 ? "true" : "null")}";
                return Do($"tags of {device}: {tags}", fleet => fleet.Patch(device, $$$"""{"tags":{{{{tags}}}}}"""));
            case 3 or 4:
                var next = Configuration(random.Next(2) == 0 ? "base" : "e");
                return real.Fleet.FindConfiguration(next.Id) is null || random.Next(3) > 0
                    ? Do($"configuration {Tell(next)}", fleet => fleet.Fleet.PutConfiguration(next, fleet.Fleet.FindConfiguration(next.Id) is null ? null : "*", "engineer", CancellationToken.None))
                    : Do($"configuration {next.Id} goes", fleet => fleet.Fleet.DeleteConfiguration(next.Id, "*", "engineer", CancellationToken.None));
            case 5 when real.Fleet.FindStage(Staged) is null:
                var held = Configuration(Staged);
                return Do($"configuration {Tell(held)}", fleet => fleet.Fleet.PutConfiguration(held, fleet.Fleet.FindConfiguration(held.Id) is null ? null : "*", "engineer", CancellationToken.None));
            case 6:
                Advance(TimeSpan.FromMinutes(random.Next(60)));
                return Task.CompletedTask;
            default:
                written.Add((device, path));
                var ends = real.Time.GetUtcNow() + TimeSpan.FromSeconds(random.Next(2, (int)Longest.TotalSeconds));
                return real.Fleet.ListOverrides(device)!.FirstOrDefault(known => random.Next(2) == 0) is { } gone
                    ? Do($"the override of {device}: {gone.Path} goes", fleet => fleet.Fleet.DeleteOverride(device, gone.Path, "operator", CancellationToken.None))
                    : Do($"override of {device}: {path} = {value} until {ends:T}", fleet => fleet.Fleet.PutOverride(device, path, JsonValue.Create(value), "operator", "try", ends, CancellationToken.None));
        }
    }

    private void Advance(TimeSpan by)
    {
        story.Add($"{by.TotalSeconds:0} s pass");
        real.Time.Advance(by);
        other?.Time.Advance(by);
    }

    private Configuration Configuration(string id) => new(
        id,
        Conditions[random.Next(Conditions.Length)],
        random.Next(3),
        Paths.Where(_ => random.Next(2) == 0).ToDictionary(path => "properties.desired." + path, _ => (JsonNode?)JsonValue.Create(++values)),
        new Dictionary<string, string>(),
        "",
        default,
        default);

    private static string Tell(Configuration configuration) =>
        $"{configuration.Id} for {configuration.TargetCondition}, priority {configuration.Priority}: {string.Join(' ', configuration.DeviceContent.Select(entry => $"{entry.Key[19..]}={entry.Value}"))}";

    /// <summary>Does something, and at one of its writes the process may be killed or the disk full.</summary>
    /// <returns>Whether it came about, wholly or in part.</returns>
    private async Task<bool> Do(string what, Func<FleetFixture, Task> deed, bool alsoOther = true)
    {
        real.Time.Advance(TimeSpan.FromSeconds(1));
        other?.Time.Advance(TimeSpan.FromSeconds(1));
        var before = store.Committed.Count;
        store.Room = random.Next(3) == 0 ? random.Next(4) : null;
        var done = deed(real);
        store.Room = null;
        story.Add(what);
        var began = store.Committed.Count > before || store.Waiting == 0;
        var full = false;
        if (store.Waiting > 0)
        {
            Faults++;
            if (random.Next(3) > 0)
            {
                story.Add($"  and the hub is killed after {store.Committed.Count - before} changes were stored");
                store.Forget();
                real.Restart();
            }
            else
            {
                story.Add($"  and the disk is full after {store.Committed.Count - before} changes were stored");
                store.Fail();
                try
                {
                    await done;
                    Require(false, "and who did it is told that it came about");
                }
                catch (HubException)
                {
                    // Who did it is told.
                    full = true;
                }
            }
        }
        else
        {
            await done;
        }

        if (alsoOther && other is not null && began)
        {
            await deed(other);
        }

        if (full)
        {
            // The disk has room again, and the hub sees to what it had begun.
            Advance(Retry);
        }

        return began;
    }

    /// <summary>
    /// After a rollback everything stands as if the version had never been. Only what somebody has written since on an admitted device stays, and is reported, though without the
    /// version another configuration had written over it.
    /// </summary>
    private void Compare()
    {
        foreach (var device in Devices)
        {
            var (left, right) = (real.Fleet.FindTwin(device)!, other!.Fleet.FindTwin(device)!);
            var kept = report!.Devices.FirstOrDefault(back => back.DeviceId == device)?.Kept.Where(path => path.Why.StartsWith("Somebody else", StringComparison.Ordinal)).Select(path => path.Path).ToArray() ?? [];
            foreach (var path in Paths.Where(path => !Json.Same(Json.At(left.Desired.Properties, path), Json.At(right.Desired.Properties, path))))
            {
                Require(
                    kept.Contains(path) && written.Contains((device, path)),
                    $"{device} has {path} = {Json.At(left.Desired.Properties, path)?.ToJsonString() ?? "nothing"} after the rollback, and without the version {Json.At(right.Desired.Properties, path)?.ToJsonString() ?? "nothing"}");
            }

            Require(
                Applied(left) == Applied(right), $"{device} is set by {Applied(left)} after the rollback, and without the version by {Applied(right)}");
            Require(
                Overrides(real) == Overrides(other), $"{device} has {Overrides(real)} after the rollback, and without the version {Overrides(other)}");

            string Overrides(FleetFixture fleet) => string.Join(", ", fleet.Fleet.ListOverrides(device)!.Select(setting => $"{setting.Path} over {setting.Before?.ToJsonString() ?? "nothing"}"));
        }

        static string Applied(TwinDocument twin) => string.Join(", ", twin.Applied.Select(entry => $"{entry.Key} {entry.Value.ConfigurationId} {entry.Value.Value}"));
    }

    /// <summary>The planner has nothing to ask for any more, and every winner is who the twin says.</summary>
    private void Planned()
    {
        var versions = Devices.Select(device => real.Fleet.FindTwin(device)!.Desired.Version).ToArray();
        foreach (var device in Devices)
        {
            var twin = real.Fleet.FindTwin(device)!;
            foreach (var winner in real.Fleet.FindWinners(device)!)
            {
                Require(twin.Applied.TryGetValue(winner.Path, out var applied) && applied.ConfigurationId == winner.Winner.Source && Json.Same(applied.Value, winner.Winner.Value),
                    $"{device}: {winner.Path} is won by {winner.Winner.Source} with {winner.Winner.Value}, and the twin has {applied?.ConfigurationId ?? "nobody"} {applied?.Value}");
            }
        }

        real.Restart();
        Require(
            versions.SequenceEqual(Devices.Select(device => real.Fleet.FindTwin(device)!.Desired.Version)),
            "after a restart the hub writes desired properties that it had not written before");
    }

    /// <summary>Devices that acknowledge what stands there are in sync, and it stays so.</summary>
    private async Task Converge()
    {
        foreach (var device in Devices)
        {
            var desired = real.Fleet.FindTwin(device)!.Desired;
            await real.Report(device, Acknowledged(desired.Properties, desired.Version).ToJsonString());
            Require(real.Fleet.FindConvergence(device)!.State == ConvergenceState.InSync, $"{device} is {real.Fleet.FindConvergence(device)!.State} after it has acknowledged everything");
        }
    }

    private static JsonObject Acknowledged(JsonObject desired, long version) => new(desired.Select(entry => KeyValuePair.Create(
        entry.Key,
        (JsonNode?)(entry.Value is JsonObject inner ? Acknowledged(inner, version) : new JsonObject { ["value"] = entry.Value!.DeepClone(), ["ac"] = 200, ["av"] = version }))));

    private static void Set(JsonObject patch, string path, JsonNode? value)
    {
        var keys = path.Split('.');
        if (keys.Length == 1)
        {
            patch[path] = value;
        }
        else
        {
            patch[keys[0]] = new JsonObject { [keys[1]] = value };
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException(what);
        }
    }

    private sealed class ViolationException(string what) : Exception(what);
}
