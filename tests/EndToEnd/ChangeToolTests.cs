using System.Text.Json.Nodes;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>dtwin changes a configuration on a running hub, step by step.</summary>
public sealed class ChangeToolTests
{
    private const string Path = "detection.velocityLimitUmPerSecond";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-change-");
    private HubUnderTest hub = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        hub = await HubUnderTest.Start();
        await hub.CreateDevice("press-1");
        await hub.CreateDevice("press-2");
    }

    [OneTimeTearDown]
    public async Task StopHub()
    {
        await hub.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_change_is_planned_replayed_approved_by_another_started_and_aborted()
    {
        var file = InFolder("limits.json");
        File.WriteAllText(file, $$"""{"id":"limits","targetCondition":"*","priority":5,"content":{"deviceContent":{"properties.desired.{{Path}}":4500} } }""");
        Assert.That(await Done("config", "put", file), Is.EqualTo("limits is version 1."));
        Assert.That(await Done("config", "winners", "press-1"), Does.Contain(Path).And.Contain("4500").And.Contain("limits (priority 5, version 1)"));

        File.WriteAllText(InFolder("plan.json"), """{"shadowSeconds":0}""");
        Assert.That(
            await Done("change", "plan", "--id", "c1", "--configuration", "limits", "--title", "Lower limit", "--set", $"{Path}=3500", "--plan", InFolder("plan.json"), "--as", "ada"),
            Is.EqualTo("c1 is draft."));
        Assert.That(await Done("change", "replay", "c1", "--html", InFolder("replay.html")), Does.StartWith("Replay of 0 captures"));
        Assert.That(File.ReadAllText(InFolder("replay.html")), Does.StartWith("<!"));
        var refused = await Run("change", "approve", "c1", "--as", "ada");
        Assert.That((refused.ExitCode, refused.Talk.Contains("ApprovalRefused")), Is.EqualTo((12, true)), refused.Talk);
        Assert.That((await Run("change", "approve", "c1", "--as", "grace")).Talk, Does.Contain("went through no capture"));
        Assert.That(await Done("change", "approve", "c1", "--as", "grace", "--reason", "no waveform yet"), Is.EqualTo("c1 is approved."));
        Assert.That(await Done("change", "start", "c1"), Is.EqualTo("c1 is canary."));
        Assert.That(await Done("change", "status", "c1"), Does.Contain("approved by rest/grace").And.Contain("canary").And.Contain("safeMode"));

        using (var abort = Tool.Start("change", "abort", "c1", "--reason", "the press stands", "--hub", hub.HttpUrl.ToString()))
        {
            abort.StandardInput.Close();
            await abort.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.That(abort.ExitCode, Is.EqualTo(4), "nobody answers");
        }

        Assert.That(await Done("change", "abort", "c1", "--reason", "the press stands", "--yes"), Is.EqualTo("c1 is aborted."));
        Assert.That((await Run("change", "status", "c1", "--follow")).ExitCode, Is.EqualTo(44));
        Assert.That(await Done("change", "report", "c1"), Does.Contain("the press stands"));
        Assert.That((string?)JsonNode.Parse(await Done("change", "list", "--json"))!["changes"]![0]!["state"], Is.EqualTo("aborted"));
        Assert.That(await Done("config", "delete", "limits"), Is.EqualTo("limits is deleted."));
    }

    private async Task<string> Done(params string[] arguments)
    {
        var result = await Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Talk);
        return result.Output.TrimEnd();
    }

    private Task<Tool.Result> Run(params string[] arguments) => Tool.Run([.. arguments, "--hub", hub.HttpUrl.ToString()]);

    private string InFolder(string name) => System.IO.Path.Combine(folder.FullName, name);
}
