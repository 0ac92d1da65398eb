using System.Reflection;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A hub that a test kills behind one of its commits.</summary>
internal interface IMortal
{
    /// <summary>What it writes now is lost.</summary>
    bool IsDead { get; }

    /// <summary>It writes something, but for telemetry and reports of nodes. One call at a time.</summary>
    void Commit();
}

/// <summary>A store that loses what a killed hub would still have written.</summary>
internal class DyingStore : DispatchProxy
{
    private IHubStore inner = null!;
    private IMortal hub = null!;

    public static IHubStore Over(IHubStore inner, IMortal hub)
    {
        var store = Create<IHubStore, DyingStore>();
        ((DyingStore)(object)store).inner = inner;
        ((DyingStore)(object)store).hub = hub;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IHubStore.Write))
        {
            lock (this)
            {
                if (hub.IsDead)
                {
                    return Lose(args![0]!);
                }

                if (args![0] is IReadOnlyList<StoreChange> { Count: > 0 })
                {
                    hub.Commit();
                }
            }
        }

        try
        {
            return targetMethod.Invoke(inner, args);
        }
        catch (TargetInvocationException problem)
        {
            throw problem.InnerException!;
        }
    }

    private static Task? Lose(object write)
    {
        var dead = new StorageException(StorageError.Closed, "The hub is dead.");
        if (write is not StoreWrite told)
        {
            return Task.FromException(dead);
        }

        told.Failed(dead);
        told.Release();
        return null;
    }
}
