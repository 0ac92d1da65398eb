using DeviceTwin.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceTwin.Hub.History;

/// <summary>Registers the history with the container.</summary>
internal static class HistoryServices
{
    public static IServiceCollection AddHistory(this IServiceCollection services, HistoryOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton<IMeasuringPoints, TaggedPoints>();
        services.AddSingleton<HistoryCompactor>();
        return services.AddHostedService(provider => provider.GetRequiredService<HistoryCompactor>());
    }

    /// <summary>The store's part: streams of these kinds give their messages to the history instead of dropping them.</summary>
    public static SqliteStoreOptions For(this SqliteStoreOptions store, HistoryOptions options)
    {
        var kept = new Dictionary<string, int>(store.KeptByKind);
        foreach (var kind in options.Kinds)
        {
            kept[kind] = options.HotMessages;
        }

        return store with { KeptByKind = kept, HistoryKinds = options.Kinds.ToHashSet() };
    }
}
