using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>The pages of <c>hardware/</c> explain every name of the board files, name every file, and lead nowhere that is not there.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(TestFiles.InRepository("hardware/README.md"));

    private static IEnumerable<string> Pages => Directory
        .EnumerateFiles(TestFiles.InRepository("hardware"), "*.md")
        .Append(TestFiles.InRepository("firmware/ADDING-A-BOARD.md"));

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Every_name_of_a_board_file_is_explained(DeviceTwin.Bench.Generation.Hardware.BoardFile board)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(TestFiles.InRepository($"hardware/boards/{board.Name}.json")))!;

        Assert.That(Names(file, "").Where(name => !Readme.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCaseSource(nameof(Pages))]
    public void Every_link_leads_to_a_file(string page)
    {
        var targets = Regex.Matches(File.ReadAllText(page), @"\]\(([^)#]+)\)").Select(match => match.Groups[1].Value);

        Assert.That(targets.Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))), Is.Empty);
    }

    [Test]
    public void Every_page_is_linked()
    {
        Assert.That(Pages.Select(Path.GetFileName).Where(name => name != "README.md" && !Readme.Contains($"{name})", StringComparison.Ordinal)), Is.Empty);
    }

    private static IEnumerable<string> Names(JsonNode? node, string path) => node is JsonObject facts
        ? facts.SelectMany(fact => Names(fact.Value, path.Length == 0 ? fact.Key : $"{path}.{fact.Key}"))
        : [path];
}
