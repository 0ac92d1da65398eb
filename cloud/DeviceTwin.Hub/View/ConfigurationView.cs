using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.View;

/// <summary>Configurations, and who sets which path, as the pages see them.</summary>
internal sealed class ConfigurationView(IFleet fleet) : IConfigurationView, IDisposable
{
    private readonly ConvergenceIndex index = new(fleet);

    /// <summary>See <see cref="ConvergenceIndex.Looks"/>.</summary>
    internal long Looks => index.Looks;

    /// <inheritdoc/>
    public InSyncTimes Times
    {
        get
        {
            var figures = fleet.ConvergenceTimes;
            return new InSyncTimes(figures.Count, figures.Half, figures.NinetyNine);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigurationRow> List() => [.. fleet.ListConfigurations().OrderBy(one => one.Id, StringComparer.Ordinal).Select(Row)];

    /// <inheritdoc/>
    public PathGrid Read(PathGridQuery query)
    {
        var paths = fleet.ListConfigurations().Concat(fleet.ListStages().Select(stage => stage.Next))
            .Where(configuration => !configuration.ForModules && (query.ConfigurationId is null || configuration.Id == query.ConfigurationId))
            .SelectMany(PathsOf).Distinct().Order(StringComparer.Ordinal).ToArray();
        var columns = paths.Skip(query.SkipPaths).Take(query.TakePaths).ToArray();
        var (page, count) = index.Read(query.ConfigurationId, query.Text, query.NotInSync, query.SkipDevices, query.TakeDevices);
        return new PathGrid(columns, paths.Length, [.. page.Select(deviceId => Line(deviceId, columns)).OfType<PathGridRow>()], count);
    }

    /// <inheritdoc/>
    public void Dispose() => index.Dispose();

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

    /// <summary>Null where it has gone meanwhile.</summary>
    private PathGridRow? Line(string deviceId, string[] columns)
    {
        if (fleet.FindTwin(deviceId) is not { } twin || fleet.FindConvergence(deviceId) is not { } state)
        {
            return null;
        }

        var paths = state.Paths.ToDictionary(path => path.Path, StringComparer.Ordinal);
        var times = fleet.FindConvergenceTime(deviceId);
        return new PathGridRow(state.DeviceId, twin.Connected, state.State, [.. columns.Select(column => paths.GetValueOrDefault(column))], times?.Last, times?.WaitingSince);
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
        var counts = configuration.ForModules && fleet.FindConfigurationMetrics(configuration.Id, evaluate: false) is { } modules
            ? new ConfigurationCounts(modules.Targeted, modules.Succeeded, modules.Failed)
            : index.CountsOf(configuration.Id);
        var stage = fleet.FindStage(configuration.Id);
        return new ConfigurationRow(
            configuration.Id,
            configuration.Version,
            configuration.Priority,
            configuration.TargetCondition,
            configuration.DeviceContent.Count,
            counts.Targeted,
            counts.Succeeded,
            counts.Failed,
            stage?.Next.Version,
            stage is null ? 0 : fleet.ListAdmissions(configuration.Id).Count);
    }
}
