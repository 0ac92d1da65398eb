using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage.Access;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Access;

/// <summary>Users, tokens and policies: <c>/api/v1/me</c>, <c>/api/v1/users</c>, <c>/api/v1/policies</c>.</summary>
internal static class AccessEndpoints
{
    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapSignIn();
        var me = routes.MapGroup("/api/v1/me");
        me.MapGet("", (HttpContext context) => new JsonResult(Write(context.Caller()!))).Needs(Role.Viewer, Permission.None);
        me.MapPost("password", ChangePassword).Needs(Role.Viewer, Permission.None);
        me.MapGet("tokens", (HttpContext context, AccessService access) =>
            new JsonResult(new JsonArray([.. access.TokensOf(context.Caller()!.Subject ?? "").Select(token => (JsonNode)Write(token))]))).Needs(Role.Viewer, Permission.None);
        me.MapPost("tokens", MakeToken).Needs(Role.Viewer, Permission.None);
        me.MapDelete("tokens/{token}", async (string token, HttpContext context, AccessService access) =>
        {
            var caller = context.Caller()!;
            await access.RevokeToken(token, caller.Subject ?? "", caller.Author);
            return Results.NoContent();
        }).Needs(Role.Viewer, Permission.None);

        var users = routes.MapGroup("/api/v1/users");
        users.MapGet("", (AccessService access) => new JsonResult(new JsonArray([.. access.Users.Select(user => (JsonNode)Write(user, access))])))
            .Needs(Role.Admin, Permission.None);
        users.MapPut("{name}", async (string name, HttpRequest request, AccessService access) =>
        {
            var body = await RequestBody.ReadObject(request);
            var user = await access.PutUser(name, ReadRole(RequestBody.Text(body, "role")), RequestBody.Text(body, "password"), ReadFlag(body, "disabled"), request.Author());
            return new JsonResult(Write(user, access));
        }).Needs(Role.Admin, Permission.None);
        users.MapDelete("{name}", async (string name, HttpRequest request, AccessService access) =>
        {
            await access.DeleteUser(name, request.Author());
            return Results.NoContent();
        }).Needs(Role.Admin, Permission.None);
        users.MapDelete("{name}/sessions", async (string name, HttpRequest request, AccessService access) =>
        {
            await access.EndSessions(name, request.Author());
            return Results.NoContent();
        }).Needs(Role.Admin, Permission.None);
        users.MapGet("{name}/tokens", (string name, AccessService access) =>
            new JsonResult(new JsonArray([.. access.TokensOf(name).Select(token => (JsonNode)Write(token))]))).Needs(Role.Admin, Permission.None);
        users.MapDelete("{name}/tokens/{token}", async (string name, string token, HttpRequest request, AccessService access) =>
        {
            await access.RevokeToken(token, name, request.Author());
            return Results.NoContent();
        }).Needs(Role.Admin, Permission.None);

        var policies = routes.MapGroup("/api/v1/policies");
        policies.MapGet("", (AccessService access) => new JsonResult(new JsonArray([.. access.Policies.Select(policy => (JsonNode)Write(policy, access))])))
            .Needs(Role.Admin, Permission.None);
        policies.MapPost("{name}/keys/{which}", async (string name, string which, HttpRequest request, AccessService access) =>
        {
            var primary = which switch
            {
                "primary" => true,
                "secondary" => false,
                _ => throw new HubException(HubError.ArgumentInvalid, $"A policy has a primary and a secondary key, not a \"{which}\"."),
            };
            return new JsonResult(Write(await access.Regenerate(name, primary, request.Author()), access));
        }).Needs(Role.Admin, Permission.None);
    }

    private static async Task<IResult> ChangePassword(HttpContext context, AccessService access)
    {
        var body = await RequestBody.ReadObject(context.Request);
        var cookie = await access.ChangePassword(
            context.Caller()!, RequestBody.Text(body, "old") ?? "", RequestBody.Text(body, "new") ?? "", context.Connection.RemoteIpAddress);
        if (cookie is not null)
        {
            SessionCookie.Set(context, cookie, null);
        }

        return Results.NoContent();
    }

    private static async Task<IResult> MakeToken(HttpContext context, AccessService access)
    {
        var body = await RequestBody.ReadObject(context.Request);
        TimeSpan? lifetime = body["days"] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var days) && days is > 0 and < 100_000 => TimeSpan.FromDays(days),
            _ => throw new HubException(HubError.ArgumentInvalid, "days takes a whole number, e.g. 90."),
        };
        var (token, secret) = await access.MakeToken(context.Caller()!, RequestBody.Text(body, "label") ?? "", ReadRole(RequestBody.Text(body, "role")), lifetime);
        var json = Write(token);

        // Here and never again.
        json["token"] = secret;
        return new JsonResult(json);
    }

    private static JsonObject Write(Caller caller) => new()
    {
        ["author"] = caller.Author,
        ["kind"] = JsonNamingPolicy.CamelCase.ConvertName(caller.Kind.ToString()),
        ["user"] = caller.Kind is CallerKind.Session or CallerKind.ApiToken ? caller.Subject : null,
        ["role"] = caller.Role is { } role ? AccessState.Word(role) : null,
    };

    private static JsonObject Write(UserRecord user, AccessService access) => new()
    {
        ["name"] = user.Name,
        ["role"] = user.Role,
        ["disabled"] = user.Disabled,
        ["createdAt"] = Json.Timestamp(user.CreatedAt),
        ["sessions"] = access.SessionsOf(user.Name),
        ["tokens"] = access.TokensOf(user.Name).Count,
    };

    private static JsonObject Write(ApiToken token) => new()
    {
        ["id"] = token.Id,
        ["user"] = token.UserName,
        ["label"] = token.Label,
        ["role"] = token.Role,
        ["createdAt"] = Json.Timestamp(token.CreatedAt),
        ["expiresAt"] = Json.Timestamp(token.ExpiresAt),
    };

    private static JsonObject Write(ServicePolicy policy, AccessService access) => new()
    {
        ["name"] = policy.Name,
        ["permissions"] = policy.Permission.ToString(),
        ["primaryKey"] = policy.PrimaryKey,
        ["secondaryKey"] = policy.SecondaryKey,
        ["connectionString"] = policy.ConnectionString(access.Options.HostName),
    };

    private static Role? ReadRole(string? word) => word is null ? null
        : Enum.GetValues<Role>().Where(role => AccessState.Word(role) == word).Select(role => (Role?)role).FirstOrDefault()
            ?? throw new HubException(AccessErrors.UserInvalid, $"A role is viewer, technician, engineer or admin, not \"{word}\".");

    private static bool? ReadFlag(JsonObject body, string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => throw new HubException(HubError.ArgumentInvalid, $"{name} takes true or false."),
    };
}
