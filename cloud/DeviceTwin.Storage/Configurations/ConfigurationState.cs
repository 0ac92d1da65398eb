using DeviceTwin.Twins;

namespace DeviceTwin.Storage.Configurations;

/// <summary>What belongs to configurations besides themselves, as it was stored.</summary>
public sealed record StoredConfigurationState(
    IReadOnlyList<SettingOverride> Overrides, IReadOnlyList<ConfigurationStage> Stages, IReadOnlyList<AdmittedDevice> Admissions)
{
    public static readonly StoredConfigurationState None = new([], [], []);
}

/// <summary>Overrides of devices, and versions that are being rolled out.</summary>
public interface IConfigurationStateStore
{
    /// <summary>Called once, at start.</summary>
    StoredConfigurationState LoadConfigurationState();
}

public sealed record PutOverride(SettingOverride Override) : StoreChange;

public sealed record DeleteOverride(string DeviceId, string Path) : StoreChange;

public sealed record PutStage(ConfigurationStage Stage) : StoreChange;

/// <summary>Ends a stage; its admissions go with it.</summary>
public sealed record DeleteStage(string ConfigurationId) : StoreChange;

public sealed record PutAdmission(AdmittedDevice Admission) : StoreChange;
