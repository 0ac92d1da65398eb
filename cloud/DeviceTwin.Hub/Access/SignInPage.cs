using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceTwin.Hub.Access;

/// <summary>The form with which a person signs in, and the way out again. Plain HTML: it must work before anything else is let in.</summary>
internal static class SignInPage
{
    private const int LongestForm = 4096;

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", (HttpContext context, AccessService access) => Show(context, access, StatusCodes.Status200OK, null, context.Request.Query["to"])).Open();
        routes.MapPost("/sign-in", SignIn).Open();
        routes.MapPost("/sign-out", SignOut).Open();
    }

    /// <param name="to">Where to go afterwards, if it is a page of this hub.</param>
    public static Task Show(HttpContext context, AccessService access, int status, string? notice, string? to)
    {
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var encode = HtmlEncoder.Default;
        var hidden = $"""<input type="hidden" name="{encode.Encode(tokens.FormFieldName)}" value="{encode.Encode(tokens.RequestToken ?? "")}"><input type="hidden" name="to" value="{encode.Encode(Local(to))}">""";
        var page = Page
            .Replace("<!--notice-->", notice is null ? "" : $"""<p class="no" role="alert">{encode.Encode(notice)}</p>""", StringComparison.Ordinal)
            .Replace("<!--hidden-->", hidden, StringComparison.Ordinal)
            .Replace("<!--fields-->", access.AnyUsers ? NameAndPassword : Token, StringComparison.Ordinal);
        return context.Response.WriteAsync(page, context.RequestAborted);
    }

    private static async Task SignIn(HttpContext context, AccessService access, FirstToken first)
    {
        var (form, to) = await Read(context);
        if (form is null)
        {
            await Show(context, access, StatusCodes.Status400BadRequest, "This form was too old. Try again.", to);
            return;
        }

        try
        {
            if (first.Find(form["token"].ToString().Trim()) is not null)
            {
                SessionCookie.Set(context, first.Session, null);
            }
            else if (access.AnyUsers)
            {
                var (cookie, session) = await access.SignIn(form["name"].ToString(), form["password"].ToString(), context.Connection.RemoteIpAddress);
                SessionCookie.Set(context, cookie, session.ExpiresAt);
            }
            else
            {
                await Show(context, access, StatusCodes.Status401Unauthorized, "This is not the token.", to);
                return;
            }
        }
        catch (HubException refusal) when (refusal.Error == AccessErrors.SignInFailed || refusal.Error == AccessErrors.SignInThrottled)
        {
            await Show(context, access, refusal.Error.HttpStatus, refusal.Message, to);
            return;
        }

        context.Response.Redirect(Local(to));
    }

    private static async Task SignOut(HttpContext context, AccessService access)
    {
        if ((await Read(context)).Form is not null)
        {
            if (context.Caller() is { } caller)
            {
                await access.SignOut(caller);
            }

            SessionCookie.Remove(context);
        }

        context.Response.Redirect("/");
    }

    /// <returns>No form where it does not carry this browser's token.</returns>
    private static async Task<(IFormCollection? Form, string To)> Read(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LongestForm;
        }

        if (!context.Request.HasFormContentType)
        {
            return (null, "/");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var own = await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);
        return (own ? form : null, form["to"].ToString());
    }

    /// <summary>Only a page of this hub: a link must not carry somebody elsewhere by way of the sign-in.</summary>
    private static string Local(string? to) =>
        to is ['/', ..] && !to.StartsWith("//", StringComparison.Ordinal) && !to.StartsWith("/\\", StringComparison.Ordinal)
        && !to.StartsWith("/sign-", StringComparison.OrdinalIgnoreCase) && !to.Any(char.IsControl) ? to : "/";

    private const string NameAndPassword = """
        <label for="name">Name</label>
        <input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus required>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required>
        """;

    private const string Token = """
        <label for="token">Token from the hub's <code>http-token</code> file</label>
        <input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
        """;

    private const string Page = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>Sign in · DeviceTwin</title>
        <style>body{font:16px/1.45 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}
        form{width:min(24rem,88vw);display:grid;gap:.5rem}h1{font-size:1.25rem;margin:0 0 .4rem}label{opacity:.75;margin-top:.3rem}
        input,button{font:inherit;padding:.55rem .7rem;border-radius:5px;border:1px solid #8996a3}button{margin-top:.6rem}
        button{background:#1a6b8f;color:#fff;border-color:#1a6b8f;cursor:pointer}.no{color:#b3261e;margin:0}
        @media (prefers-color-scheme: dark){.no{color:#ff8a80}}</style></head>
        <body><form method="post" action="/sign-in"><h1>DeviceTwin</h1><!--notice--><!--hidden-->
        <!--fields-->
        <button>Sign in</button></form></body></html>
        """;
}
