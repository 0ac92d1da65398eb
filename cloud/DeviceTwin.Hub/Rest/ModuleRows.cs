using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Rest;

/// <summary>The modules' twins, as clients get them, for queries over <c>devices.modules</c>.</summary>
internal sealed class ModuleRows(IFleet fleet) : IQueryRows
{
    /// <inheritdoc/>
    public QuerySource Source => QuerySource.Modules;

    /// <inheritdoc/>
    public IEnumerable<QueryRow> Rows(QueryRowSearch search)
    {
        foreach (var twin in fleet.ListModuleTwins(search.Must.GetValueOrDefault("deviceId"), search.After))
        {
            // One that was deleted in between is simply no longer part of the answer.
            if (fleet.FindIdentity(twin.Address) is { } identity)
            {
                yield return new QueryRow(twin.Address, TwinJson.Write(twin, identity)) { ConfigurationStatus = id => fleet.FindConfigurationStatus(twin.Address, id) };
            }
        }
    }
}
