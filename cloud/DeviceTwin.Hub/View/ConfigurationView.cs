using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.View;

/// <summary>Configurations, and who sets which path, as the pages see them.</summary>
internal sealed class ConfigurationView(IFleet fleet) : IConfigurationView
{
    /// <inheritdoc/>
    public IReadOnlyList<ConfigurationRow> List() => [.. fleet.ListConfigurations().OrderBy(one => one.Id, StringComparer.Ordinal).Select(Row)];

    /// <inheritdoc/>
    public PathGrid Read(PathGridQuery query)
    {
        var paths = fleet.ListConfigurations().Concat(fleet.ListStages().Select(stage => stage.Next))
            .Where(configuration => query.ConfigurationId is null || configuration.Id == query.ConfigurationId)
            .SelectMany(PathsOf).Distinct().Order(StringComparer.Ordinal).ToArray();
        var nodes = fleet.ListIdentities()
            .Where(identity => identity.DeviceId.Contains(query.Text, StringComparison.OrdinalIgnoreCase))
            .Select(identity => (Twin: fleet.FindTwin(identity.DeviceId), State: fleet.FindConvergence(identity.DeviceId)))
            .Where(node => node is { Twin: not null, State: not null } && IsAsked(node.Twin, node.State.State, query))
            .OrderBy(node => node.State!.State).ThenBy(node => node.State!.DeviceId, StringComparer.Ordinal).ToArray();
        var columns = paths.Skip(query.SkipPaths).Take(query.TakePaths).ToArray();
        return new PathGrid(
            columns, paths.Length, [.. nodes.Skip(query.SkipDevices).Take(query.TakeDevices).Select(node => Line(node.Twin!, node.State!, columns))], nodes.Length);
    }

    /// <inheritdoc/>
    public IReadOnlyList<WinnerRow>? FindWinners(string deviceId)
    {
        if (fleet.FindWinners(deviceId) is not { } winners)
        {
            return null;
        }

        var states = fleet.FindConvergence(deviceId)?.Paths.ToDictionary(path => path.Path, path => path.State, StringComparer.Ordinal) ?? [];
        return [.. winners.Select(path => new WinnerRow(
            path.Path,
            Name(path.Winner),
            Why(path),
            IsOverride(path.Winner),
            Text(path.Winner.Value),
            path.Stands ? null : Text(path.Desired),
            path.Winner.Owner,
            path.Winner.Reason,
            path.Winner.ExpiresAt,
            [.. path.Lost.Select(lost => Lost(path, lost))],
            states.TryGetValue(path.Path, out var state) ? state : null))];
    }

    /// <inheritdoc/>
    public Task<ActionOutcome> PutOverride(
        string deviceId, string path, JsonNode value, string owner, string reason, DateTimeOffset expiresAt, CancellationToken cancellation) =>
        PageAction.Take(() => fleet.PutOverride(deviceId, path, value, owner, reason, expiresAt, cancellation));

    /// <inheritdoc/>
    public Task<ActionOutcome> DeleteOverride(string deviceId, string path, string author, CancellationToken cancellation) =>
        PageAction.Take(() => fleet.DeleteOverride(deviceId, path, author, cancellation));

    private static bool IsAsked(TwinDocument twin, ConvergenceState state, PathGridQuery query) =>
        (!query.NotInSync || state != ConvergenceState.InSync)
        && (query.ConfigurationId is not { } id || twin.Applied.Values.Any(setting => setting.ConfigurationId == id));

    private static PathGridRow Line(TwinDocument twin, NodeConvergence state, string[] columns)
    {
        var paths = state.Paths.ToDictionary(path => path.Path, StringComparer.Ordinal);
        return new PathGridRow(state.DeviceId, twin.Connected, state.State, [.. columns.Select(column => paths.GetValueOrDefault(column))]);
    }

    private static IEnumerable<string> PathsOf(Configuration configuration) => PreparedConfiguration.Prepare(configuration).Settings.Select(setting => setting.Key);

    private static bool IsOverride(Contender contender) => contender.Source == SettingOverride.Source;

    private static string Name(Contender contender) => IsOverride(contender) ? SettingOverride.Source
        : $"{contender.Source} v{contender.Version}{(contender.Staged ? ", being rolled out" : "")}";

    private static string Why(PathWinner path) => IsOverride(path.Winner) ? "an override beats all configurations"
        : path.Lost.Count == 0 ? "nobody else wants it"
        : path.Lost[0].Why switch
        {
            LostBy.Priority => $"priority {path.Winner.Priority} is the highest",
            LostBy.Age => $"of priority {path.Winner.Priority} it is the most recently created",
            _ => $"of the same priority and time, its id comes first",
        };

    private static string Lost(PathWinner path, LostContender lost)
    {
        var other = lost.Contender;
        var wanted = $"{Name(other)} wants {Text(other.Value)}{(other.Path == path.Path ? "" : $" at {other.Path}")}";
        var why = lost.Why switch
        {
            LostBy.Override => "yields to the override",
            LostBy.Priority => $"yields by priority ({other.Priority})",
            LostBy.Age => "yields by age",
            _ => "yields by id",
        };
        return $"{wanted}: {why}{(lost.ParentConflict ? ", since one path lies below the other" : "")}";
    }

    private static string Text(JsonNode? value) => value?.ToJsonString(Json.Relaxed) ?? "nothing";

    private ConfigurationRow Row(Configuration configuration)
    {
        var metrics = fleet.FindConfigurationMetrics(configuration.Id);
        var stage = fleet.FindStage(configuration.Id);
        return new ConfigurationRow(
            configuration.Id,
            configuration.Version,
            configuration.Priority,
            configuration.TargetCondition,
            configuration.DeviceContent.Count,
            metrics?.Targeted ?? 0,
            metrics?.Succeeded ?? 0,
            metrics?.Failed ?? 0,
            stage?.Next.Version,
            stage is null ? 0 : fleet.ListAdmissions(configuration.Id).Count);
    }
}
