using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Jobs;

/// <summary>What jobs did on their devices, as clients get it, for queries over <c>devices.jobs</c>.</summary>
internal sealed class JobRows(IHubStore store) : IQueryRows
{
    private const int PageSize = 500;

    /// <summary>Less than what ids are made of: so keys are in the order of job and device.</summary>
    private const char Between = ' ';

    /// <inheritdoc/>
    public QuerySource Source => QuerySource.Jobs;

    /// <inheritdoc/>
    public IEnumerable<QueryRow> Rows(QueryRowSearch search)
    {
        var after = search.After?.Split(Between) is [var jobId, var deviceId] ? (jobId, deviceId) : default((string JobId, string DeviceId)?);
        while (true)
        {
            var page = Read(new DeviceJobSearch(search.Must.GetValueOrDefault("jobId"), search.Must.GetValueOrDefault("deviceId"), null, after, PageSize));
            foreach (var row in page)
            {
                yield return new QueryRow($"{row.Device.JobId}{Between}{row.Device.DeviceId}", JobJson.Write(row));
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = (page[^1].Device.JobId, page[^1].Device.DeviceId);
        }
    }

    private IReadOnlyList<DeviceJobRow> Read(DeviceJobSearch search)
    {
        try
        {
            return store.FindDeviceJobs(search);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }
}
