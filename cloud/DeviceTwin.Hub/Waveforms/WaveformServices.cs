using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Options;
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

    /// <summary>What the command line asked for.</summary>
    public static WaveformOptions OptionsOf(HubOptions options) => new()
    {
        Folder = Path.Combine(options.DataFolder, "waveforms"),
        KeptFor = TimeSpan.FromDays(options.Waveforms.Days),
        MostStoredBytes = (long)options.Waveforms.Megabytes << 20,
        QuotaCount = options.Waveforms.DeviceCount,
        QuotaBytes = (long)options.Waveforms.DeviceMegabytes << 20,
        Neighbours = options.Waveforms.Neighbours,
    };
}
