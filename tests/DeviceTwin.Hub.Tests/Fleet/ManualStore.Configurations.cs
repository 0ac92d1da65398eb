using DeviceTwin.Storage.Configurations;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing is overridden or rolled out.</summary>
internal partial class ManualStore
{
    public virtual StoredConfigurationState LoadConfigurationState() => StoredConfigurationState.None;
}
