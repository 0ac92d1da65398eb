using System.Net;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;

namespace DeviceTwin.Hub.Access;

/// <summary>
/// Stands before everything: finds out who calls, and holds that against what the endpoint asks for (<see cref="Need"/>). Programs send
/// <c>Authorization</c>, people a cookie; on loopback, before there are users, nobody has to send anything.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, AccessService access, RequestSas sas, FirstToken firstToken, RestRefusals refusals, ILogger<AccessGate> logger)
{
    private const string Bearer = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var (caller, reason) = Recognise(context.Request);
        if (caller is not null)
        {
            context.SetCaller(caller);
        }

        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            return next(context);
        }

        if (caller is null)
        {
            return Unknown(context, reason);
        }

        // What is no endpoint of ours is a file of the pages, or nothing at all: whoever may be here may hear that.
        if (endpoint is not RouteEndpoint)
        {
            return next(context);
        }

        var need = endpoint.Metadata.GetMetadata<Need>() ?? Need.Strictest;
        return caller.May(need) && IsOwnDevice(context, caller) ? next(context) : NotAllowed(context, caller, need);
    }

    private (Caller? Caller, string? Reason) Recognise(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(RequestSas.Scheme + " ", StringComparison.OrdinalIgnoreCase))
        {
            return sas.Judge(authorization, request.Path);
        }

        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            var token = authorization[Bearer.Length..].Trim();
            return (access.FindToken(token) ?? firstToken.Find(token)) is { } person
                ? (person, null)
                : (null, "The bearer token is none of this hub's, has expired or was revoked. Make one on the account page, or POST /api/v1/me/tokens.");
        }

        if (authorization.Length > 0)
        {
            return (null, "The hub takes Authorization: Bearer TOKEN, or SharedAccessSignature with a policy's key.");
        }

        if (request.Cookies.TryGetValue(SessionCookie.Name, out var cookie) && (access.FindSession(cookie) ?? firstToken.FindSession(cookie)) is { } signedIn)
        {
            return (signedIn, null);
        }

        return access.TrustsLocal ? (AccessService.Local(request.ClaimedAuthor()), null) : (null, null);
    }

    /// <summary>A device's key opens what belongs to this device, and nothing else.</summary>
    private static bool IsOwnDevice(HttpContext context, Caller caller) =>
        caller.Kind != CallerKind.Device || context.Request.RouteValues["id"] is string id && id == caller.Subject;

    private Task Unknown(HttpContext context, string? reason)
    {
        var request = context.Request;
        if (reason is null && HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            return SignInPage.Show(context, access, StatusCodes.Status401Unauthorized, null, request.Path + request.QueryString);
        }

        Logging.LogEvents.TokenRefused(logger, request.Method, request.Path, (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString());
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return refusals.Answer(context, HubError.Unauthorized, reason ?? (access.AnyUsers
            ? "Sign in, or send Authorization: Bearer with an API token, or SharedAccessSignature with a policy's key."
            : "Send the token from the hub's http-token file: Authorization: Bearer TOKEN."));
    }

    private Task NotAllowed(HttpContext context, Caller caller, Need need)
    {
        if (need.Role is not { } needed)
        {
            logger.NotAllowed(context.Request.Method, context.Request.Path, caller.Author, need.Permission.ToString());
            return refusals.Answer(
                context, HubError.Unauthorized, "This is for the device alone: send its own token, Authorization: SharedAccessSignature sr=…&sig=…&se=….");
        }

        if (caller.Role is { } role)
        {
            logger.NotAllowed(context.Request.Method, context.Request.Path, caller.Author, needed.ToString());
            return refusals.Answer(
                context, AccessErrors.RoleTooLow, $"This takes a role of {AccessState.Word(needed)}, {caller.Author} is {AccessState.Word(role)}. An admin can change that.");
        }

        // Azure's clients know 401 for this; Node's would take 403 for too many devices.
        logger.NotAllowed(context.Request.Method, context.Request.Path, caller.Author, need.Permission.ToString());
        return refusals.Answer(
            context,
            HubError.Unauthorized,
            need.Permission == Permission.None ? "This is for people alone: no policy opens it." : $"This takes the permission {need.Permission}, which {caller.Author} does not have here.");
    }
}

/// <summary>The token of the first start, where the hub listens beyond loopback. It opens the hub until there is a user.</summary>
internal sealed class FirstToken(AccessService access, HttpToken? token)
{
    public bool IsOffered => token is not null && !access.AnyUsers;

    public Caller? Find(string candidate) => IsOffered && token!.IsToken(candidate) ? AccessService.FirstToken : null;

    public Caller? FindSession(string cookie) => IsOffered && token!.IsSession(cookie) ? AccessService.FirstToken : null;

    public string Session => token!.Session;
}

/// <summary>The cookie of a signed-in browser.</summary>
internal static class SessionCookie
{
    public const string Name = "devicetwin-session";

    public static void Set(HttpContext context, string value, DateTimeOffset? expires) => context.Response.Cookies.Append(Name, value, new CookieOptions
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Strict,
        IsEssential = true,
        Expires = expires,
    });

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name);
}
