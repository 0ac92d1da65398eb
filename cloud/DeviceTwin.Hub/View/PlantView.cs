using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.View;

/// <summary>The plant as the pages see it.</summary>
internal sealed class PlantView(PlantState state, IPlant plant) : IPlantView
{
    /// <inheritdoc/>
    public IReadOnlyList<PlantPart> Sites()
    {
        var look = state.Look();
        return [.. look.Tree.Items.Where(item => item.Level == PlantLevel.Site).Select(item => Part(item, look))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlantRefusal> Refused() => [.. plant.Refused().Select(task => new PlantRefusal(task.Number, task.DeviceId, task.Refusal!))];

    /// <inheritdoc/>
    public IDisposable Subscribe(Action changed) => state.Subscribe(changed);

    private static PlantPart Part(PlantItem item, PlantLook look)
    {
        var sum = look.Of(item);
        var node = item.Level == PlantLevel.Point ? look.Tree.NodeAt(item.Id) : null;
        return new PlantPart(
            PlantWords.Of(item.Level),
            item.Id,
            item.Name,
            item.Machine is { } machine ? Join(machine.Class, machine.Bearing) : Join(item.Point?.Position),
            sum.Severity,
            sum.Zone,
            sum.State,
            sum.Active,
            sum.Unacknowledged,
            sum.Nodes,
            sum.Offline,
            node?.DeviceId,
            node is null ? null : look.Nodes.GetValueOrDefault(node.DeviceId)?.Verdict,
            [.. look.Children[(item.Level, item.Id)].Select(below => Part(below, look))]);
    }

    private static string? Join(params string?[] words) => string.Join(" · ", words.OfType<string>()) is { Length: > 0 } text ? text : null;
}
