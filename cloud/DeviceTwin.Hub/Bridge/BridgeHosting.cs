using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

/// <summary>Puts the bridge into the application, and shows how it stands.</summary>
internal static class BridgeHosting
{
    /// <param name="settings">Null = there is no bridge.</param>
    public static IServiceCollection AddBridge(this IServiceCollection services, BridgeSettings? settings, BridgeOptions options)
    {
        if (settings is not null)
        {
            services.AddSingleton(settings);
        }

        services.AddSingleton(options);
        services.AddSingleton<BridgeRoster>();
        services.AddSingleton<IClientGuard>(provider => provider.GetRequiredService<BridgeRoster>());
        services.AddSingleton<BridgeService>();
        services.AddHostedService(provider => provider.GetRequiredService<BridgeService>());
        return services;
    }

    public static void MapBridge(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/bridge", (BridgeService bridge, TimeProvider time) =>
    {
        if (bridge.Settings is not { } settings)
        {
            return new JsonResult(new JsonObject { ["on"] = false, ["devices"] = new JsonArray() });
        }

        var now = time.GetUtcNow();
        var statuses = bridge.Statuses();
        return new JsonResult(new JsonObject
        {
            ["on"] = true,
            ["host"] = settings.Host,
            ["port"] = settings.Port,
            ["mirror"] = new JsonArray([.. settings.Mirrored().Select(word => (JsonNode)word)]),
            ["desired"] = Word(settings.Desired),
            ["states"] = new JsonObject(statuses.CountBy(status => status.State).OrderBy(state => state.Key).Select(state => KeyValuePair.Create(Word(state.Key), (JsonNode?)state.Value))),
            ["devices"] = new JsonArray([.. statuses.Select(status => (JsonNode)Write(status, now))]),
        });
    }).Needs(Role.Viewer, Permission.RegistryRead);

    private static JsonObject Write(BridgeStatus status, DateTimeOffset now) => new()
    {
        ["deviceId"] = status.DeviceId,
        ["there"] = status.There,
        ["state"] = Word(status.State),
        ["since"] = Json.Timestamp(status.Since),
        ["behindSeconds"] = status.BehindSince is { } since ? Math.Max(0, Math.Round((now - since).TotalSeconds, 1)) : 0,
        ["lastSentAt"] = status.LastSentAt is { } sent ? Json.Timestamp(sent) : null,
        ["telemetry"] = new JsonObject { ["waiting"] = status.TelemetryWaiting, ["dropped"] = status.TelemetryDropped },
        ["refused"] = new JsonArray([.. status.Refused.Select(key => (JsonNode)key)]),
        ["desired"] = new JsonObject { ["versionThere"] = status.DesiredVersionThere, ["notTaken"] = status.DesiredNotTaken },
        ["lastError"] = status.LastProblem is { } problem
            ? new JsonObject { ["code"] = (int)problem.Fault, ["name"] = Word(problem.Fault), ["message"] = problem.Message, ["at"] = Json.Timestamp(problem.At) }
            : null,
    };

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";
}
