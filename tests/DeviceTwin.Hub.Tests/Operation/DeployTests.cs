using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceTwin.Hub.Options;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Operation;

/// <summary>What stands in the unit, the container file and the page about them is what the hub does.</summary>
public sealed class DeployTests
{
    private static readonly string Unit = Read("devicetwin-hub.service");
    private static readonly string Container = Read("Containerfile");
    private static readonly string Page = Read("README.md");

    [Test]
    public void The_units_command_line_is_one_of_the_hubs()
    {
        var options = CommandLine.Parse([.. Value("ExecStart").Split(' ').Skip(1).Where(word => word != "$HUB_OPTIONS")]);
        Assert.That((options.MqttPort, options.HttpPort, options.DataFolder), Is.EqualTo((8883, 5080, "/var/lib/" + Value("StateDirectory"))));
        Assert.That(int.Parse(Value("TimeoutStopSec").TrimEnd('s')), Is.GreaterThan(options.Drain.TotalSeconds + 5), "systemd is more patient than the hub");
        var example = Regex.Match(Page, "HUB_OPTIONS=([^']+)").Groups[1].Value;
        Assert.That(CommandLine.Parse(["--data", "/d", .. example.Split(' ')]).HttpBeyondLoopback, Is.True);
    }

    [Test]
    public void The_unit_does_not_restart_over_what_a_restart_does_not_mend()
    {
        ExitCode[] mended = [ExitCode.Stopped, ExitCode.Unexpected, ExitCode.MqttPortInUse, ExitCode.HttpPortInUse];
        Assert.That(Value("RestartPreventExitStatus").Split(' ').Select(int.Parse), Is.EqualTo(Enum.GetValues<ExitCode>().Except(mended).Select(code => (int)code)));
    }

    [TestCase("DynamicUser", "yes")]
    [TestCase("ProtectSystem", "strict")]
    [TestCase("ProtectHome", "yes")]
    [TestCase("NoNewPrivileges", "yes")]
    [TestCase("PrivateDevices", "yes")]
    [TestCase("CapabilityBoundingSet", "")]
    [TestCase("UMask", "0077")]
    [TestCase("Type", "notify")]
    public void The_unit_gives_the_hub_no_more_than_it_needs(string name, string value) => Assert.That(Value(name), Is.EqualTo(value));

    [Test]
    public async Task The_unit_is_understood_by_systemd()
    {
        // Without systemd on this machine there is nobody to ask.
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Ignore("systemd-analyze is not here: install systemd to run this test.");
        }

        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", TestFiles.InRepository("cloud/deploy/devicetwin-hub.service")])
        {
            RedirectStandardError = true,
        })!;
        var said = (await process.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.That(said.Where(line => line.Contains("devicetwin-hub") && !line.Contains("is not executable")), Is.Empty, "the program itself is not installed here");
    }

    [Test]
    public void The_containers_command_line_is_one_of_the_hubs()
    {
        var entry = Words("ENTRYPOINT");
        var options = CommandLine.Parse([.. entry.Skip(1), .. Words("CMD")]);
        Assert.That((options.MqttPort, options.HttpPort, options.HttpBeyondLoopback, options.DataFolder), Is.EqualTo((8883, 5080, true, Line("VOLUME"))));
        Assert.That(Line("EXPOSE"), Is.EqualTo($"{options.MqttPort}/tcp {options.HttpPort}/tcp"));
        var probe = JsonSerializer.Deserialize<string[]>(Regex.Match(Container, "^    CMD (\\[.*\\])$", RegexOptions.Multiline).Groups[1].Value)!;
        Assert.That((probe[0], probe.Contains("--check-health"), CommandLine.ParseHealthCheck(probe[1..])), Is.EqualTo((entry[0], true, options.HttpPort)));
    }

    [Test]
    public void The_container_runs_without_rights_and_copies_what_is_there()
    {
        Assert.That(Line("USER"), Is.EqualTo("1654:1654"));
        Assert.That(Container.IndexOf("\nUSER ", StringComparison.Ordinal), Is.LessThan(Container.IndexOf("\nENTRYPOINT ", StringComparison.Ordinal)));
        foreach (Match copy in Regex.Matches(Container, "^COPY (?!--from)(.+) \\S+$", RegexOptions.Multiline))
        {
            foreach (var source in copy.Groups[1].Value.Split(' '))
            {
                Assert.That(Path.Exists(TestFiles.InRepository(source)), Is.True, source);
            }
        }

        foreach (var project in Regex.Matches(File.ReadAllText(TestFiles.InRepository("cloud/DeviceTwin.Hub/DeviceTwin.Hub.csproj")), "ProjectReference Include=\"([^\"]+)\"").Select(match => match.Groups[1].Value))
        {
            var from = Path.GetRelativePath(TestFiles.RepositoryRoot, TestFiles.InRepository("cloud/DeviceTwin.Hub/" + project)).Split('/')[0];
            Assert.That(Container, Does.Contain($"COPY {from}/ {from}/"), "what the hub is built from is there when it is built");
        }
    }

    [Test]
    public void The_page_builds_the_container_with_what_it_asks_for()
    {
        foreach (var argument in Regex.Matches(Container, "^ARG ([A-Z]+)", RegexOptions.Multiline).Select(match => match.Groups[1].Value))
        {
            Assert.That(Page, Does.Contain($"--build-arg {argument}="));
        }
    }

    [Test]
    public void The_page_names_the_ports_of_the_command_line()
    {
        var options = CommandLine.Parse(["--data", "/d"]);
        Assert.That(Page, Does.Contain($"| {options.MqttPort}/tcp |").And.Contain($"| {options.HttpPort}/tcp |"));
    }

    [Test]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Every_file_of_the_data_folder_is_on_the_page_with_its_mode()
    {
        var rows = Regex.Matches(Page, "^\\| (`[^|]+`) \\| (0[0-7]{3}) \\|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, "`([^`]+)`").Select(name => (Pattern: name.Groups[1].Value, Mode: Convert.ToInt32(row.Groups[2].Value, 8))))
            .ToArray();
        await using var hub = await HubFixture.Start(IPAddress.Any);
        await hub.Register("some");
        foreach (var path in Directory.EnumerateFileSystemEntries(hub.Folder))
        {
            var name = Path.GetFileName(path);
            var row = rows.FirstOrDefault(candidate => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(candidate.Pattern, name));
            Assert.That(row.Pattern, Is.Not.Null, $"{name} is not in the table of cloud/deploy/README.md");
            Assert.That((int)File.GetUnixFileMode(path) & ~row.Mode & (name.EndsWith(".lock") ? 0b111_000_000 : 0b111_111_111), Is.Zero, $"{name} is open to more than the page says");
        }
    }

    private static string Read(string name) => File.ReadAllText(TestFiles.InRepository("cloud/deploy/" + name));

    private static string Value(string name) => Regex.Match(Unit, $"^{name}=(.*)$", RegexOptions.Multiline) is { Success: true } found
        ? found.Groups[1].Value
        : throw new AssertionException($"The unit has no {name}.");

    private static string Line(string instruction) => Regex.Match(Container, $"^{instruction} (.*)$", RegexOptions.Multiline).Groups[1].Value;

    private static string[] Words(string instruction) => JsonSerializer.Deserialize<string[]>(Line(instruction))!;
}
