using DeviceTwin.Storage.Plant;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Plant;

/// <summary>The machine tree. Small, and read as a whole at the start.</summary>
internal sealed class SqlitePlantTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE plant_items(level INTEGER NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(level, id));
        CREATE TABLE plant_assignments(
          number INTEGER PRIMARY KEY, machine TEXT NOT NULL, point TEXT NOT NULL, device_id TEXT NOT NULL, from_at INTEGER NOT NULL,
          to_at INTEGER, by TEXT NOT NULL, reason TEXT, ended_by TEXT);
        CREATE TABLE plant_tasks(
          number INTEGER PRIMARY KEY, device_id TEXT NOT NULL, tags TEXT NOT NULL, desired TEXT, disable INTEGER NOT NULL, author TEXT NOT NULL,
          refusal TEXT);
        """;

    public SqlitePlantTables(SqliteConnection connection)
        : base(connection)
    {
        var putItem = Prepare("INSERT OR REPLACE INTO plant_items VALUES($0,$1,$2)", 3);
        var deleteItem = Prepare("DELETE FROM plant_items WHERE level = $0 AND id = $1", 2);
        var putAssignment = Prepare("INSERT OR REPLACE INTO plant_assignments VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8)", 9);
        var putTask = Prepare("INSERT OR REPLACE INTO plant_tasks VALUES($0,$1,$2,$3,$4,$5,$6)", 7);
        var deleteTask = Prepare("DELETE FROM plant_tasks WHERE number = $0", 1);
        On<PutPlantItem>(change => Run(putItem, (long)change.Item.Level, change.Item.Id, change.Item.ToText()));
        On<DeletePlantItem>(change => Run(deleteItem, (long)change.Level, change.Id));
        On<PutAssignment>(change => Put(putAssignment, change.Assignment));
        On<PutPlantTask>(change => Put(putTask, change.Task));
        On<DeletePlantTask>(change => Run(deleteTask, change.Number));
    }

    public static StoredPlant Load(SqliteConnection connection) => new(
        Read(connection, "SELECT row FROM plant_items ORDER BY level, id", row => PlantItem.FromText(row.GetString(0))),
        Read(
            connection,
            "SELECT number, machine, point, device_id, from_at, to_at, by, reason, ended_by FROM plant_assignments ORDER BY number",
            row => new Assignment(
                row.GetInt64(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                SqliteLoader.Time(row, 4),
                row.IsDBNull(5) ? null : SqliteLoader.Time(row, 5),
                row.GetString(6),
                Text(row, 7),
                Text(row, 8))),
        Read(
            connection,
            "SELECT number, device_id, tags, desired, disable, author, refusal FROM plant_tasks ORDER BY number",
            row => new PlantTask(row.GetInt64(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetInt64(4) != 0, row.GetString(5), Text(row, 6))));

    private static void Put(SqliteCommand command, Assignment assignment) => Run(
        command,
        assignment.Number,
        assignment.Machine,
        assignment.Point,
        assignment.DeviceId,
        assignment.From.UtcTicks,
        assignment.To?.UtcTicks,
        assignment.By,
        assignment.Reason,
        assignment.EndedBy);

    private static void Put(SqliteCommand command, PlantTask task) =>
        Run(command, task.Number, task.DeviceId, task.Tags, task.Desired, task.Disable ? 1L : 0L, task.Author, task.Refusal);

    private static List<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> convert)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(convert(reader));
        }

        return rows;
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
