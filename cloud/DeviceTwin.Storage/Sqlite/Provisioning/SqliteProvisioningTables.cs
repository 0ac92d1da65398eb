using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The tables of provisioning. A registration outlives its device: whoever registers again is known.</summary>
internal sealed class SqliteProvisioningTables : SqliteTables
{
    /// <summary>The id scope has Azure's form; it is made with the table, so that every copy of the database has the same.</summary>
    public const string Create = """
        ALTER TABLE identities ADD COLUMN authentication INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE identities ADD COLUMN primary_thumbprint TEXT NOT NULL DEFAULT '';
        ALTER TABLE identities ADD COLUMN secondary_thumbprint TEXT NOT NULL DEFAULT '';
        CREATE TABLE provisioning(id_scope TEXT NOT NULL);
        INSERT INTO provisioning VALUES('0ne' || hex(randomblob(4)));
        CREATE TABLE enrollments(
          is_group INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL, device_id TEXT,
          attestation INTEGER NOT NULL, primary_proof TEXT NOT NULL, secondary_proof TEXT NOT NULL, reprovision INTEGER NOT NULL,
          tags TEXT, desired TEXT, payload TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY(is_group, id));
        CREATE TABLE registrations(
          id TEXT PRIMARY KEY, is_group INTEGER NOT NULL, enrollment TEXT NOT NULL, device_id TEXT NOT NULL, substatus INTEGER NOT NULL,
          etag TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
        CREATE TABLE authorities(name TEXT PRIMARY KEY, certificate TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL);
        """;

    /// <summary>Part of what leads from schema 3 to 4.</summary>
    public const string CreateFourth = """
        ALTER TABLE enrollments ADD COLUMN allocation INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE enrollments ADD COLUMN hubs TEXT;
        ALTER TABLE enrollments ADD COLUMN information TEXT;
        """;

    public SqliteProvisioningTables(SqliteConnection connection)
        : base(connection)
    {
        var putEnrollment = Prepare("INSERT OR REPLACE INTO enrollments VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)", 17);
        var deleteEnrollment = Prepare("DELETE FROM enrollments WHERE is_group = $0 AND id = $1", 2);
        var putRegistration = Prepare("INSERT OR REPLACE INTO registrations VALUES($0,$1,$2,$3,$4,$5,$6,$7)", 8);
        var deleteRegistration = Prepare("DELETE FROM registrations WHERE id = $0", 1);
        var putAuthority = Prepare("INSERT OR REPLACE INTO authorities VALUES($0,$1,$2,$3)", 4);
        var deleteAuthority = Prepare("DELETE FROM authorities WHERE name = $0", 1);

        On<ProvisioningChange.PutEnrollment>(change =>
        {
            var enrollment = change.Enrollment;
            Run(
                putEnrollment,
                enrollment.Group ? 1L : 0L, enrollment.Id, enrollment.ETag, enrollment.Enabled ? 1L : 0L, enrollment.DeviceId,
                (long)enrollment.Attestation.Type, enrollment.Attestation.Primary, enrollment.Attestation.Secondary, (long)enrollment.Reprovision,
                Text(enrollment.Tags), Text(enrollment.Desired), Text(enrollment.Payload),
                enrollment.CreatedAt.UtcTicks, enrollment.UpdatedAt.UtcTicks,
                (long)enrollment.Allocation, enrollment.Hubs is { } hubs ? JsonSerializer.Serialize(hubs, Json.Relaxed) : null, enrollment.Information);
        });
        On<ProvisioningChange.DeleteEnrollment>(change => Run(deleteEnrollment, change.Group ? 1L : 0L, change.Id));
        On<ProvisioningChange.PutRegistration>(change =>
        {
            var registration = change.Registration;
            Run(
                putRegistration,
                registration.Id, registration.Group ? 1L : 0L, registration.Enrollment, registration.DeviceId, (long)registration.Substatus,
                registration.ETag, registration.CreatedAt.UtcTicks, registration.UpdatedAt.UtcTicks);
        });
        On<ProvisioningChange.DeleteRegistration>(change => Run(deleteRegistration, change.Id));
        On<ProvisioningChange.PutAuthority>(change => Run(
            putAuthority, change.Authority.Name, change.Authority.Certificate, change.Authority.ETag, change.Authority.CreatedAt.UtcTicks));
        On<ProvisioningChange.DeleteAuthority>(change => Run(deleteAuthority, change.Name));
    }

    public static StoredProvisioning Load(SqliteConnection connection) => new(
        SqliteLoader.Read(connection, "SELECT id_scope FROM provisioning", row => row.GetString(0)).Single(),
        SqliteLoader.Read(
            connection,
            "SELECT is_group, id, etag, enabled, device_id, attestation, primary_proof, secondary_proof, reprovision, tags, desired, payload, "
                + "created_at, updated_at, allocation, hubs, information FROM enrollments ORDER BY is_group, id",
            Enrollment),
        SqliteLoader.Read(
            connection,
            "SELECT id, is_group, enrollment, device_id, substatus, etag, created_at, updated_at FROM registrations ORDER BY id",
            row => new Registration(
                row.GetString(0),
                row.GetInt64(1) != 0,
                row.GetString(2),
                row.GetString(3),
                (RegistrationSubstatus)row.GetInt32(4),
                row.GetString(5),
                SqliteLoader.Time(row, 6),
                SqliteLoader.Time(row, 7))),
        SqliteLoader.Read(
            connection,
            "SELECT name, certificate, etag, created_at FROM authorities ORDER BY name",
            row => new RegisteredAuthority(row.GetString(0), row.GetString(1), row.GetString(2), SqliteLoader.Time(row, 3))));

    private static Enrollment Enrollment(SqliteDataReader row) => new(
        row.GetInt64(0) != 0,
        row.GetString(1),
        row.GetString(2),
        row.GetInt64(3) != 0,
        row.IsDBNull(4) ? null : row.GetString(4),
        new Attestation((AttestationType)row.GetInt32(5), row.GetString(6), row.GetString(7)),
        (ReprovisionPolicy)row.GetInt32(8),
        row.IsDBNull(9) ? null : Json.ParseObject(row.GetString(9)),
        row.IsDBNull(10) ? null : Json.ParseObject(row.GetString(10)),
        row.IsDBNull(11) ? null : Json.Parse(row.GetString(11)),
        SqliteLoader.Time(row, 12),
        SqliteLoader.Time(row, 13))
    {
        Allocation = (AllocationPolicy)row.GetInt32(14),
        Hubs = row.IsDBNull(15) ? null : JsonSerializer.Deserialize<string[]>(row.GetString(15)),
        Information = row.IsDBNull(16) ? null : row.GetString(16),
    };

    private static string? Text(JsonNode? node) => node is null ? null : StoredText.Of(node);
}
