using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary><c>dtwin hub</c>: from the first start to the hub that was restored from its backup.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HubCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-hub-");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public async Task A_hub_is_started_backed_up_stopped_and_restored()
    {
        var backup = Path.Combine(folder.FullName, "backup.tar");
        var (first, address) = await Start("one");
        using (first)
        {
            Assert.That((await Tool.Run("devices", "create", "press-7", "--key-file", Path.Combine(folder.FullName, "key"), "--json", "--hub", address)).ExitCode, Is.Zero);
            Assert.That(File.ReadAllText(Path.Combine(folder.FullName, "key")).Trim(), Is.Not.Empty);
            var made = await Tool.Run("hub", "backup", "--out", backup, "--json", "--hub", address);
            Assert.That(made.ExitCode, Is.Zero, made.Talk);
            Pages.Check("hub backup", made.Output);
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), "a backup is a secret");
            }

            await Stop(first);
        }

        var restored = await Tool.Run("hub", "restore", backup, "--data", Path.Combine(folder.FullName, "two"), "--json");
        Assert.That(restored.ExitCode, Is.Zero, restored.Talk);
        Pages.Check("hub restore", restored.Output);
        var again = await Tool.Run("hub", "restore", backup, "--data", Path.Combine(folder.FullName, "two"));
        Assert.That(again.ExitCode, Is.EqualTo(58), "the folder is no longer empty");
        Assert.That(again.Talk, Does.Contain("[58 backupUnusable]").And.Not.Contain("   at "));

        var (second, anew) = await Start("two");
        using (second)
        {
            var devices = await Tool.Run("devices", "list", "--json", "--hub", anew);
            Assert.That((string?)JsonNode.Parse(devices.Output)![0]!["deviceId"], Is.EqualTo("press-7"));
            await Stop(second);
        }
    }

    private async Task<(Process Hub, string Address)> Start(string data)
    {
        var hub = Tool.Start("hub", "start", "--data", Path.Combine(folder.FullName, data), "--json", "--quiet", "--", "--mqtt-port", "0", "--http-port", "0");
        var talk = hub.StandardError.ReadToEndAsync();
        var line = await hub.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new AssertionException(await talk);
        Pages.Check("hub start", line);
        return (hub, (string)JsonNode.Parse(line)!["httpUrl"]!);
    }

    private static async Task Stop(Process hub)
    {
        Process.Start("kill", ["-INT", $"{hub.Id}"]).WaitForExit();
        await hub.WaitForExitAsync().WaitAsync(Patience);
        Assert.That(hub.ExitCode, Is.Zero, "Ctrl-C is how it ends");
    }
}
