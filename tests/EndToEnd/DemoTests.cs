using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>The main job, typed as a person types it: hub and tool as processes, TLS between them.</summary>
public sealed class DemoTests
{
    [Test]
    public async Task The_machines_settle_and_one_setting_travels_there_and_back()
    {
        var result = await Tool.Run("demo", "--headless", "--json", "--until", "settled", "--speed", "20");
        Assert.That(result.ExitCode, Is.Zero, result.Talk);
        var report = JsonNode.Parse(result.Output)!;

        Assert.Multiple(() =>
        {
            Assert.That((int)report["schemaVersion"]!, Is.EqualTo(1));
            Assert.That((bool)report["settled"]!, Is.True);
            Assert.That((bool)report["desiredChange"]!["acknowledged"]!, Is.True);
            Assert.That((long)report["totals"]!["telemetry"]!, Is.GreaterThanOrEqualTo(6));
            Assert.That((long)report["totals"]!["reportedPatches"]!, Is.GreaterThanOrEqualTo(6));
            Assert.That((long)report["totals"]!["desiredPatches"]!, Is.GreaterThanOrEqualTo(7));
            Assert.That(Nodes(report).Select(node => (bool)node["inSync"]! && (bool)node["connected"]!), Is.All.True);
            Assert.That(Verdict(report, "healthy"), Is.EqualTo("normal"));
            Assert.That(Verdict(report, "unbalance"), Is.EqualTo("unbalance"));
            Assert.That(Verdict(report, "misalignment"), Is.EqualTo("misalignment"));
            Assert.That(Verdict(report, "looseness"), Is.EqualTo("looseness"));
            Assert.That(Verdict(report, "standing"), Is.EqualTo("notRunning"));
            Assert.That((string?)Nodes(report).Single(node => (string?)node["label"] == "unbalance")["zone"], Is.EqualTo("D"));
            Assert.That(Verdict(report, "outer"), Is.EqualTo("outer"));
            Assert.That(Verdict(report, "inner"), Is.EqualTo("inner"));
        });
    }

    [Test]
    public async Task Nodes_bolted_to_real_recordings_name_the_fault()
    {
        var recordings = TestFiles.RequireRecordings();
        var result = await Tool.Run(
            "demo", "--replay", recordings, "--select", "hit-sb_*", "--nodes", "3", "--headless", "--json", "--until", "settled", "--speed", "20");
        Assert.That(result.ExitCode, Is.Zero, result.Talk);
        var nodes = Nodes(JsonNode.Parse(result.Output)!).ToList();

        Assert.That(nodes.Select(node => (string?)node["label"]), Is.EqualTo(new[] { "inner", "normal", "outer" }));
        Assert.That(nodes.Select(node => (string?)node["verdict"]), Is.EqualTo(new[] { "inner", "normal", "outer" }));
    }

    [TestCase("INT", "hub.db", TestName = "Ctrl_C_leaves_no_process_and_no_file_behind")]
    [TestCase("INT", "", TestName = "Ctrl_C_while_the_hub_is_starting_leaves_no_process_and_no_file_behind")]
    [TestCase("HUP", "hub.db", TestName = "A_closed_terminal_leaves_no_process_and_no_file_behind")]
    public async Task A_stopped_demo_leaves_nothing_behind(string signal, string once)
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-test-").FullName;
        using var tool = Tool.Start(folder, ["demo", "--headless", "--until", "1h"]);
        try
        {
            var talk = tool.StandardError.ReadToEndAsync();
            await Until(() => Leftovers(folder).Any(data => Path.Exists(Path.Combine(data, once))));
            var hubs = HubsOf(tool);
            Assert.That(once.Length == 0 || hubs.Length > 0, Is.True, "the hub is a process of its own");

            Process.Start("kill", [$"-{signal}", $"{tool.Id}"]).WaitForExit();
            await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

            Assert.That(tool.ExitCode, Is.EqualTo(130), await talk);
            Assert.That(Leftovers(folder), Is.Empty);
            Assert.That(hubs.Where(id => Directory.Exists($"/proc/{id}")), Is.Empty);
        }
        finally
        {
            if (!tool.HasExited)
            {
                tool.Kill(entireProcessTree: true);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("demo", "--replay", "/nowhere", "--headless", 20, "recordingsUnusable")]
    [TestCase("demo", "--speed", "fast", "--headless", 2, "usage")]
    [TestCase("demo", "--until", "soon", "--headless", 2, "usage")]
    [TestCase("demo", "--select", "x*", "--headless", 2, "usage")]
    [TestCase("demo", "--data", "/dev/null", "--headless", 3, "dataFolderUnusable")]
    [TestCase("devices", "list", "--hub", "http://127.0.0.1:9", 10, "hubNotReachable")]
    [TestCase("devices", "list", "--hub", "somewhere", 2, "usage")]
    public async Task A_wrong_call_is_one_sentence_with_a_remedy_and_a_number(string a, string b, string c, string d, int code, string word)
    {
        var result = await Tool.Run(a, b, c, d);
        Assert.That(result.ExitCode, Is.EqualTo(code));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Talk, Does.Contain($"[{code} {word}]").And.Not.Contain("   at "));
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode report) => report["nodes"]!.AsArray().Select(node => node!);

    private static string? Verdict(JsonNode report, string label) => (string?)Nodes(report).Single(node => (string?)node["label"] == label)["verdict"];

    private static string[] Leftovers(string folder) => Directory.GetDirectories(folder, "devicetwin-demo-*");

    private static int[] HubsOf(Process tool)
    {
        var start = new ProcessStartInfo("pgrep", ["-P", $"{tool.Id}"]) { RedirectStandardOutput = true };
        using var pgrep = Process.Start(start)!;
        return [.. pgrep.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!holds())
        {
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }
}
