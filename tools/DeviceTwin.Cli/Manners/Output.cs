using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Cli;

/// <summary>Writes data to standard output; talk goes to standard error (<see cref="Talk"/>).</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    /// <summary>One indented document.</summary>
    public static void Json<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Indented));

    /// <summary>One document on one line, for streams.</summary>
    public static void JsonLine<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, OneLine));

    /// <summary>A typed answer as a node of a larger one.</summary>
    public static JsonNode? Node<T>(T document) => JsonSerializer.SerializeToNode(document, OneLine);

    /// <summary>A line for people.</summary>
    public static void Line(string text) => Console.Out.WriteLine(text);
}
