using DeviceTwin.Hub.Queries;

namespace DeviceTwin.Hub.Jobs;

/// <summary>Registers jobs with the container.</summary>
internal static class JobHosting
{
    /// <summary>Needs fleet, gateway and metrics among the services.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, JobOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<JobService>();
        services.AddSingleton<IQueryRows, JobRows>();
        services.AddHostedService(provider => provider.GetRequiredService<JobService>());
        return services;
    }
}
