using System.Collections.Immutable;
using DeviceTwin.Storage.Access;

namespace DeviceTwin.Hub.Access;

/// <summary>Who may do what, as last made durable. Immutable.</summary>
internal sealed record AccessState(
    ImmutableSortedDictionary<string, UserRecord> Users,
    ImmutableDictionary<string, UserSession> Sessions,
    ImmutableDictionary<string, ApiToken> Tokens,
    ImmutableDictionary<string, ServicePolicy> Policies)
{
    public static AccessState From(StoredAccess stored) => new(
        stored.Users.ToImmutableSortedDictionary(user => user.Name, user => user, StringComparer.Ordinal),
        stored.Sessions.ToImmutableDictionary(session => session.Hash, StringComparer.Ordinal),
        stored.Tokens.ToImmutableDictionary(token => token.Id, StringComparer.Ordinal),
        stored.Policies.ToImmutableDictionary(
            policy => policy.Name,
            policy => new ServicePolicy(policy.Name, policy.PrimaryKey, policy.SecondaryKey, (Permission)policy.Permission),
            StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether somebody could still let others in after this user is gone or changed.</summary>
    public bool HasAdminBeside(string name) => Users.Values.Any(user => user.Name != name && !user.Disabled && RoleOf(user.Role) == Role.Admin);

    public IEnumerable<UserSession> SessionsOf(string name) => Sessions.Values.Where(session => session.UserName == name);

    public IEnumerable<ApiToken> TokensOf(string name) => Tokens.Values.Where(token => token.UserName == name);

    public AccessState WithoutSessions(IEnumerable<UserSession> sessions) =>
        this with { Sessions = Sessions.RemoveRange(sessions.Select(session => session.Hash)) };

    /// <summary>A word that a newer hub may have written counts for the least.</summary>
    public static Role RoleOf(string word) => Enum.TryParse<Role>(word, ignoreCase: true, out var role) ? role : Role.Viewer;

    public static string Word(Role role) => role.ToString().ToLowerInvariant();
}
