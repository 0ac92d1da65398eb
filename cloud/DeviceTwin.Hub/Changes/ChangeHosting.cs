namespace DeviceTwin.Hub.Changes;

/// <summary>Registers changes with the container.</summary>
internal static class ChangeHosting
{
    /// <summary>Needs metrics, fleet, alarms, plant and waveforms among the services.</summary>
    public static IServiceCollection AddChanges(this IServiceCollection services, ChangeOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ChangeReplays>();
        services.AddSingleton<ChangeService>();
        services.AddSingleton<IChanges>(provider => provider.GetRequiredService<ChangeService>());
        services.AddHostedService(provider => provider.GetRequiredService<ChangeService>());
        return services;
    }
}
