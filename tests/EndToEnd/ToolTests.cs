using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>dtwin against a running hub with one node.</summary>
public sealed class ToolTests
{
    private const string Device = "pump-1";
    private const string Limit = "detection.velocityLimitUmPerSecond";

    private HubUnderTest hub = null!;
    private NodesUnderTest nodes = null!;

    [OneTimeSetUp]
    public async Task StartHubAndNode()
    {
        hub = await HubUnderTest.Start();
        nodes = await NodesUnderTest.Start(hub, (Device, MachineFactory.Create(MachineKind.Healthy)));
        await hub.Eventually(() => hub.Fleet(Device), node => (string?)node["verdict"] == "normal" && (string?)node["state"] == "InSync", "the first verdict");
    }

    [OneTimeTearDown]
    public async Task StopHubAndNode()
    {
        await nodes.DisposeAsync();
        await hub.DisposeAsync();
    }

    [Test]
    public async Task Devices_list_shows_verdict_and_twin_state()
    {
        var table = await Run("devices", "list");
        Assert.That(table.ExitCode, Is.Zero, table.Talk);
        Assert.That(table.Output, Does.Contain(Device).And.Contain("normal").And.Contain("InSync").And.Contain("connected"));

        var json = JsonNode.Parse((await Run("devices", "list", "--json")).Output)!.AsArray().Single()!;
        Assert.That((string?)json["deviceId"], Is.EqualTo(Device));
        Assert.That((string?)json["verdict"], Is.EqualTo("normal"));
    }

    [Test]
    public async Task Twin_set_waits_for_the_acknowledgement()
    {
        var result = await Run("twin", "set", Device, Limit, "4500", "--wait", "30", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.Talk);
        Assert.That((string?)JsonNode.Parse(result.Output)!["state"], Is.EqualTo("InSync"));

        var twin = JsonNode.Parse((await Run("twin", "get", Device, "--json")).Output)!;
        Assert.That((int)twin["properties"]!["reported"]!["detection"]!["velocityLimitUmPerSecond"]!["value"]!, Is.EqualTo(4500));
        Assert.That((await Run("twin", "get", Device)).Output, Does.Contain(Limit).And.Contain("4500"));
    }

    [Test]
    public async Task A_value_out_of_range_is_rejected_by_the_node_with_a_reason_and_what_was_in_force_stays()
    {
        const string Path = "detection.temperatureLimitCentiCelsius";
        await Run("twin", "set", Device, Path, "7000", "--wait", "30");

        var result = await Run("twin", "set", Device, Path, "99999", "--wait", "30");

        Assert.That(result.ExitCode, Is.EqualTo(31));
        Assert.That(result.Output, Does.StartWith($"{Device} rejected {Path}: aboveMaximum"));
        var twin = await hub.GetTwin(Device);
        Assert.That((int)twin["properties"]!["reported"]!["detection"]!["temperatureLimitCentiCelsius"]!["value"]!, Is.EqualTo(7000));
        await Run("twin", "set", Device, Path, "null", "--wait", "30");
    }

    [TestCase("$version")]
    [TestCase("detection..velocityLimitUmPerSecond")]
    public async Task A_path_that_no_property_can_have_is_refused_before_anything_is_written(string path)
    {
        var result = await Run("twin", "set", Device, path, "5");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Talk, Does.Contain(path).And.Contain("[2 usage]"));
    }

    [Test]
    public async Task Setting_a_whole_component_tells_what_became_of_its_worst_member()
    {
        var result = await Run("twin", "set", Device, "sampling", """{"accelerationRangeG":5,"temperatureIntervalSeconds":20}""", "--wait", "30");
        Assert.That(result.ExitCode, Is.EqualTo(31));
        Assert.That(result.Output, Does.StartWith($"{Device} rejected sampling: notAllowed"));
        await Run("twin", "set", Device, "sampling.accelerationRangeG", "null", "--wait", "30");
    }

    [Test]
    public async Task An_unknown_device_is_one_sentence_with_the_hubs_code()
    {
        var result = await Run("twin", "get", "nobody");
        Assert.That(result.ExitCode, Is.EqualTo(12));
        Assert.That(result.Talk, Does.Contain("DeviceNotFound").And.Contain("[12 hubRefused]"));
    }

    [Test]
    public async Task Twin_watch_prints_each_change_until_Ctrl_C()
    {
        using var watch = Tool.Start("twin", "watch", Device, "--json", "--hub", hub.HttpUrl.ToString());
        var talk = watch.StandardError.ReadToEndAsync();

        Assert.That((string?)(await Next())["section"], Is.EqualTo("snapshot"));

        await Run("twin", "set", Device, "reporting.telemetryIntervalSeconds", "61");
        var change = await Next();

        Assert.That((string?)change["section"], Is.EqualTo("desired"));
        Assert.That((string?)change["diff"]![0]!["path"], Is.EqualTo("reporting.telemetryIntervalSeconds"));
        Assert.That((int)change["diff"]![0]!["to"]!, Is.EqualTo(61));
        Process.Start("kill", ["-INT", $"{watch.Id}"]).WaitForExit();
        await watch.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(watch.ExitCode, Is.Zero);

        async Task<JsonNode> Next() => JsonNode.Parse(
            await watch.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) ?? throw new AssertionException(await talk))!;
    }

    [Test]
    public async Task What_the_commands_print_of_a_real_hub_and_node_is_what_the_page_says()
    {
        var file = Path.Combine(Path.GetTempPath(), $"dtwin-{Environment.ProcessId}.csv");
        try
        {
            await Matches("devices show", 0, Device);
            await Matches("query", 0, $"deviceId = '{Device}'");
            await Matches("query", 57, "deviceId =");
            await Matches("machines list", 0);
            await Matches("alarms list", 0);
            await Matches("hub status", 0);
            await Matches("logs", 0, "--level", "information");
            await Matches("method", 0, Device, "selfTest");
            await Matches("method", 12, "nobody", "selfTest", "--wait", "5");
            await Matches("trace", 0, Device);
            await Matches("export", 0, Device, "--resolution", "raw");
            var capture = await Matches("capture", 0, Device, "--out", file);
            Assert.That((int)JsonNode.Parse(capture)!["frames"]!, Is.EqualTo(File.ReadLines(file).Count() - 1));
            var doctor = await Run("doctor", "--json");
            Assert.That(doctor.ExitCode, Is.EqualTo(0).Or.EqualTo(53), doctor.Talk);
            Pages.Check("doctor", doctor.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<string> Matches(string command, int code, params string[] arguments)
    {
        var run = await Run([.. command.Split(' '), .. arguments, "--json"]);
        Assert.That(run.ExitCode, Is.EqualTo(code), $"{command}: {run.Output}{run.Talk}");
        if (code == 0)
        {
            Pages.Check(command, run.Output);
        }

        return run.Output;
    }

    private Task<Tool.Result> Run(params string[] arguments) => Tool.Run([.. arguments, "--hub", hub.HttpUrl.ToString()]);
}
