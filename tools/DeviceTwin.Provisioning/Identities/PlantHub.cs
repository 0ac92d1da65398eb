using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>The hub's REST interface, as far as a tray uses it. Out of reach is <see cref="Diagnosis.HubDown"/>, a refusal <see cref="Diagnosis.HubRefused"/>.</summary>
/// <param name="http">With the hub's address and whatever lets us in. Not disposed of here.</param>
public sealed class PlantHub(HttpClient http)
{
    private const string ApiVersion = "api-version=2021-04-12";

    /// <summary>An identity, or null.</summary>
    public Task<JsonObject?> FindDevice(string deviceId, CancellationToken cancellation) => Find($"devices/{Escape(deviceId)}?{ApiVersion}", cancellation);

    /// <summary>Creates an identity; null where there is one already.</summary>
    public async Task<JsonObject?> CreateDevice(string deviceId, string key, CancellationToken cancellation)
    {
        var (status, answer) = await Send(HttpMethod.Put, $"devices/{Escape(deviceId)}?{ApiVersion}", Identity(deviceId, "sas", key), null, cancellation);
        return status == HttpStatusCode.Conflict ? null : Accepted(status, answer);
    }

    /// <summary>Has a device prove itself by a certificate of the plant's authority.</summary>
    public async Task UseCertificate(string deviceId, CancellationToken cancellation)
    {
        var (status, answer) = await Send(HttpMethod.Put, $"devices/{Escape(deviceId)}?{ApiVersion}", Identity(deviceId, "certificateAuthority", null), "*", cancellation);
        Accepted(status, answer);
    }

    /// <summary>A twin.</summary>
    public async Task<JsonObject> GetTwin(string deviceId, CancellationToken cancellation) =>
        await Find($"twins/{Escape(deviceId)}?{ApiVersion}", cancellation) ?? throw new BoardFaultException(Diagnosis.HubRefused, $"The hub has no twin of {deviceId}.");

    /// <summary>Merges into a twin.</summary>
    public Task<JsonObject> PatchTwin(string deviceId, JsonObject patch, CancellationToken cancellation) =>
        Ask(HttpMethod.Patch, $"twins/{Escape(deviceId)}?{ApiVersion}", patch, cancellation);

    /// <summary>How far a node has come in taking over what is desired.</summary>
    public async Task<JsonObject> GetConvergence(string deviceId, CancellationToken cancellation) =>
        await Find($"api/v1/devices/{Escape(deviceId)}/convergence", cancellation) ?? throw new BoardFaultException(Diagnosis.HubRefused, $"The hub does not know {deviceId}.");

    /// <summary>Has the plant's authority sign a key.</summary>
    public async Task<string> IssueCertificate(string deviceId, string csr, CancellationToken cancellation) =>
        (string)(await Ask(HttpMethod.Post, $"api/v1/certificates/devices/{Escape(deviceId)}", new JsonObject { ["csr"] = csr }, cancellation))["certificate"]!;

    /// <summary>PEM of the authorities that a node is to trust.</summary>
    public async Task<string> GetAuthority(CancellationToken cancellation)
    {
        var (status, text) = await SendText(HttpMethod.Get, "api/v1/certificates/authority/bundle", null, null, cancellation);
        return status == HttpStatusCode.OK ? text : throw Refused(status, text);
    }

    /// <summary><c>idScope</c>, <c>assignedHub</c>.</summary>
    public Task<JsonObject> GetProvisioning(CancellationToken cancellation) => Ask(HttpMethod.Get, "api/v1/provisioning", null, cancellation);

    /// <summary>An individual enrolment, or null.</summary>
    public Task<JsonObject?> FindEnrollment(string id, CancellationToken cancellation) => Find($"enrollments/{Escape(id)}", cancellation);

    /// <summary>The key of an individual enrolment.</summary>
    public async Task<string?> GetEnrollmentKey(string id, CancellationToken cancellation) =>
        (string?)(await Ask(HttpMethod.Post, $"enrollments/{Escape(id)}/attestationmechanism", [], cancellation))["symmetricKey"]?["primaryKey"];

    /// <summary>Creates an individual enrolment; null where there is one already.</summary>
    public async Task<JsonObject?> CreateEnrollment(string id, JsonObject enrolment, CancellationToken cancellation)
    {
        var (status, answer) = await Send(HttpMethod.Put, $"enrollments/{Escape(id)}", enrolment, null, cancellation);
        return status is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed ? null : Accepted(status, answer);
    }

    /// <summary>An enrolment group with its keys; made where there is none.</summary>
    public async Task<JsonObject> RequireGroup(string id, CancellationToken cancellation) =>
        await Find($"enrollmentGroups/{Escape(id)}", cancellation)
        ?? await Ask(HttpMethod.Put, $"enrollmentGroups/{Escape(id)}", new JsonObject { ["attestation"] = new JsonObject { ["type"] = "symmetricKey" } }, cancellation);

    /// <summary>An item of the plant's tree, or null.</summary>
    /// <param name="level"><c>sites</c>, <c>lines</c>, <c>machines</c> or <c>points</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<JsonObject?> FindPlantItem(string level, string id, CancellationToken cancellation) => Find($"api/v1/plant/{level}/{Escape(id)}", cancellation);

    /// <summary>Creates an item of the plant's tree.</summary>
    public Task<JsonObject> PutPlantItem(string level, string id, JsonObject item, CancellationToken cancellation) =>
        Ask(HttpMethod.Put, $"api/v1/plant/{level}/{Escape(id)}", item, cancellation);

    /// <summary>Puts a node at a point.</summary>
    public Task<JsonObject> Assign(string point, string deviceId, string reason, CancellationToken cancellation) =>
        Ask(HttpMethod.Put, $"api/v1/plant/points/{Escape(point)}/node", new JsonObject { ["deviceId"] = deviceId, ["reason"] = reason }, cancellation);

    /// <summary>Puts a node in another's place; its settings and the machine's history go on.</summary>
    public Task<JsonObject> Replace(string point, string newDeviceId, bool disableOld, string reason, CancellationToken cancellation) => Ask(
        HttpMethod.Post,
        $"api/v1/plant/points/{Escape(point)}/replace",
        new JsonObject { ["newDeviceId"] = newDeviceId, ["disableOld"] = disableOld, ["reason"] = reason },
        cancellation);

    /// <summary>Every point with its node.</summary>
    public async Task<JsonArray> ListPoints(CancellationToken cancellation)
    {
        var (status, text) = await SendText(HttpMethod.Get, "api/v1/plant/points", null, null, cancellation);
        return status == HttpStatusCode.OK && Parse(text) is JsonArray points ? points : throw Refused(status, text);
    }

    /// <summary>Hands the hub a bundle.</summary>
    public Task<JsonObject> ImportBundle(JsonObject bundle, CancellationToken cancellation) => Ask(HttpMethod.Post, "api/v1/provisioning/bundles", bundle, cancellation);

    /// <summary>The hub's clock; null where it does not say.</summary>
    public async Task<DateTimeOffset?> GetTime(CancellationToken cancellation)
    {
        using var response = await Reach(new HttpRequestMessage(HttpMethod.Get, "healthz"), cancellation);
        return response.Headers.Date;
    }

    private static JsonObject Identity(string deviceId, string type, string? key)
    {
        var authentication = new JsonObject { ["type"] = type };
        if (key is not null)
        {
            authentication["symmetricKey"] = new JsonObject { ["primaryKey"] = key, ["secondaryKey"] = "" };
        }

        return new JsonObject { ["deviceId"] = deviceId, ["status"] = "enabled", ["authentication"] = authentication };
    }

    private async Task<JsonObject?> Find(string path, CancellationToken cancellation)
    {
        var (status, answer) = await Send(HttpMethod.Get, path, null, null, cancellation);
        return status == HttpStatusCode.NotFound ? null : Accepted(status, answer);
    }

    private async Task<JsonObject> Ask(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation)
    {
        var (status, answer) = await Send(method, path, body, null, cancellation);
        return Accepted(status, answer);
    }

    private static JsonObject Accepted(HttpStatusCode status, JsonObject? answer) =>
        (int)status is >= 200 and < 300 && answer is not null ? answer : throw Refused(status, answer?.ToJsonString() ?? "");

    private static BoardFaultException Refused(HttpStatusCode status, string text)
    {
        var answer = Parse(text) as JsonObject;
        var refusal = HubRefusal.Parse((string?)answer?["Message"] ?? (string?)answer?["message"] ?? "what answers is no DeviceTwin hub");
        return new BoardFaultException((int)status >= 500 ? Diagnosis.HubDown : Diagnosis.HubRefused, $"It answered {refusal.Sentence((int)status)}");
    }

    private async Task<(HttpStatusCode Status, JsonObject? Answer)> Send(HttpMethod method, string path, JsonObject? body, string? etag, CancellationToken cancellation)
    {
        var (status, text) = await SendText(method, path, body, etag, cancellation);
        return (status, Parse(text.Length == 0 ? "{}" : text) as JsonObject);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendText(HttpMethod method, string path, JsonObject? body, string? etag, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        using var response = await Reach(request, cancellation);
        try
        {
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (HttpRequestException error)
        {
            throw new BoardFaultException(Diagnosis.HubDown, error.Message);
        }
    }

    private async Task<HttpResponseMessage> Reach(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new BoardFaultException(Diagnosis.HubDown, $"No hub answers at {http.BaseAddress} ({error.Message.TrimEnd('.')}).");
        }
        catch (TaskCanceledException error) when (error.InnerException is TimeoutException)
        {
            throw new BoardFaultException(Diagnosis.HubDown, $"{http.BaseAddress} did not answer in {http.Timeout.TotalSeconds:0} s.");
        }
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Escape(string id) => Uri.EscapeDataString(id);
}
