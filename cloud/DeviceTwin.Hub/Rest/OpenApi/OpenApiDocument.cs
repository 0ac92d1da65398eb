using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest.OpenApi;

/// <summary>
/// What is ours of the HTTP surface as an OpenAPI 3.1 document: addresses, methods and who may call them from the routes themselves, the words and
/// schemas from <c>descriptions.json</c>. A route that is not described, or a description without a route, is a mistake that a test finds.
/// </summary>
internal static class OpenApiDocument
{
    public const string Address = "/api/v1/openapi.json";
    private const string Prefix = "/api/v1/";

    /// <summary>What is ours outside of <see cref="Prefix"/>.</summary>
    private static readonly string[] Extensions =
    [
        "/devices/{id}/messages/deviceBound", "/devices/{id}/modules/{module}/messages/deviceBound", "/healthz", "/readyz", "/metrics",
    ];

    private static readonly string[] RefusalExamples = ["401 IotHubUnauthorizedAccess 401002", "403 RoleTooLow 403600", "404 DeviceNotFound 404001", "400 ArgumentInvalid 400004"];

    /// <summary>Made once a process: no route comes or goes while it runs.</summary>
    public static void MapOpenApi(this IEndpointRouteBuilder routes)
    {
        string? text = null;
        routes.MapGet(Address, (IEnumerable<EndpointDataSource> sources) =>
            Results.Text(text ??= Text(Write(sources)), JsonResult.ContentType, Encoding.UTF8)).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
    }

    /// <summary>As it is served, and as the repository has it.</summary>
    public static string Text(JsonObject document) => document.ToJsonString(new(Json.Relaxed) { WriteIndented = true, NewLine = "\n" }) + "\n";

    /// <exception cref="InvalidOperationException">A route is not described, or a description has no route.</exception>
    public static JsonObject Write(IEnumerable<EndpointDataSource> sources)
    {
        var described = Descriptions();
        var operations = (JsonObject)described["operations"]!;
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (!path.StartsWith(Prefix, StringComparison.Ordinal) && !Extensions.Contains(path))
            {
                continue;
            }

            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
            {
                if (operations[$"{method} {path}"] is not JsonObject words)
                {
                    throw new InvalidOperationException($"{method} {path} is not described: add it to Rest/OpenApi/descriptions.json.");
                }

                met.Add($"{method} {path}");
                paths.TryAdd(path, []);
                paths[path][method.ToLowerInvariant()] = Operation(method, path, endpoint, words, (JsonObject)described["pathParameters"]!);
            }
        }

        if (operations.Select(operation => operation.Key).FirstOrDefault(key => !met.Contains(key)) is { } left)
        {
            throw new InvalidOperationException($"{left} is described and there is no such route: take it out of Rest/OpenApi/descriptions.json.");
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "DeviceTwin hub",
                ["version"] = "1",
                ["summary"] = "What is the hub's own beside Azure IoT Hub's service API.",
                ["description"] = "People call with an API token or a browser's session, programs with a token of a service policy. x-role says which role a person needs, "
                    + "x-permissions of which permissions a policy needs one; where either is null, none of them may. Times are UTC.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)new JsonObject(
                path.Value.OrderBy(operation => operation.Key, StringComparer.Ordinal).Select(operation => KeyValuePair.Create(operation.Key, operation.Value?.DeepClone())))))),
            ["components"] = new JsonObject
            {
                ["schemas"] = described["schemas"]!.DeepClone(),
                ["responses"] = new JsonObject { ["Refusal"] = Refusal() },
                ["securitySchemes"] = new JsonObject
                {
                    ["apiToken"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A person's: POST /api/v1/me/tokens." },
                    ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionCookie.Name, ["description"] = "A browser's, from /sign-in." },
                    ["sharedAccessSignature"] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "header",
                        ["name"] = "Authorization",
                        ["description"] = "SharedAccessSignature sr=HOST&sig=…&se=…&skn=POLICY, as with Azure; a device's own without skn.",
                    },
                },
            },
        };
    }

    private static JsonObject Descriptions()
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("descriptions.json")
            ?? throw new InvalidOperationException("descriptions.json is not in the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Json.ParseObject(reader.ReadToEnd());
    }

    private static JsonObject Operation(string method, string path, RouteEndpoint endpoint, JsonObject words, JsonObject parameterWords)
    {
        var operation = new JsonObject { ["operationId"] = OperationId(method, path), ["tags"] = new JsonArray(Tag(path)), ["summary"] = words["summary"]!.DeepClone() };
        if (words["description"] is { } description)
        {
            operation["description"] = description.DeepClone();
        }

        AddNeed(operation, endpoint);
        var parameters = new JsonArray([.. endpoint.RoutePattern.Parameters.Select(parameter => (JsonNode)new JsonObject
        {
            ["name"] = parameter.Name,
            ["in"] = "path",
            ["required"] = true,
            ["description"] = (parameterWords[parameter.Name] ?? throw new InvalidOperationException($"{{{parameter.Name}}} of {path} is not described.")).DeepClone(),
            ["schema"] = new JsonObject { ["type"] = "string" },
        })]);
        foreach (var query in words["query"] as JsonArray ?? [])
        {
            var parameter = (JsonObject)query!.DeepClone();
            parameter.Insert(1, "in", "query");
            parameters.Add((JsonNode)parameter);
        }

        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (words["body"] is JsonObject body)
        {
            operation["requestBody"] = new JsonObject { ["required"] = body["required"] is null, ["content"] = Content(body["type"] as JsonArray, body) };
        }

        operation["responses"] = Responses((JsonObject)words["answers"]!);
        return operation;
    }

    private static void AddNeed(JsonObject operation, Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            operation["security"] = new JsonArray();
            return;
        }

        var need = endpoint.Metadata.GetMetadata<Need>() ?? Need.Strictest;
        operation["x-role"] = need.Role?.ToString().ToLowerInvariant();
        operation["x-permissions"] = need.Permission == Permission.None ? null
            : new JsonArray([.. need.Permission.ToString().Split(", ").Select(permission => (JsonNode)permission)]);
        string[] people = need.Role is null ? [] : ["apiToken", "session"];
        string[] programs = need.Permission == Permission.None ? [] : ["sharedAccessSignature"];
        operation["security"] = new JsonArray([.. people.Concat(programs).Select(scheme => (JsonNode)new JsonObject { [scheme] = new JsonArray() })]);
    }

    private static JsonObject Responses(JsonObject answers)
    {
        var responses = new JsonObject();
        foreach (var (status, answer) in answers)
        {
            var response = new JsonObject { ["description"] = Word(status) };
            if (answer is JsonObject { Count: > 0 } content)
            {
                response["content"] = Content(content["types"] as JsonArray, content);
            }

            responses[status] = response;
        }

        responses["default"] = new JsonObject { ["$ref"] = "#/components/responses/Refusal" };
        return responses;
    }

    /// <summary>JSON has the schema; other forms are text, or bytes.</summary>
    private static JsonObject Content(JsonArray? types, JsonObject described)
    {
        var content = new JsonObject();
        foreach (var type in types?.Select(type => (string)type!) ?? ["application/json"])
        {
            var schema = (type == "application/json" || types?.Count == 1) && described["schema"] is { } own ? own.DeepClone() : new JsonObject { ["type"] = "string" };
            content[type] = new JsonObject { ["schema"] = schema };
            if (type == "application/json" && described["example"] is { } example)
            {
                content[type]!["example"] = example.DeepClone();
            }
        }

        return content;
    }

    private static JsonObject Refusal() => new()
    {
        ["description"] = "A refusal. Its name is in the header iothub-errorcode too.",
        ["headers"] = new JsonObject { ["iothub-errorcode"] = new JsonObject { ["description"] = "The refusal's name.", ["schema"] = new JsonObject { ["type"] = "string" } } },
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject
            {
                ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Refusal" },
                ["examples"] = new JsonObject(RefusalExamples.Select(example => example.Split(' ')).Select(parts => KeyValuePair.Create(parts[1], (JsonNode?)new JsonObject
                {
                    ["summary"] = parts[0],
                    ["value"] = new JsonObject
                    {
                        ["Message"] = $"ErrorCode:{parts[1]};What is wrong, and what to do.",
                        ["ExceptionMessage"] = "Tracking ID:0HNA0EXAMPLE:00000001",
                        ["code"] = int.Parse(parts[2], CultureInfo.InvariantCulture),
                    },
                }))),
            },
        },
    };

    private static string Tag(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..].Split('/')[0] : path.Split('/')[1];

    /// <summary>As <c>getAlarmsByIdFindings</c>.</summary>
    private static string OperationId(string method, string path)
    {
        var id = new StringBuilder(method.ToLowerInvariant());
        foreach (var part in path.Replace("/api/v1", "", StringComparison.Ordinal).Split('/', '.', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Trim('{', '}');
            id.Append(part[0] == '{' ? "By" : "").Append(char.ToUpperInvariant(name[0])).Append(name, 1, name.Length - 1);
        }

        return id.ToString();
    }

    private static string Word(string status) => status switch
    {
        "201" => "Made.",
        "202" => "Begun.",
        "204" => "Done.",
        "503" => "Not ready; the body says why.",
        _ => "The answer.",
    };
}
