using System.Net;
using DeviceTwin.Hub.Access;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>Programs show a shared access signature, as Azure's service SDKs write it.</summary>
public sealed class PolicyTokenTests : RestTests
{
    private static long Soon => DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();

    [TestCase("localhost")]
    [TestCase("LOCALHOST")]
    [TestCase("localhost:5080")]
    [TestCase("localhost%3a5080")]
    [TestCase("localhost%2Fdevices")]
    [TestCase("localhost/Devices")]
    public async Task The_scope_is_the_hub_in_any_form(string scope) => Assert.That(await Status("/devices", Sign("registryRead", scope, Soon)), Is.EqualTo(HttpStatusCode.OK));

    [TestCase("elsewhere")]
    [TestCase("localhost/twins")]
    [TestCase("localhost/dev")]
    [TestCase("")]
    public async Task Another_scope_is_refused(string scope) => Assert.That(await Status("/devices", Sign("registryRead", scope, Soon)), Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task Fields_come_in_any_order_and_either_key_signs()
    {
        var policy = Policy("registryRead");
        foreach (var key in new[] { policy.PrimaryKey, policy.SecondaryKey })
        {
            var sig = Uri.EscapeDataString(GatewayHost.Sign(key, "localhost", Soon));
            Assert.That(await Status("/devices", $"SharedAccessSignature skn=registryRead&se={Soon}&sig={sig}&sr=localhost"), Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public async Task An_expired_or_forged_token_or_an_unknown_policy_is_refused()
    {
        var past = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        Assert.That(await Status("/devices", Sign("registryRead", "localhost", past)), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await Status("/devices", Sign("registryRead", "localhost", Soon).Replace("skn=registryRead", "skn=iothubowner")), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await Status("/devices", Sign("registryRead", "localhost", Soon).Replace("skn=registryRead", "skn=nobody")), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("registryRead", "/devices", HttpStatusCode.OK)]
    [TestCase("registryRead", "/twins/none", HttpStatusCode.Unauthorized)]
    [TestCase("service", "/twins/none", HttpStatusCode.NotFound)]
    [TestCase("service", "/devices", HttpStatusCode.Unauthorized)]
    [TestCase("device", "/twins/none", HttpStatusCode.Unauthorized)]
    [TestCase("iothubowner", "/twins/none", HttpStatusCode.NotFound)]
    [TestCase("iothubowner", "/api/v1/users", HttpStatusCode.Unauthorized)]
    public async Task A_policy_opens_what_it_grants(string policy, string path, HttpStatusCode status) =>
        Assert.That(await Status(path, Sign(policy, "localhost", Soon)), Is.EqualTo(status));

    [Test]
    public async Task A_policys_changes_carry_its_name()
    {
        await Hub.Send(HttpMethod.Put, "/devices/by-policy", "{}", null, ("Authorization", Sign("registryReadWrite", "localhost", Soon)));
        Assert.That((string?)(await Hub.Get("/api/v1/devices/by-policy/audit"))[0]!["author"], Is.EqualTo("policy/registryReadWrite"));
    }

    [Test]
    public async Task A_new_key_takes_over_at_once()
    {
        var access = Hub.Services.GetRequiredService<AccessService>();
        var old = Sign("service", "localhost", Soon);
        await access.Regenerate("service", primary: true, "test");
        Assert.That(await Status("/twins/none", old), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await Status("/twins/none", Sign("service", "localhost", Soon)), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_devices_own_key_opens_nothing_of_the_service()
    {
        await Hub.Register("lonely");
        var identity = Hub.Fleet.FindIdentity("lonely")!;
        var sig = Uri.EscapeDataString(GatewayHost.Sign(identity.PrimaryKey, "localhost%2Fdevices%2Flonely", Soon));
        var token = $"SharedAccessSignature sr=localhost%2Fdevices%2Flonely&sig={sig}&se={Soon}";
        var (refused, body) = await Hub.Send(HttpMethod.Get, "/devices/lonely", null, null, ("Authorization", token));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((string?)body!["Message"], Does.Contain("device/lonely does not have"), "the device was recognised; what it asks for is not its own");
        Assert.That(await Status("/twins/lonely", token), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private ServicePolicy Policy(string name) => Hub.Services.GetRequiredService<IServicePolicies>().Find(name)!;

    private string Sign(string policy, string scope, long expiry) =>
        $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(Policy(policy).PrimaryKey, scope, expiry))}&se={expiry}&skn={policy}";

    private async Task<HttpStatusCode> Status(string path, string authorization) =>
        (await Hub.Send(HttpMethod.Get, path, null, null, ("Authorization", authorization))).Response.StatusCode;
}
