using DeviceTwin.Dashboard.View;
using Microsoft.AspNetCore.Components.Authorization;

namespace DeviceTwin.Hub.Access;

/// <summary>
/// The person at a page. A page outlives the request that opened it, so who it is and what they may do is looked up each time.
/// </summary>
internal sealed class PageCaller(AuthenticationStateProvider authentication, AccessService access) : IPageCaller
{
    private const string LocalAuthor = "dashboard";

    /// <inheritdoc/>
    public string? Author => Now() switch
    {
        null => null,
        { Kind: CallerKind.Local } => LocalAuthor,
        var caller => caller.Author,
    };

    /// <inheritdoc/>
    public string? User => Now() is { Kind: CallerKind.Session } caller ? caller.Subject : null;

    /// <inheritdoc/>
    public string? RoleWord => Now()?.Role is { } role ? AccessState.Word(role) : null;

    /// <inheritdoc/>
    public bool May(PageRole role) => Now()?.Role >= (Role)role;

    /// <summary>Null where the session ended or the user is gone.</summary>
    public Caller? Now()
    {
        // The pages' own provider holds the state that the request brought: the task is always complete.
        var state = authentication.GetAuthenticationStateAsync();
        return state.IsCompletedSuccessfully && Caller.Read(state.Result.User) is var (kind, key) ? access.Again(kind, key) : null;
    }
}
