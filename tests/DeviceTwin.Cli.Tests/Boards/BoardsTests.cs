using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.Tests.Cli.Detection;

namespace DeviceTwin.Tests.Cli.Boards;

/// <summary><c>dtwin boards</c> says what <c>hardware/boards</c> says.</summary>
public sealed class BoardsTests
{
    private static readonly IReadOnlyDictionary<string, JsonNode> Files = Directory
        .EnumerateFiles(TestFiles.InRepository("hardware/boards"), "*.json")
        .Select(path => JsonNode.Parse(File.ReadAllText(path))!)
        .ToDictionary(board => board["name"]!.GetValue<string>());

    [Test]
    public void Every_fact_it_prints_stands_at_the_same_place_of_the_boards_file()
    {
        var (code, output, _) = Tool.Run("boards", "--json");
        var boards = JsonNode.Parse(output)!.AsArray();

        Assert.That(code, Is.EqualTo(ExitCode.Success.Number));
        Assert.That(boards.Select(board => board!["name"]!.GetValue<string>()), Is.EquivalentTo(Files.Keys));
        foreach (var board in boards)
        {
            Holds(Files[board!["name"]!.GetValue<string>()], board);
        }
    }

    [Test]
    public void For_people_it_prints_one_line_a_board()
    {
        var (code, output, _) = Tool.Run("boards");

        Assert.That(code, Is.EqualTo(ExitCode.Success.Number));
        foreach (string name in Files.Keys)
        {
            Assert.That(output, Does.Contain(name));
        }
    }

    private static void Holds(JsonNode? file, JsonNode printed)
    {
        if (printed is JsonObject facts)
        {
            foreach (var (name, fact) in facts)
            {
                Holds(file?[name], fact!);
            }
        }
        else
        {
            Assert.That(JsonNode.DeepEquals(file, printed), Is.True, $"{printed.GetPath()}: {printed.ToJsonString()}, but the file says {file?.ToJsonString() ?? "nothing"}");
        }
    }
}
