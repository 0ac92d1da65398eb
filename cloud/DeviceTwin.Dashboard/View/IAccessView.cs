namespace DeviceTwin.Dashboard.View;

/// <summary>
/// Users, tokens and policies for the pages. Everything asks again whether the person at the page may: a hidden button is no protection.
/// </summary>
public interface IAccessView
{
    /// <summary>Empty for who is no admin.</summary>
    IReadOnlyList<UserRow> Users();

    /// <summary>Makes or changes a user; null leaves as it is.</summary>
    Task<AccessOutcome> PutUser(string name, PageRole? role, string? password, bool? disabled);

    Task<AccessOutcome> DeleteUser(string name);

    /// <summary>Signs a user out everywhere.</summary>
    Task<AccessOutcome> EndSessions(string name);

    /// <summary>Empty for who is no admin: policies carry keys.</summary>
    IReadOnlyList<PolicyRow> Policies();

    Task<AccessOutcome> Regenerate(string policy, bool primary);

    /// <summary>The reader's own tokens.</summary>
    IReadOnlyList<TokenRow> Tokens();

    /// <summary>Makes a token of the reader's; the outcome carries it, this once.</summary>
    Task<AccessOutcome> MakeToken(string label, PageRole role, int days);

    Task<AccessOutcome> RevokeToken(string id);

    /// <summary>Changes the reader's own password and signs them out everywhere.</summary>
    Task<AccessOutcome> ChangePassword(string old, string fresh);
}

public sealed record UserRow(string Name, PageRole Role, bool Disabled, DateTimeOffset CreatedAt, int Sessions, int Tokens);

public sealed record TokenRow(string Id, string Label, PageRole Role, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

public sealed record PolicyRow(string Name, string Permissions, string ConnectionString, string PrimaryKey, string SecondaryKey);

/// <summary>What became of it.</summary>
/// <param name="Problem">Why not, in a sentence; null where it is done.</param>
/// <param name="Secret">What is shown once.</param>
public sealed record AccessOutcome(string? Problem, string? Secret = null)
{
    public static readonly AccessOutcome Done = new(null, null);
}
