using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Backup;

/// <summary><c>/api/v1/backup</c>: make, list and fetch.</summary>
internal static class BackupEndpoints
{
    public static IServiceCollection AddBackup(this IServiceCollection services, string dataFolder, string? folder) => services
        .AddSingleton(new BackupOptions(dataFolder, folder ?? Path.Combine(dataFolder, BackupWriter.StandardFolder)))
        .AddSingleton<BackupService>();

    public static void MapBackup(this IEndpointRouteBuilder routes)
    {
        var backup = routes.MapGroup("/api/v1/backup");
        backup.MapPost("", async (HttpRequest request, BackupService service) =>
        {
            var keys = request.Query["keys"].ToString() switch
            {
                "" or "true" => true,
                "false" => false,
                var text => throw new HubException(HubError.ArgumentInvalid, $"keys takes true or false, not \"{text}\"."),
            };

            // Made to the end even if the caller hangs up.
            return new JsonResult(Write(await service.Make(keys, request.Author(), CancellationToken.None)), StatusCodes.Status201Created);
        }).Needs(Role.Admin, Permission.None);
        backup.MapGet("", (BackupService service) => new JsonResult(new JsonArray([.. service.List().Select(file => (JsonNode)new JsonObject
        {
            ["name"] = file.Name,
            ["bytes"] = file.Length,
            ["createdAt"] = Json.Timestamp(file.LastWriteTimeUtc),
        })]))).Needs(Role.Admin, Permission.None);
        backup.MapGet("{name}", (string name, BackupService service) => Results.File(
            service.Find(name).FullName, "application/x-tar", name, enableRangeProcessing: true)).Needs(Role.Admin, Permission.None);
    }

    /// <summary>What a backup holds, without the list of its files.</summary>
    public static JsonObject Write(BackupResult result)
    {
        var json = Write(result.Manifest);
        json["name"] = Path.GetFileName(result.Path);
        json["file"] = result.Path;
        json["bytes"] = result.Bytes;
        return json;
    }

    public static JsonObject Write(BackupManifest manifest) => new()
    {
        ["createdAt"] = Json.Timestamp(manifest.CreatedAt),
        ["hubVersion"] = manifest.HubVersion,
        ["schemaVersion"] = manifest.SchemaVersion,
        ["devices"] = manifest.Devices,
        ["waveforms"] = manifest.Waveforms,
        ["missingWaveforms"] = new JsonArray([.. manifest.MissingWaveforms.Select(sha256 => (JsonNode)sha256)]),
        ["files"] = manifest.Files.Count,
        ["keys"] = manifest.Keys,
    };
}
