using System.Text.Json;

namespace DeviceTwin.Bench.Compatibility;

/// <summary>One promise to clients of Azure IoT Hub, as <c>cloud/compatibility.json</c> lists it.</summary>
/// <param name="Id">Tests that prove it begin with it and an underscore: <c>SE1_…</c>.</param>
/// <param name="Says">What is promised.</param>
/// <param name="Deviates">In which way the hub deviates on purpose, and why.</param>
/// <param name="NotYet">Why it is not there yet.</param>
/// <param name="ByHand">Why it is not among the tests but tried by hand.</param>
public sealed record CompatibilityRow(string Id, string Says, string? Deviates = null, string? NotYet = null, string? ByHand = null)
{
    private const string File = "cloud/compatibility.json";

    /// <exception cref="Generation.ModelException">The file is missing, no JSON, or has an id twice.</exception>
    public static IReadOnlyList<CompatibilityRow> Load(string root)
    {
        CompatibilityRow[] rows;
        try
        {
            rows = JsonSerializer.Deserialize<CompatibilityRow[]>(System.IO.File.ReadAllText(Path.Combine(root, File)), JsonSerializerOptions.Web) ?? [];
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Generation.ModelException($"{File}: {exception.Message}");
        }

        return rows.GroupBy(row => row.Id).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new Generation.ModelException($"{File}: {twice.Key} is there twice")
            : rows;
    }
}
