using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Storage.Waveforms;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>Registers waveforms with the container.</summary>
public static class WaveformServices
{
    /// <summary>Needs fleet and gateway among the services; an <see cref="IAlarmWaveforms"/> there says what alarms keep.</summary>
    public static IServiceCollection AddWaveforms(this IServiceCollection services, WaveformOptions options)
    {
        services.TryAddSingleton<IAlarmWaveforms, NoAlarmWaveforms>();
        services.AddSingleton(options);
        services.AddSingleton(_ => new WaveformFiles(options.Folder));
        services.AddSingleton<WaveformKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<WaveformKeeper>());
        services.AddSingleton<WaveformIntake>();
        services.AddSingleton<ITelemetrySubject>(provider => provider.GetRequiredService<WaveformIntake>());
        services.AddSingleton<IDeviceQuestions>(provider => provider.GetRequiredService<WaveformIntake>());
        return services;
    }
}
