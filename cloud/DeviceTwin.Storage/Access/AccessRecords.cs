namespace DeviceTwin.Storage.Access;

/// <summary>A person who may sign in.</summary>
/// <param name="Name">Lower case; the key.</param>
/// <param name="Role">The word of a role of the hub's.</param>
/// <param name="PasswordHash">Method, cost, salt and hash in one text; never the password.</param>
public sealed record UserRecord(string Name, string Role, string PasswordHash, bool Disabled, DateTimeOffset CreatedAt);

/// <summary>A browser in which somebody has signed in.</summary>
/// <param name="Hash">SHA-256 of the cookie's value, in hex: who reads the database cannot sign in with it.</param>
public sealed record UserSession(string Hash, string UserName, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A token with which a person's programs call the hub.</summary>
/// <param name="Id">Public part, by which it is found and revoked.</param>
/// <param name="Hash">SHA-256 of the whole token, in hex.</param>
/// <param name="Label">What its owner calls it.</param>
/// <param name="Role">Never counts for more than the role its owner has at the time.</param>
public sealed record ApiToken(
    string Id, string UserName, string Label, string Hash, string Role, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A shared access policy of programs. Keys are base64.</summary>
/// <param name="Permission">The bits of Azure's permissions.</param>
public sealed record PolicyRecord(string Name, string PrimaryKey, string SecondaryKey, int Permission);

/// <summary>Everything that is kept about who may do what.</summary>
public sealed record StoredAccess(
    IReadOnlyList<UserRecord> Users, IReadOnlyList<UserSession> Sessions, IReadOnlyList<ApiToken> Tokens, IReadOnlyList<PolicyRecord> Policies)
{
    public static readonly StoredAccess Nobody = new([], [], [], []);
}
