using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Sqlite.Alarms;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Alarms and findings.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public AlarmRow? FindAlarm(string id) => Read(connection => SqliteAlarmReader.Find(connection, id));

    /// <inheritdoc/>
    public IReadOnlyList<AlarmRow> ReadAlarms(AlarmQuery query) => Read(connection => SqliteAlarmReader.Read(connection, query));

    /// <inheritdoc/>
    public AlarmCounts CountAlarms() => Read(SqliteAlarmReader.Count);

    /// <inheritdoc/>
    public IReadOnlyList<Finding> ReadFindings(FindingQuery query) => Read(connection => SqliteAlarmReader.Findings(connection, query));
}
