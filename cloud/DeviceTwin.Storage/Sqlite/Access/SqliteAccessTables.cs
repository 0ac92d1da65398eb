using DeviceTwin.Storage.Access;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Access;

/// <summary>Users, their sessions and tokens, and the policies of programs.</summary>
internal sealed class SqliteAccessTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE users(
          name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL, disabled INTEGER NOT NULL, created_at INTEGER NOT NULL);
        CREATE TABLE user_sessions(
          hash TEXT PRIMARY KEY, user_name TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL);
        CREATE INDEX user_sessions_by_user ON user_sessions(user_name);
        CREATE TABLE api_tokens(
          id TEXT PRIMARY KEY, user_name TEXT NOT NULL, label TEXT NOT NULL, hash TEXT NOT NULL, role TEXT NOT NULL,
          created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL);
        CREATE INDEX api_tokens_by_user ON api_tokens(user_name);
        CREATE TABLE policies(name TEXT PRIMARY KEY, primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, permission INTEGER NOT NULL);
        """;

    public SqliteAccessTables(SqliteConnection connection)
        : base(connection)
    {
        var putUser = Prepare("INSERT OR REPLACE INTO users VALUES($0,$1,$2,$3,$4)", 5);
        var deleteUser = Prepare("DELETE FROM users WHERE name = $0", 1);
        var deleteSessionsOf = Prepare("DELETE FROM user_sessions WHERE user_name = $0", 1);
        var deleteTokensOf = Prepare("DELETE FROM api_tokens WHERE user_name = $0", 1);
        var putSession = Prepare("INSERT OR REPLACE INTO user_sessions VALUES($0,$1,$2,$3)", 4);
        var deleteSession = Prepare("DELETE FROM user_sessions WHERE hash = $0", 1);
        var putToken = Prepare("INSERT OR REPLACE INTO api_tokens VALUES($0,$1,$2,$3,$4,$5,$6)", 7);
        var deleteToken = Prepare("DELETE FROM api_tokens WHERE id = $0", 1);
        var putPolicy = Prepare("INSERT OR REPLACE INTO policies VALUES($0,$1,$2,$3)", 4);
        On<AccessChange.PutUser>(change => Run(
            putUser, change.User.Name, change.User.Role, change.User.PasswordHash, change.User.Disabled ? 1L : 0L, change.User.CreatedAt.UtcTicks));
        On<AccessChange.DeleteUser>(change =>
        {
            Run(deleteUser, change.Name);
            Run(deleteSessionsOf, change.Name);
            Run(deleteTokensOf, change.Name);
        });
        On<AccessChange.PutSession>(change => Run(
            putSession, change.Session.Hash, change.Session.UserName, change.Session.CreatedAt.UtcTicks, change.Session.ExpiresAt.UtcTicks));
        On<AccessChange.DeleteSession>(change => Run(deleteSession, change.Hash));
        On<AccessChange.PutToken>(change => Run(
            putToken,
            change.Token.Id,
            change.Token.UserName,
            change.Token.Label,
            change.Token.Hash,
            change.Token.Role,
            change.Token.CreatedAt.UtcTicks,
            change.Token.ExpiresAt.UtcTicks));
        On<AccessChange.DeleteToken>(change => Run(deleteToken, change.Id));
        On<AccessChange.PutPolicy>(change => Run(
            putPolicy, change.Policy.Name, change.Policy.PrimaryKey, change.Policy.SecondaryKey, (long)change.Policy.Permission));
    }

    public static StoredAccess Load(SqliteConnection connection) => new(
        SqliteLoader.Read(
            connection,
            "SELECT name, role, password_hash, disabled, created_at FROM users ORDER BY name",
            row => new UserRecord(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3) != 0, SqliteLoader.Time(row, 4))),
        SqliteLoader.Read(
            connection,
            "SELECT hash, user_name, created_at, expires_at FROM user_sessions",
            row => new UserSession(row.GetString(0), row.GetString(1), SqliteLoader.Time(row, 2), SqliteLoader.Time(row, 3))),
        SqliteLoader.Read(
            connection,
            "SELECT id, user_name, label, hash, role, created_at, expires_at FROM api_tokens",
            row => new ApiToken(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), SqliteLoader.Time(row, 5), SqliteLoader.Time(row, 6))),
        SqliteLoader.Read(
            connection,
            "SELECT name, primary_key, secondary_key, permission FROM policies ORDER BY name",
            row => new PolicyRecord(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3))));
}
