using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Twins;

/// <summary>Shorthand for documents in tests.</summary>
internal static class Doc
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    public static JsonObject Object(string json) => Json.ParseObject(json);

    public static TwinDocument Empty => TwinDocument.Create("node-1", Start);

    public static TwinDocument Patch(this TwinDocument twin, string patch, int afterSeconds = 1) =>
        TwinUpdates.Patch(twin, Object(patch), Start.AddSeconds(afterSeconds)).Twin;

    public static TwinDocument Desire(this TwinDocument twin, string desired, int afterSeconds = 1) =>
        TwinUpdates.PatchDesired(twin, Object(desired), Start.AddSeconds(afterSeconds)).Twin;

    public static TwinDocument Report(this TwinDocument twin, string reported, int afterSeconds = 2) =>
        TwinUpdates.PatchReported(twin, Object(reported), null, Start.AddSeconds(afterSeconds)).Twin;

    public static TwinDocument Tag(this TwinDocument twin, string tags) => twin.Patch($$$"""{"tags":{{{tags}}}}""");

    public static string Text(this JsonNode node) => node.ToJsonString(Json.Relaxed);

    public static TwinException Refusal(Action action)
    {
        try
        {
            action();
        }
        catch (TwinException refusal)
        {
            return refusal;
        }

        throw new AssertionException("Nothing was refused.");
    }
}
