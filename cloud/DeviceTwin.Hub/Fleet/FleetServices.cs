using DeviceTwin.Hub.Queries;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Registers the fleet with the container.</summary>
public static class FleetServices
{
    /// <summary>
    /// Adds <see cref="IFleet"/> over a SQLite store, and queries. The database is opened when the fleet is first asked for; a failure is a
    /// <see cref="StorageException"/> with a code.
    /// </summary>
    public static IServiceCollection AddFleet(this IServiceCollection services, FleetOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IHubStore>(_ => SqliteHubStore.Open(options.Store));
        services.AddSingleton<IFleet, FleetService>();
        services.AddSingleton(provider => (IProvisionedFleet)provider.GetRequiredService<IFleet>());
        services.AddSingleton<QueryService>();
        services.AddSingleton<BulkRegistry>();
        return services;
    }
}
