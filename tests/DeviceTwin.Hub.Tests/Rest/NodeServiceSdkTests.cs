using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>
/// The unmodified npm package azure-iothub, on port 443, against one hub for the fixture; each test takes device ids of its own.
/// Where the port or the package cannot be had the tests are skipped.
/// </summary>
[TestFixture]
public sealed class NodeServiceSdkTests
{
    private HubFixture hub = null!;
    private ServiceSession sdk = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        hub = await StandardPort.Start();
        sdk = ServiceSession.Start(hub);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (sdk is not null)
        {
            await sdk.DisposeAsync();
        }

        if (hub is not null)
        {
            await hub.DisposeAsync();
        }
    }

    [Test]
    public async Task RE1_Device_identities_are_created_updated_listed_and_deleted()
    {
        JsonNode made = (await sdk.Call("registry.create", """[{"deviceId":"r-1"}]"""))!;
        string key = (string)made["authentication"]!["symmetricKey"]!["primaryKey"]!;
        Assert.That(Convert.FromBase64String(key), Has.Length.GreaterThanOrEqualTo(32), "the package sends empty keys, and the hub makes some");
        Assert.That(((string?)made["status"], (string?)made["connectionState"], (string?)made["authentication"]!["type"]), Is.EqualTo(("enabled", "Disconnected", "sas")));
        Assert.That((string?)made["lastActivityTime"], Is.EqualTo("0001-01-01T00:00:00Z"));
        await sdk.Refused("registry.create", """[{"deviceId":"r-1"}]""", "DeviceAlreadyExistsError", "r-1");
        await sdk.Refused("registry.get", """["r-none"]""", "DeviceNotFoundError", "r-none");

        // Without authentication the package sends empty keys again: those that there are stay.
        JsonNode disabled = (await sdk.Call("registry.update", """[{"deviceId":"r-1","status":"disabled"}]"""))!;
        Assert.That(((string?)disabled["status"], (string?)disabled["authentication"]!["symmetricKey"]!["primaryKey"]), Is.EqualTo(("disabled", key)));
        Assert.That((string?)disabled["etag"], Is.Not.EqualTo((string?)made["etag"]));
        string own = Convert.ToBase64String(new byte[32]);
        JsonNode rekeyed = (await sdk.Call(
            "registry.update", $$$"""[{"deviceId":"r-1","status":"enabled","authentication":{"symmetricKey":{"primaryKey":"{{{own}}}","secondaryKey":"{{{key}}}"} } }]"""))!;
        Assert.That(rekeyed["authentication"]!["symmetricKey"]!.ToJsonString(), Is.EqualTo(new JsonObject { ["primaryKey"] = own, ["secondaryKey"] = key }.ToJsonString()));
        Assert.That((await sdk.Call("registry.get", """["r-1"]"""))!.ToJsonString(), Is.EqualTo(rekeyed.ToJsonString()));
        await sdk.Refused("registry.update", """[{"deviceId":"r-none"}]""", "DeviceNotFoundError", "r-none");

        JsonNode signed = (await sdk.Call(
            "registry.create", $$$"""[{"deviceId":"r-x","authentication":{"x509Thumbprint":{"primaryThumbprint":"{{{new string('A', 40)}}}"} } }]"""))!;
        Assert.That(((string?)signed["authentication"]!["type"], (string?)signed["authentication"]!["symmetricKey"]!["primaryKey"]), Is.EqualTo(("selfSigned", (string?)null)));
        JsonArray all = (await sdk.Call("registry.list", "[]"))!.AsArray();
        Assert.That(all.Select(one => (string?)one!["deviceId"]), Is.SupersetOf(new[] { "r-1", "r-x" }));
        Assert.That(await sdk.Call("registry.delete", """["r-1"]"""), Is.Null);
        await sdk.Refused("registry.get", """["r-1"]""", "DeviceNotFoundError", "r-1");
        await sdk.Refused("registry.delete", """["r-1"]""", "DeviceNotFoundError", "r-1");
    }

    [Test]
    public async Task RE1_TW5_Twins_are_read_and_patched_and_a_stale_etag_is_refused()
    {
        await sdk.Call("registry.create", """[{"deviceId":"t-1"}]""");
        JsonNode fresh = (await sdk.Call("twins.hold", """["t-1"]"""))!;
        JsonNode patched = (await sdk.Call("registry.updateTwin", """["t-1",{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}},"*"]"""))!;
        Assert.That(((int?)patched["properties"]!["desired"]!["interval"], (int?)patched["properties"]!["desired"]!["$version"]), Is.EqualTo(((int?)5, (int?)2)));
        Assert.That((string?)patched["properties"]!["desired"]!["$metadata"]!["interval"]!["$lastUpdated"], Does.EndWith("Z"));

        // The twin that was handed out before still has its etag.
        await sdk.Refused("twins.update", """["t-1",{"tags":{"site":"B"}}]""", "InvalidEtagError", "ETag");
        await sdk.Refused("registry.updateTwin", $$"""["t-1",{"tags":{"site":"B"} },"{{fresh["etag"]}}"]""", "InvalidEtagError", "ETag");
        await sdk.Call("twins.get", """["t-1"]""");
        JsonNode updated = (await sdk.Call("twins.update", """["t-1",{"tags":{"site":"B"},"properties":{"desired":{"interval":null,"cfg":{"a":1}}}}]"""))!;
        Assert.That((string?)updated["tags"]!["site"], Is.EqualTo("B"));
        Assert.That((updated["properties"]!["desired"]!["interval"], (int?)updated["properties"]!["desired"]!["cfg"]!["a"]), Is.EqualTo(((JsonNode?)null, (int?)1)));
        await sdk.Refused("registry.getTwin", """["t-none"]""", "DeviceNotFoundError", "t-none");
        await sdk.Refused("registry.updateTwin", """["t-1",{"tags":{"a.b":1}},"*"]""", "ArgumentError", "a.b");
    }
}
