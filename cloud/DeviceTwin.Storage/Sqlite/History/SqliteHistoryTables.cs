using DeviceTwin.Storage.History;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.History;

/// <summary>Blocks and roll-ups, on the writer's side.</summary>
internal sealed class SqliteHistoryTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE history_blocks(
          id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, kind TEXT NOT NULL, first_number INTEGER NOT NULL, last_number INTEGER NOT NULL,
          from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX history_blocks_by_number ON history_blocks(device_id, kind, last_number, from_ms, to_ms);
        CREATE INDEX history_blocks_by_age ON history_blocks(to_ms, bytes, rows);
        CREATE TABLE history_rollups(
          id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, kind TEXT NOT NULL, resolution INTEGER NOT NULL, span_ms INTEGER NOT NULL,
          bytes INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE(device_id, kind, resolution, span_ms));
        CREATE INDEX history_rollups_by_age ON history_rollups(resolution, span_ms, bytes);
        """;

    private readonly SqliteCommand count;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand addBlock;
    private readonly SqliteCommand putRollup;
    private readonly SqliteCommand dropBlock;
    private readonly SqliteCommand dropRollup;
    private readonly SqliteCommand dropBlocks;
    private readonly SqliteCommand dropRollups;

    public SqliteHistoryTables(SqliteConnection connection)
        : base(connection)
    {
        count = Prepare("SELECT count(*) FROM telemetry WHERE id BETWEEN $0 AND $1", 2);
        delete = Prepare("DELETE FROM telemetry WHERE id BETWEEN $0 AND $1", 2);
        addBlock = Prepare(
            "INSERT INTO history_blocks(device_id, kind, first_number, last_number, from_ms, to_ms, rows, bytes, body) VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8)", 9);
        putRollup = Prepare(
            "INSERT INTO history_rollups(device_id, kind, resolution, span_ms, bytes, body) VALUES($0,$1,$2,$3,$4,$5) "
                + "ON CONFLICT(device_id, kind, resolution, span_ms) DO UPDATE SET bytes = excluded.bytes, body = excluded.body",
            6);
        dropBlock = Prepare("DELETE FROM history_blocks WHERE id = $0", 1);
        dropRollup = Prepare("DELETE FROM history_rollups WHERE id = $0", 1);
        dropBlocks = Prepare("DELETE FROM history_blocks WHERE device_id = $0", 1);
        dropRollups = Prepare("DELETE FROM history_rollups WHERE device_id = $0", 1);
        On<CompactHistory>(Compact);
        On<DropHistory>(Drop);
    }

    /// <inheritdoc/>
    public override void DeleteDevice(string deviceId)
    {
        Run(dropBlocks, deviceId);
        Run(dropRollups, deviceId);
    }

    private void Compact(CompactHistory change)
    {
        var from = SqliteTelemetryWriter.First(change.StreamId) + change.FirstNumber;
        var to = SqliteTelemetryWriter.First(change.StreamId) + change.LastNumber;
        SqliteStatements.Bind(count, [from, to]);
        if ((long)count.ExecuteScalar()! != change.Messages)
        {
            // The device was deleted since, or the change came before.
            return;
        }

        Run(delete, from, to);
        if (change.Block is { } block)
        {
            Run(
                addBlock, change.DeviceId, change.Kind, block.FirstNumber, block.LastNumber, block.FromMs, block.ToMs, (long)block.Rows,
                (long)block.Body.Length, block.Body);
        }

        foreach (var rollup in change.Rollups)
        {
            Run(putRollup, change.DeviceId, change.Kind, (long)rollup.Resolution, rollup.SpanMs, (long)rollup.Body.Length, rollup.Body);
        }
    }

    private void Drop(DropHistory change)
    {
        foreach (var id in change.Blocks)
        {
            Run(dropBlock, id);
        }

        foreach (var id in change.Rollups)
        {
            Run(dropRollup, id);
        }
    }
}
