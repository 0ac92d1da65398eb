using DeviceTwin.Bench.Soak.Crash;

namespace DeviceTwin.Bench.Generation;

/// <summary>The OpenAPI document of what is the hub's own, as a running hub serves it: from its real routes.</summary>
public static class OpenApiFile
{
    private const string Page = "cloud/openapi.json";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The file and what is to be in it; none where the checkout has no <c>cloud</c>.</summary>
    /// <exception cref="ModelException">The hub did not start, or does not serve it.</exception>
    public static IEnumerable<(string Path, string Text)> All(string root) =>
        Directory.Exists(Path.Combine(root, "cloud")) ? [(Path.Combine(root, Page), Read().GetAwaiter().GetResult())] : [];

    private static async Task<string> Read()
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-openapi-");
        try
        {
            using var hub = new SoakedHub(folder.FullName, Patience);
            await hub.Start(new Dictionary<string, string>());
            return await hub.Http.GetStringAsync("api/v1/openapi.json");
        }
        catch (Exception exception) when (exception is HubLostException or HttpRequestException)
        {
            throw new ModelException($"{Page}: {exception.Message}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
