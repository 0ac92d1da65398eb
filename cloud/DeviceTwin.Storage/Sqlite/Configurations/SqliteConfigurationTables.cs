using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Configurations;

/// <summary>Overrides, staged versions and the devices admitted to them. Small beside the twins, and read as a whole at the start.</summary>
internal sealed class SqliteConfigurationTables : SqliteTables
{
    public const string Create = """
        ALTER TABLE configurations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE configurations ADD COLUMN metric_queries TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE overrides(device_id TEXT NOT NULL, path TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(device_id, path));
        CREATE TABLE configuration_stages(id TEXT PRIMARY KEY, row TEXT NOT NULL);
        CREATE TABLE configuration_admissions(id TEXT NOT NULL, device_id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(id, device_id));
        CREATE INDEX configuration_admissions_by_device ON configuration_admissions(device_id);
        """;

    /// <summary>Part of what leads from schema 3 to 4.</summary>
    public const string CreateFourth = """
        ALTER TABLE configurations ADD COLUMN for_modules INTEGER NOT NULL DEFAULT 0;
        """;

    private readonly SqliteCommand deleteOverrides;
    private readonly SqliteCommand deleteAdmissions;

    public SqliteConfigurationTables(SqliteConnection connection)
        : base(connection)
    {
        var putOverride = Prepare("INSERT OR REPLACE INTO overrides VALUES($0,$1,$2)", 3);
        var deleteOverride = Prepare("DELETE FROM overrides WHERE device_id = $0 AND path = $1", 2);
        var putStage = Prepare("INSERT OR REPLACE INTO configuration_stages VALUES($0,$1)", 2);
        var deleteStage = Prepare("DELETE FROM configuration_stages WHERE id = $0", 1);
        var deleteStaged = Prepare("DELETE FROM configuration_admissions WHERE id = $0", 1);
        var putAdmission = Prepare("INSERT OR REPLACE INTO configuration_admissions VALUES($0,$1,$2)", 3);
        deleteOverrides = Prepare("DELETE FROM overrides WHERE device_id = $0", 1);
        deleteAdmissions = Prepare("DELETE FROM configuration_admissions WHERE device_id = $0", 1);
        On<PutOverride>(change => Run(putOverride, change.Override.DeviceId, change.Override.Path, Text(change.Override)));
        On<DeleteOverride>(change => Run(deleteOverride, change.DeviceId, change.Path));
        On<PutStage>(change => Run(putStage, change.Stage.Next.Id, Text(change.Stage)));
        On<DeleteStage>(change =>
        {
            Run(deleteStage, change.ConfigurationId);
            Run(deleteStaged, change.ConfigurationId);
        });
        On<PutAdmission>(change => Run(putAdmission, change.Admission.ConfigurationId, change.Admission.DeviceId, Text(change.Admission)));
    }

    public static StoredConfigurationState Load(SqliteConnection connection) => new(
        SqliteLoader.Read(connection, "SELECT row FROM overrides ORDER BY device_id, path", row => Override(row.GetString(0))),
        SqliteLoader.Read(connection, "SELECT row FROM configuration_stages ORDER BY id", row => Stage(row.GetString(0))),
        SqliteLoader.Read(connection, "SELECT row FROM configuration_admissions ORDER BY id, device_id", row => Admitted(row.GetString(0))));

    public override void DeleteDevice(string deviceId)
    {
        Run(deleteOverrides, deviceId);
        Run(deleteAdmissions, deviceId);
    }

    private static string Text<T>(T row) => JsonSerializer.Serialize(row, Json.Relaxed);

    private static T Row<T>(string text) => JsonSerializer.Deserialize<T>(text, Json.Relaxed) ?? throw new FormatException("null where a row is expected");

    private static SettingOverride Override(string text)
    {
        var row = Row<SettingOverride>(text);
        return row with { Value = Built(row.Value)!, Before = Built(row.Before) };
    }

    private static ConfigurationStage Stage(string text)
    {
        var row = Row<ConfigurationStage>(text);
        return row with { Next = row.Next with { DeviceContent = row.Next.DeviceContent.ToDictionary(entry => entry.Key, entry => Built(entry.Value), StringComparer.Ordinal) } };
    }

    private static AdmittedDevice Admitted(string text)
    {
        var row = Row<AdmittedDevice>(text);
        return row with
        {
            Journal = AdmittedDevice.Empty.AddRange(row.Journal.Select(entry => KeyValuePair.Create(
                entry.Key,
                entry.Value with { Before = Built(entry.Value.Before), BeforeBy = entry.Value.BeforeBy is { } by ? by with { Value = Built(by.Value)! } : null }))),
        };
    }

    /// <summary>Built up to the leaves, as every value that threads share.</summary>
    private static JsonNode? Built(JsonNode? node) => node is null ? null : Json.Parse(node.ToJsonString(Json.Relaxed));
}
