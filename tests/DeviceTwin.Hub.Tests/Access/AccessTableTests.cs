using System.Net;
using DeviceTwin.Hub.Access;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>Every endpoint says whom it is for, the documentation says the same, and so does the running hub.</summary>
public sealed class AccessTableTests
{
    private const string Password = "correct horse battery";

    /// <summary>Endpoints of the pages and their circuits, which the framework adds.</summary>
    private static bool IsPage(string pattern) => pattern.StartsWith("/_", StringComparison.Ordinal) || pattern.StartsWith("_", StringComparison.Ordinal);

    [Test]
    public async Task Every_endpoint_is_in_the_table_of_the_documentation()
    {
        await using var hub = await HubFixture.Start();
        var rows = Endpoints(hub).Select(one => $"| {string.Join(", ", one.Methods)} | `{one.Path}` | {RoleOf(one)} | {PermissionOf(one)} |").Distinct().Order(StringComparer.Ordinal);
        GeneratedTable.Check("cloud/ACCESS.md", "endpoints", ["| Method | Address | People | Policies with any of |", "|---|---|---|---|", .. rows]);
    }

    [Test]
    public async Task Every_endpoint_says_whom_it_is_for()
    {
        await using var hub = await HubFixture.Start();
        Assert.That(Endpoints(hub).Where(one => one.Need is null && !one.Open).Select(one => one.Path), Is.Empty, "add .Needs(…); without it only admins are let in");
    }

    [Test]
    public async Task The_running_hub_keeps_to_it()
    {
        await using var hub = await HubFixture.Start();
        var access = hub.Services.GetRequiredService<AccessService>();
        var callers = new List<(string Name, string? Authorization, Func<One, bool> May)> { ("nobody", null, _ => false) };
        await access.PutUser("admin-user", Role.Admin, Password, null, "test");
        foreach (var role in Enum.GetValues<Role>())
        {
            var name = $"{role}-user".ToLowerInvariant();
            await access.PutUser(name, role, Password, null, "test");
            var session = await access.SignIn(name, Password, IPAddress.Loopback);
            var (_, token) = await access.MakeToken(access.FindSession(session.Cookie)!, "test", null, null);
            callers.Add((name, $"Bearer {token}", one => role >= one.Asked.Role));
        }

        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        foreach (var policy in access.Policies)
        {
            var signature = Uri.EscapeDataString(GatewayHost.Sign(policy.PrimaryKey, "localhost", expiry));
            callers.Add((policy.Name, $"SharedAccessSignature sr=localhost&sig={signature}&se={expiry}&skn={policy.Name}", one => (policy.Permission & one.Asked.Permission) != 0));
        }

        var tried = 0;
        foreach (var one in Endpoints(hub).Where(one => !one.Open))
        {
            var path = System.Text.RegularExpressions.Regex.Replace(one.Path, "{[^}]*}", "none");
            foreach (var (name, authorization, may) in callers)
            {
                foreach (var method in one.Methods)
                {
                    // Whoever may, does: only reading is tried in their place.
                    if (may(one) && method != "GET")
                    {
                        continue;
                    }

                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    if (authorization is not null)
                    {
                        request.Headers.TryAddWithoutValidation("Authorization", authorization);
                    }

                    using var answer = await hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                    var refused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
                    Assert.That(refused, Is.Not.EqualTo(may(one)), $"{method} {path} as {name}: {answer.StatusCode}");
                    tried++;
                }
            }
        }

        Assert.That(tried, Is.GreaterThan(200));
    }

    private static List<One> Endpoints(HubFixture hub) =>
    [
        .. hub.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => new One(
                "/" + endpoint.RoutePattern.RawText!.Trim('/'),
                [.. (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? (IReadOnlyList<string>)["GET"]).Order(StringComparer.Ordinal)],
                endpoint.Metadata.GetMetadata<Need>(),
                endpoint.Metadata.GetMetadata<OpenToAll>() is not null))
            .Where(one => !IsPage(one.Path) || one.Need is null),
    ];

    private static string RoleOf(One one) => one.Open ? "everybody" : one.Asked.Role?.ToString().ToLowerInvariant() ?? "none";

    private static string PermissionOf(One one) => one.Open ? "everybody" : one.Asked.Permission == Permission.None ? "none" : one.Asked.Permission.ToString();

    private sealed record One(string Path, IReadOnlyList<string> Methods, Need? Need, bool Open)
    {
        public Need Asked => Need ?? DeviceTwin.Hub.Access.Need.Strictest;
    }
}
