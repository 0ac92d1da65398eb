using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No alarms and no plant.</summary>
internal partial class ManualStore
{
    public AlarmRow? FindAlarm(string id) => null;

    public IReadOnlyList<AlarmRow> ReadAlarms(AlarmQuery query) => [];

    public AlarmCounts CountAlarms() => AlarmCounts.None;

    public IReadOnlyList<Finding> ReadFindings(FindingQuery query) => [];

    public StoredPlant LoadPlant() => StoredPlant.None;
}
