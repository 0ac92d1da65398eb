using System.Net;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Hub.Waveforms;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// Stands before everything when the hub listens beyond loopback: programs send <c>Authorization: Bearer</c>, people sign in once
/// per browser. Open are <c>/healthz</c> and the sign-in itself.
/// </summary>
internal sealed class TokenGate(RequestDelegate next, HttpToken token, RestRefusals refusals, ILogger<TokenGate> logger)
{
    private const string CookieName = "devicetwin-session";
    private const string SignInPath = "/sign-in";
    private const string Scheme = "Bearer ";
    private const int LongestForm = 4096;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == "/healthz" || IsLetIn(request) || DeviceProof.Concerns(request))
        {
            return next(context);
        }

        if (request.Path == SignInPath)
        {
            return HttpMethods.IsPost(request.Method) ? SignIn(context) : ShowForm(context, StatusCodes.Status200OK, "");
        }

        if (HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            return ShowForm(context, StatusCodes.Status401Unauthorized, "");
        }

        logger.TokenRefused(request.Method, request.Path, AddressOf(context));
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return refusals.Answer(context, HubError.Unauthorized, "Send the token from the hub's http-token file: Authorization: Bearer TOKEN.");
    }

    private bool IsLetIn(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? token.IsToken(authorization[Scheme.Length..].Trim())
            : request.Cookies.TryGetValue(CookieName, out var cookie) && token.IsSession(cookie);
    }

    private async Task SignIn(HttpContext context)
    {
        var limit = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>();
        if (limit is { IsReadOnly: false })
        {
            limit.MaxRequestBodySize = LongestForm;
        }

        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        if (!token.IsToken(form["token"].ToString().Trim()))
        {
            logger.TokenRefused(context.Request.Method, context.Request.Path, AddressOf(context));
            await ShowForm(context, StatusCodes.Status401Unauthorized, "<p class=\"no\" role=\"alert\">This is not the token.</p>");
            return;
        }

        context.Response.Cookies.Append(CookieName, token.Session, new CookieOptions
        {
            HttpOnly = true,
            Secure = true,
            SameSite = SameSiteMode.Strict,
            IsEssential = true,
        });
        context.Response.Redirect("/");
    }

    private static Task ShowForm(HttpContext context, int status, string notice)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(Page.Replace("<!--notice-->", notice, StringComparison.Ordinal), context.RequestAborted);
    }

    private static string AddressOf(HttpContext context) => (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString();

    private const string Page = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>Sign in · DeviceTwin</title>
        <style>body{font:16px/1.45 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}
        form{width:min(24rem,88vw);display:grid;gap:.7rem}h1{font-size:1.25rem;margin:0}p{margin:0;opacity:.75}
        input,button{font:inherit;padding:.55rem .7rem;border-radius:5px;border:1px solid #8996a3}
        button{background:#1a6b8f;color:#fff;border-color:#1a6b8f;cursor:pointer}.no{color:#b3261e;opacity:1}</style></head>
        <body><form method="post" action="/sign-in"><h1>DeviceTwin</h1><!--notice-->
        <label for="token">Token from the hub's <code>http-token</code> file</label>
        <input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
        <button>Sign in</button></form></body></html>
        """;
}
