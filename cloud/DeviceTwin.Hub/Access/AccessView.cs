using DeviceTwin.Dashboard.View;
using Microsoft.AspNetCore.Components.Authorization;

namespace DeviceTwin.Hub.Access;

/// <summary>What the pages see and do of users, in the name of the person at the page.</summary>
internal sealed class AccessView(AuthenticationStateProvider authentication, AccessService access) : IAccessView
{
    private readonly PageCaller page = new(authentication, access);

    /// <inheritdoc/>
    public IReadOnlyList<UserRow> Users() => !page.May(PageRole.Admin) ? [] :
    [
        .. access.Users.Select(user => new UserRow(
            user.Name, (PageRole)AccessState.RoleOf(user.Role), user.Disabled, user.CreatedAt, access.SessionsOf(user.Name), access.TokensOf(user.Name).Count)),
    ];

    /// <inheritdoc/>
    public Task<AccessOutcome> PutUser(string name, PageRole? role, string? password, bool? disabled) =>
        AsAdmin(author => access.PutUser(name, (Role?)role, password, disabled, author));

    /// <inheritdoc/>
    public Task<AccessOutcome> DeleteUser(string name) => AsAdmin(author => access.DeleteUser(name, author));

    /// <inheritdoc/>
    public Task<AccessOutcome> EndSessions(string name) => AsAdmin(author => access.EndSessions(name, author));

    /// <inheritdoc/>
    public IReadOnlyList<PolicyRow> Policies() => !page.May(PageRole.Admin) ? [] :
    [
        .. access.Policies.Select(policy => new PolicyRow(
            policy.Name, policy.Permission.ToString(), policy.ConnectionString(access.Options.HostName), policy.PrimaryKey, policy.SecondaryKey)),
    ];

    /// <inheritdoc/>
    public Task<AccessOutcome> Regenerate(string policy, bool primary) => AsAdmin(author => access.Regenerate(policy, primary, author));

    /// <inheritdoc/>
    public IReadOnlyList<TokenRow> Tokens() => page.User is not { } user ? [] :
    [
        .. access.TokensOf(user).Select(token => new TokenRow(token.Id, token.Label, (PageRole)AccessState.RoleOf(token.Role), token.CreatedAt, token.ExpiresAt)),
    ];

    /// <inheritdoc/>
    public Task<AccessOutcome> MakeToken(string label, PageRole role, int days) => As(
        PageRole.Viewer,
        async caller => new AccessOutcome(null, (await access.MakeToken(caller, label, (Role)role, TimeSpan.FromDays(days))).Secret));

    /// <inheritdoc/>
    public Task<AccessOutcome> RevokeToken(string id) => As(PageRole.Viewer, async caller =>
    {
        await access.RevokeToken(id, caller.Subject ?? "", caller.Author);
        return AccessOutcome.Done;
    });

    /// <inheritdoc/>
    public Task<AccessOutcome> ChangePassword(string old, string fresh) => As(PageRole.Viewer, async caller =>
    {
        // A page cannot hand its browser a new cookie: its reader signs in again.
        _ = await access.ChangePassword(caller with { Kind = CallerKind.ApiToken }, old, fresh, null);
        return AccessOutcome.Done;
    });

    private Task<AccessOutcome> AsAdmin(Func<string, Task> act) => As(PageRole.Admin, async _ =>
    {
        await act(page.Author!);
        return AccessOutcome.Done;
    });

    private async Task<AccessOutcome> As(PageRole role, Func<Caller, Task<AccessOutcome>> act)
    {
        if (page.Now() is not { } caller || !page.May(role))
        {
            return new AccessOutcome($"This takes a role of {role.ToString().ToLowerInvariant()}, or your session has ended. Sign in again.");
        }

        try
        {
            return await act(caller);
        }
        catch (HubException refusal)
        {
            return new AccessOutcome(refusal.Message);
        }
    }
}
