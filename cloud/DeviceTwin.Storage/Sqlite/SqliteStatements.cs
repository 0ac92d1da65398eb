using System.Buffers;
using System.Text.Json;
using DeviceTwin.Twins;
using DeviceTwin.Storage.Sqlite.Modules;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The prepared statements of the writer's connection. One thread only, inside its transaction.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteTelemetryWriter telemetry;
    private readonly SqliteAuditWriter audit;
    private readonly Dictionary<string, long> counts = [];
    private readonly SqliteCommand putIdentity;
    private readonly RawStatement putTwin;
    private readonly Dictionary<string, TwinDocument> twins = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> text = new(4096);
    private readonly Utf8JsonWriter json;
    private readonly SqliteCommand putSession;
    private readonly SqliteCommand putConfiguration;
    private readonly SqliteCommand count;
    private readonly SqliteCommand deleteIdentity;
    private readonly SqliteCommand deleteTwin;
    private readonly SqliteCommand deleteSession;
    private readonly SqliteCommand deleteConfiguration;
    private readonly SqliteModuleTables modules;
    private readonly SqliteTables[] subjects;
    private readonly Dictionary<Type, Action<StoreChange>> handlers;

    public SqliteStatements(SqliteConnection connection, SqliteStoreOptions options)
    {
        this.connection = connection;
        json = StoredText.Writer(text);
        telemetry = new SqliteTelemetryWriter(connection, options);
        audit = new SqliteAuditWriter(connection);
        begin = Prepare("BEGIN IMMEDIATE", 0);
        commit = Prepare("COMMIT", 0);
        putIdentity = Prepare(
            "INSERT OR REPLACE INTO identities(device_id, generation_id, etag, enabled, primary_key, secondary_key, created_at, authentication, "
                + "primary_thumbprint, secondary_thumbprint, status_reason, status_updated_at) VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
            12);
        putTwin = new RawStatement(connection, "INSERT OR REPLACE INTO twins VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        putSession = Prepare("INSERT OR REPLACE INTO sessions VALUES($0,$1)", 2);
        putConfiguration = Prepare("INSERT OR REPLACE INTO configurations VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10)", 11);
        count = Prepare("INSERT INTO counters VALUES($0,$1) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value", 2);
        deleteIdentity = Prepare("DELETE FROM identities WHERE device_id = $0", 1);
        deleteTwin = Prepare("DELETE FROM twins WHERE device_id = $0", 1);
        deleteSession = Prepare("DELETE FROM sessions WHERE device_id = $0", 1);
        deleteConfiguration = Prepare("DELETE FROM configurations WHERE id = $0", 1);
        modules = new SqliteModuleTables(connection);
        subjects = SqliteSubjects.Open(connection, options);
        handlers = new Dictionary<Type, Action<StoreChange>>(subjects.SelectMany(tables => tables.Handlers));
    }

    /// <summary>Begins a transaction. Statements, because the driver's own transaction would have to be set on every command.</summary>
    public void Begin() => begin.ExecuteNonQuery();

    /// <summary>Executes one change.</summary>
    public void Apply(StoreChange change)
    {
        switch (change)
        {
            case StoreChange.AppendTelemetry append:
                telemetry.Append(append.Message);
                break;
            case StoreChange.PutTwin { Twin: var twin }:
                // Of a twin that changes several times in one commit only the last state can ever be read.
                twins[twin.Address] = twin;
                break;
            case StoreChange.Count { Name: var name, By: var by }:
                counts[name] = counts.GetValueOrDefault(name) + by;
                break;
            case StoreChange.AppendAudit { Row: var row }:
                audit.Append(row);
                break;
            case StoreChange.PutIdentity { Identity: { ModuleId: not null } module }:
                modules.Put(module);
                break;
            case StoreChange.PutIdentity { Identity: var identity }:
                Run(putIdentity,
                [
                    identity.DeviceId, identity.GenerationId, identity.ETag, identity.Enabled ? 1L : 0L,
                    identity.PrimaryKey, identity.SecondaryKey, identity.CreatedAt.UtcTicks,
                    (long)identity.Authentication, identity.PrimaryThumbprint, identity.SecondaryThumbprint,
                    identity.StatusReason, identity.StatusUpdatedAt?.UtcTicks,
                ]);
                break;
            case StoreChange.DeleteDevice { DeviceId: var deviceId }:
                Run(deleteIdentity, [deviceId]);
                Run(deleteTwin, [deviceId]);
                DeleteAllOf(deviceId);
                break;
            case StoreChange.DeleteModule { DeviceId: var deviceId, ModuleId: var moduleId }:
                modules.Delete(deviceId, moduleId);
                DeleteAllOf(TwinAddress.Of(deviceId, moduleId));
                break;
            case StoreChange.PutSession { Session: var session }:
                Run(putSession, [session.DeviceId, StoredText.Of(session.Subscriptions)]);
                break;
            case StoreChange.DeleteSession { DeviceId: var deviceId }:
                Run(deleteSession, [deviceId]);
                break;
            case StoreChange.PutConfiguration { Configuration: var configuration }:
                Run(putConfiguration,
                [
                    configuration.Id, configuration.TargetCondition, (long)configuration.Priority,
                    StoredText.OfContent(configuration.DeviceContent), StoredText.Of(configuration.Labels), configuration.ETag,
                    configuration.CreatedAt.UtcTicks, configuration.LastUpdatedAt.UtcTicks,
                    configuration.Version, StoredText.Of(configuration.MetricQueries), configuration.ForModules ? 1L : 0L,
                ]);
                break;
            case StoreChange.DeleteConfiguration { Id: var id }:
                Run(deleteConfiguration, [id]);
                break;
            default:
                (handlers.GetValueOrDefault(change.GetType())
                    ?? throw new NotSupportedException($"The SQLite store does not know {change.GetType().Name}."))(change);
                break;
        }
    }

    /// <summary>Adds what is written once per commit and commits: after that it is on the disk.</summary>
    public void Commit()
    {
        foreach (var twin in twins.Values)
        {
            Put(twin);
        }

        twins.Clear();
        foreach (var (name, by) in counts)
        {
            Run(count, [name, by]);
        }

        counts.Clear();
        telemetry.BeforeCommit();
        foreach (var tables in subjects)
        {
            tables.BeforeCommit();
        }

        commit.ExecuteNonQuery();
    }

    /// <summary>Takes a transaction back, with what it had put into memory.</summary>
    public void RollBack()
    {
        twins.Clear();
        counts.Clear();
        telemetry.Forget();
        audit.Forget();
        foreach (var tables in subjects)
        {
            tables.Forget();
        }

        try
        {
            connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Some failures (a full disk among them) have rolled it back already, or it had not begun.
        }
    }

    public void Dispose()
    {
        putTwin.Dispose();
        json.Dispose();
        foreach (var command in new[] { begin, commit, putIdentity, putSession, putConfiguration, count, deleteIdentity, deleteTwin, deleteSession, deleteConfiguration })
        {
            command.Dispose();
        }

        modules.Dispose();
        foreach (var tables in subjects)
        {
            tables.Dispose();
        }

        telemetry.Dispose();
        audit.Dispose();
    }

    /// <summary>What a device and a module have alike.</summary>
    private void DeleteAllOf(string address)
    {
        twins.Remove(address);
        Run(deleteSession, [address]);
        telemetry.Delete(address);
        foreach (var tables in subjects)
        {
            tables.DeleteDevice(address);
        }
    }

    private void Put(TwinDocument twin)
    {
        if (twin.ModuleId is not null)
        {
            modules.Put(twin);
            return;
        }

        putTwin.Bind(1, twin.DeviceId);
        putTwin.Bind(2, twin.ETag);
        putTwin.Bind(3, twin.Version);
        putTwin.BindText(4, StoredText.Utf8(twin.Tags, text, json));
        putTwin.BindText(5, StoredText.Utf8(twin.Desired.Properties, text, json));
        putTwin.Bind(6, twin.Desired.Version);
        putTwin.BindText(7, StoredText.Utf8(twin.Desired.Metadata, text, json));
        putTwin.BindText(8, StoredText.Utf8(twin.Reported.Properties, text, json));
        putTwin.Bind(9, twin.Reported.Version);
        putTwin.BindText(10, StoredText.Utf8(twin.Reported.Metadata, text, json));
        putTwin.Bind(11, twin.ModelId);
        putTwin.Bind(12, twin.LastActivityAt?.UtcTicks);
        putTwin.Bind(13, StoredText.OfApplied(twin.Applied));
        putTwin.Run();
        foreach (var tables in subjects)
        {
            tables.PutTwin(twin);
        }
    }

    private SqliteCommand Prepare(string sql, int parameters) => Prepare(connection, sql, parameters);

    /// <summary>A command with the parameters <c>$0</c>, <c>$1</c>, ….</summary>
    internal static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < parameters; index++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}" });
        }

        return command;
    }

    internal static void Run(SqliteCommand command, ReadOnlySpan<object?> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    internal static void Bind(SqliteCommand command, ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        }
    }
}
