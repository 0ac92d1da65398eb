using DeviceTwin.Storage.Sqlite.CloudToDevice;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The subjects that have tables of their own beside the fleet's.</summary>
internal static class SqliteSubjects
{
    /// <summary>What leads from schema 1 to 2: the tables of all subjects, and the columns they add to the fleet's.</summary>
    public static string Create => string.Join('\n', (string[])
    [
        SqliteCloudToDeviceTables.Create,
    ]);

    /// <summary>The subjects' tables on the writer's connection.</summary>
    public static SqliteTables[] Open(SqliteConnection connection, SqliteStoreOptions options) =>
    [
        new SqliteCloudToDeviceTables(connection),
    ];
}
