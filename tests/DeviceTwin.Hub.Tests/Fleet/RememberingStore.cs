using System.Collections.Immutable;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A store that a fleet can be started on again: it has in memory what was committed of twins and configurations.</summary>
internal sealed class RememberingStore : ManualStore
{
    private readonly SortedDictionary<string, DeviceIdentity> identities = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TwinDocument> twins = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ImmutableSortedDictionary<string, long>> removals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Configuration> configurations = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ConfigurationStage> stages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string, string), AdmittedDevice> admissions = [];
    private readonly SortedDictionary<(string, string), SettingOverride> overrides = [];
    private int taken;

    public override StoredFleet Load()
    {
        Take();
        return new([.. identities.Values], [.. twins.Values], [], [.. configurations.Values], new Dictionary<string, DateTimeOffset>(), new Dictionary<string, long>());
    }

    public override StoredConfigurationState LoadConfigurationState()
    {
        Take();
        return new([.. overrides.Values], [.. stages.Values], [.. admissions.Values]);
    }

    public override IReadOnlyDictionary<string, ImmutableSortedDictionary<string, long>> LoadDesiredRemovals()
    {
        Take();
        return removals;
    }

    /// <summary>Another store with the same in it.</summary>
    public RememberingStore Copy()
    {
        var copy = new RememberingStore();
        copy.Committed.AddRange(Committed);
        return copy;
    }

    private void Take()
    {
        for (; taken < Committed.Count; taken++)
        {
            Take(Committed[taken]);
        }
    }

    private void Take(StoreChange change)
    {
        switch (change)
        {
            case StoreChange.PutIdentity put:
                identities[put.Identity.DeviceId] = put.Identity;
                break;
            case StoreChange.PutTwin put:
                twins[put.Twin.DeviceId] = put.Twin;
                break;
            case PutDesiredRemovals put:
                removals[put.DeviceId] = put.Removed;
                break;
            case StoreChange.PutConfiguration put:
                configurations[put.Configuration.Id] = put.Configuration;
                break;
            case StoreChange.DeleteConfiguration delete:
                configurations.Remove(delete.Id);
                break;
            case PutStage put:
                stages[put.Stage.Next.Id] = put.Stage;
                break;
            case DeleteStage delete:
                stages.Remove(delete.ConfigurationId);
                foreach (var key in admissions.Keys.Where(key => key.Item1 == delete.ConfigurationId).ToArray())
                {
                    admissions.Remove(key);
                }

                break;
            case PutAdmission put:
                admissions[(put.Admission.ConfigurationId, put.Admission.DeviceId)] = put.Admission;
                break;
            case PutOverride put:
                overrides[(put.Override.DeviceId, put.Override.Path)] = put.Override;
                break;
            case DeleteOverride delete:
                overrides.Remove((delete.DeviceId, delete.Path));
                break;
        }
    }
}
