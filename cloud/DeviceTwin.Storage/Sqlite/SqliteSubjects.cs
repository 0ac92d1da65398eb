using DeviceTwin.Storage.Sqlite.Access;
using DeviceTwin.Storage.Sqlite.Alarms;
using DeviceTwin.Storage.Sqlite.Audit;
using DeviceTwin.Storage.Sqlite.Changes;
using DeviceTwin.Storage.Sqlite.CloudToDevice;
using DeviceTwin.Storage.Sqlite.Configurations;
using DeviceTwin.Storage.Sqlite.DesiredRemovals;
using DeviceTwin.Storage.Sqlite.Evidence;
using DeviceTwin.Storage.Sqlite.Feedback;
using DeviceTwin.Storage.Sqlite.History;
using DeviceTwin.Storage.Sqlite.Jobs;
using DeviceTwin.Storage.Sqlite.Modules;
using DeviceTwin.Storage.Sqlite.Plant;
using DeviceTwin.Storage.Sqlite.Presence;
using DeviceTwin.Storage.Sqlite.Query;
using DeviceTwin.Storage.Sqlite.Rollouts;
using DeviceTwin.Storage.Sqlite.Sequence;
using DeviceTwin.Storage.Sqlite.Waveforms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The subjects that have tables of their own beside the fleet's.</summary>
internal static class SqliteSubjects
{
    /// <summary>What leads from schema 1 to 2: the tables of all subjects, and the columns they add to the fleet's.</summary>
    public static string Create => string.Join('\n', (string[])
    [
        SqliteArrivals.Create,
        SqliteAccessTables.Create,
        SqliteAuditTables.Create,
        SqliteCloudToDeviceTables.Create,
        SqliteDesiredRemovalTables.Create,
        SqliteWaveformTables.Create,
        SqliteSequenceTables.Create,
        SqliteHistoryTables.Create,
        SqliteProvisioningTables.Create,
        SqliteQueryTables.Create,
        SqliteChangeTables.Create,
        SqliteAlarmTables.Create,
        SqlitePlantTables.Create,
    ]);

    /// <summary>What leads from schema 2 to 3.</summary>
    public static string CreateThird => string.Join('\n', (string[])
    [
        SqliteConfigurationTables.Create,
        SqliteRolloutTables.Create,
    ]);

    /// <summary>What leads from schema 3 to 4.</summary>
    public static string CreateFourth => string.Join('\n', (string[])
    [
        SqliteModuleTables.Create,
        SqliteJobTables.Create,
        SqlitePresenceTables.Create,
        SqliteConfigurationTables.CreateFourth,
        SqliteFeedbackTables.Create,
        SqliteProvisioningTables.CreateFourth,
    ]);

    /// <summary>The subjects' tables on the writer's connection.</summary>
    public static SqliteTables[] Open(SqliteConnection connection, SqliteStoreOptions options) =>
    [
        new SqliteAccessTables(connection),
        new SqliteAuditTables(connection),
        new SqliteCloudToDeviceTables(connection),
        new SqliteDesiredRemovalTables(connection),
        new SqliteWaveformTables(connection),
        new SqliteSequenceTables(connection),
        new SqliteHistoryTables(connection),
        new SqliteProvisioningTables(connection),
        new SqliteQueryTables(connection, options),
        new SqliteChangeTables(connection, options),
        new SqliteAlarmTables(connection),
        new SqliteEvidenceTables(connection),
        new SqlitePlantTables(connection),
        new SqliteConfigurationTables(connection),
        new SqliteRolloutTables(connection),
        new SqliteJobTables(connection),
        new SqlitePresenceTables(connection),
        new SqliteFeedbackTables(connection),
    ];
}
