using System.Collections.Immutable;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>The plant as it is durable, for whoever reads.</summary>
internal sealed class PlantMemory
{
    private volatile PlantTree current;
    private ImmutableArray<Action<PlantTree>> subscribers = [];

    public PlantMemory(IHubStore store)
    {
        Stored = store.LoadPlant();
        current = PlantTree.From(Stored);
    }

    /// <summary>What the store held at the start.</summary>
    public StoredPlant Stored { get; }

    public PlantTree Current => current;

    /// <summary>Takes a tree over that has just become durable. On the store's thread.</summary>
    public void Take(PlantTree tree)
    {
        current = tree;
        foreach (var subscriber in subscribers)
        {
            subscriber(tree);
        }
    }

    /// <summary>Calls back with each new tree, on the store's thread: the callback must not block.</summary>
    public IDisposable Subscribe(Action<PlantTree> callback)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), callback);
        return new Subscription(() => ImmutableInterlocked.Update(ref subscribers, static (list, gone) => list.Remove(gone), callback));
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
