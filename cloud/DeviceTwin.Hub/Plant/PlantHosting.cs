using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.View;
using DeviceTwin.Hub.Waveforms;

namespace DeviceTwin.Hub.Plant;

/// <summary>Registers alarms and plant with the container.</summary>
internal static class PlantHosting
{
    public static IServiceCollection AddAlarmsAndPlant(this IServiceCollection services)
    {
        services.AddSingleton<AlarmBook>();
        services.AddSingleton<PlantMemory>();
        services.AddSingleton<ITelemetrySubject, AlarmIntake>();
        services.AddSingleton<AlarmService>();
        services.AddSingleton<IAlarms>(provider => provider.GetRequiredService<AlarmService>());
        services.AddHostedService(provider => provider.GetRequiredService<AlarmService>());
        services.AddSingleton<PlantService>();
        services.AddSingleton<IPlant>(provider => provider.GetRequiredService<PlantService>());
        services.AddHostedService(provider => provider.GetRequiredService<PlantService>());
        services.AddSingleton<PlantState>();
        services.AddSingleton<IMeasuringPoints, PlantPoints>();
        services.AddSingleton<IAlarmWaveforms, AlarmWaveforms>();
        services.AddSingleton<IAlarmView, AlarmView>();
        services.AddSingleton(new EvidenceOptions());
        services.AddSingleton<EvidenceService>();
        services.AddSingleton<EvidenceSealer>();
        services.AddHostedService(provider => provider.GetRequiredService<EvidenceSealer>());
        services.AddSingleton<IPlantView, PlantView>();
        return services;
    }
}
