using System.Text.Json.Nodes;
using DeviceTwin.Cli.Schemas;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>What <c>tools/JSON.md</c> promises of a command.</summary>
internal static class Pages
{
    private static readonly IReadOnlyList<CommandSchema> All = SchemaCatalogue.Parse(File.ReadAllText(TestFiles.InRepository("tools/JSON.md")));

    /// <summary>Fails where the output of a command is something else.</summary>
    public static void Check(string command, string output)
    {
        var schema = All.Single(candidate => candidate.Command == command);
        var documents = schema.IsLines ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [output];
        Assert.That(documents, Is.Not.Empty, command);
        Assert.That(documents.SelectMany(document => JsonSchemaCheck.Problems(JsonNode.Parse(document), schema.Schema)), Is.Empty, $"{command}: {output}");
    }
}
