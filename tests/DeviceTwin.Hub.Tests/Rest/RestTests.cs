using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>One hub for the tests of a fixture; each test takes device ids of its own.</summary>
public abstract class RestTests
{
    private protected HubFixture Hub { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartHub() => Hub = await HubFixture.Start();

    [OneTimeTearDown]
    public async Task StopHub() => await Hub.DisposeAsync();

    /// <summary>Azure's shape: the name in body and header, the text after the first semicolon, a tracking id.</summary>
    private protected static void AssertRefused((HttpResponseMessage Response, JsonNode? Body) answer, HttpStatusCode status, string name, int code, string? saying = null)
    {
        Assert.That(answer.Response.StatusCode, Is.EqualTo(status), answer.Body?.ToJsonString());
        Assert.That(answer.Response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(answer.Response.Headers.GetValues("iothub-errorcode"), Is.EqualTo(new[] { name }));
        Assert.That((string?)answer.Body?["Message"], Does.StartWith($"ErrorCode:{name};").And.Contain(saying ?? "").And.Matches("^[^;]*;[^;]+$"), "clients end the text at a second semicolon");
        Assert.That((string?)answer.Body?["ExceptionMessage"], Does.StartWith("Tracking ID:").And.Length.GreaterThan(15));
        Assert.That((int?)answer.Body?["code"], Is.EqualTo(code));
    }
}
