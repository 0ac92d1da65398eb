using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Provision;
using DeviceTwin.Cli.Schemas;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.Tests.Cli.Detection;

namespace DeviceTwin.Tests.Cli.Screens;

/// <summary>
/// What every command shows on 80 columns, plain and in colours, to the last character, and that what it prints as JSON is what the page says.
/// After a change that is meant, <c>DEVICETWIN_REWRITE=1</c> writes the files anew; look at them before they are committed.
/// </summary>
[NonParallelizable]
public sealed class ScreenTests
{
    private const string Rewrite = "DEVICETWIN_REWRITE";
    private const string Trace = """{"bootId":"b1","last":2,"lost":0,"events":[{"number":1,"uptimeMs":12,"event":"started","first":1,"second":0},{"number":2,"uptimeMs":90061234,"event":"linkReady","first":0,"second":0}]}""";
    private const string SelfTest = """{"outcome":"passed","axis":"z","upMilliG":812,"downMilliG":-805,"leastMilliG":400,"mostMilliG":1200}""";

    /// <summary>Stands for a space inside a word.</summary>
    private const char Space = '|';

    /// <summary>Commands that start a process or a fleet: their screens have tests of their own, and a real hub.</summary>
    private static readonly string[] Elsewhere = ["demo", "hub start", "hub restore", "bench"];

    private static readonly (string Name, string Arguments, string? Payload, int Code)[] Cases =
    [
        ("doctor", "doctor --hub {hub}", null, 53),
        ("hub-status", "hub status --hub {hub}", null, 0),
        ("hub-backup", "hub backup --hub {hub}", null, 0),
        ("hub-backup-list", "hub backup --list --hub {hub}", null, 0),
        ("logs", "logs --hub {hub}", null, 0),
        ("profile-add", "profile add plant --hub https://hub.plant.example:5080 --token-file token", null, 0),
        ("profile-list", "profile list", null, 0),
        ("profile-use", "profile use plant", null, 0),
        ("profile-remove", "profile remove plant --yes", null, 0),
        ("devices-list", "devices list --hub {hub}", null, 0),
        ("devices-show", "devices show press-7 --hub {hub}", null, 0),
        ("devices-create", "devices create new-1 --hub {hub}", null, 0),
        ("devices-import", "devices import devices.txt --hub {hub}", null, 0),
        ("devices-import-left", "devices import devices.txt --hub {hub}", null, 60),
        ("devices-import-wrong", "devices import limits.json --hub {hub}", null, 25),
        ("devices-delete", "devices delete fan-9 --yes --hub {hub}", null, 0),
        ("machines-list", "machines list --hub {hub}", null, 0),
        ("machines-show", "machines show press-7 --hub {hub}", null, 0),
        ("query", "query tags.line='3' --hub {hub}", null, 0),
        ("query-groups", "query SELECT|tags.line,|COUNT()|AS|nodes,|AVG(properties.reported.temperature)|AS|mean|FROM|devices|GROUP|BY|tags.line --hub {hub}", null, 0),
        ("query-modules", "query SELECT|*|FROM|devices.modules --hub {hub}", null, 0),
        ("twin-get", "twin get press-7 --hub {hub}", null, 0),
        ("twin-set", "twin set press-7 detection.velocityLimitUmPerSecond 4500 --hub {hub}", null, 0),
        ("twin-watch", "twin watch press-7 --hub {hub}", null, 0),
        ("config-list", "config list --hub {hub}", null, 0),
        ("config-show", "config show limits --hub {hub}", null, 0),
        ("config-put", "config put limits.json --hub {hub}", null, 0),
        ("config-delete", "config delete limits --hub {hub}", null, 0),
        ("config-winners", "config winners press-7 --hub {hub}", null, 0),
        ("change-list", "change list --hub {hub}", null, 0),
        ("change-plan", "change plan --configuration limits --title T --set a.b=1 --hub {hub}", null, 0),
        ("change-replay", "change replay c1 --hub {hub}", null, 0),
        ("change-approve", "change approve c1 --hub {hub}", null, 0),
        ("change-start", "change start c1 --hub {hub}", null, 0),
        ("change-status", "change status c1 --hub {hub}", null, 0),
        ("change-pass", "change pass c1 --reason R --hub {hub}", null, 0),
        ("change-abort", "change abort c1 --reason R --yes --hub {hub}", null, 0),
        ("change-report", "change report c1 --hub {hub}", null, 0),
        ("alarms-list", "alarms list --hub {hub}", null, 0),
        ("alarms-show", "alarms show press-7~17 --hub {hub}", null, 0),
        ("alarms-ack", "alarms ack press-7~17 --note N --hub {hub}", null, 0),
        ("alarms-label", "alarms label press-7~17 outer --hub {hub}", null, 0),
        ("method", "method press-7 selfTest --hub {hub}", SelfTest, 0),
        ("capture", "capture press-7 --hub {hub}", """{"capture":413,"fault":0}""", 0),
        ("trace", "trace press-7 --hub {hub}", Trace, 0),
        ("export", "export press-7 --series verdict,velocityUmPerSecond --hub {hub}", null, 0),
        ("detect", "detect outer.i16 --rate 12000 --rpm 1797 --bearing 6205", null, 0),
        ("spectrum", "spectrum outer.i16 --rate 12000 --scale 0.0001 --rpm 1797 --bearing 6205", null, 0),
        ("bearing", "bearing", null, 0),
        ("bearing-type", "bearing 6205 --rpm 1797", null, 0),
        ("verify", "verify evidence/outer.i16.evidence.json", null, 0),
        ("audit-verify", "audit verify --hub {hub}", null, 0),
        ("audit-head", "audit head --hub {hub}", null, 0),
        ("provision-dry-run", "provision --plan tray.csv --wifi wifi.json --secrets secrets.json --bundle tray.bundle --kit kit.json --dry-run", null, 0),
        ("provision-wrong", "provision --plan wrong.csv --wifi wifi.json --secrets secrets.json --hub {hub}", null, 70),
        ("replace", "replace press-7 spare-1 --yes --hub {hub}", null, 0),
        ("replace-unknown", "replace press-9 spare-1 --yes --hub {hub}", null, 76),
        ("bundle-kit", "bundle kit --out new-kit.json --hub {hub}", null, 0),
        ("bundle-show", "bundle show tray.bundle --kit kit.json", null, 0),
        ("bundle-import", "bundle import tray.bundle --hub {hub}", null, 75),
        ("boards", "boards", null, 0),
        ("schema", "schema", null, 0),
        ("completion", "completion bash", null, 0),
        ("not-reachable", "devices list --hub http://127.0.0.1:1", null, 10),
        ("query-wrong", "query tags.line=? --hub {hub}", null, 57),
        ("token-exposed", "devices list --token-file open-token --hub {hub}", null, 50),
    ];

    private static IEnumerable<string> Names => Cases.Select(test => test.Name);

    [TestCaseSource(nameof(Names))]
    [Platform(Exclude = "Win", Reason = "The files show the paths of Unix.")]
    public void A_screen_of_80_columns_is_what_its_file_shows(string name)
    {
        Assert.Multiple(() =>
        {
            foreach (var (form, ending) in new[] { (new ScreenForm(80, Colours: false), "txt"), (new ScreenForm(80, Colours: true), "ansi") })
            {
                var shown = Show(name, form);
                Compare($"{name}.{ending}", shown);
                if (!form.Colours)
                {
                    Assert.That(shown.Contains('\u001b'), Is.False, "a sequence where there are no colours");
                }
            }
        });
    }

    [TestCaseSource(nameof(Names))]
    public void What_it_prints_as_JSON_is_what_the_page_says(string name)
    {
        using var world = new FixedWorld();
        Prepare(name, world);
        var run = Tool.Run([.. Arguments(name, world), "--json"]);
        var test = Cases.Single(test => test.Name == name);
        Assert.That(run.Code, Is.EqualTo(test.Code), run.Talk);
        if (!HasData(test.Code))
        {
            Assert.That(run.Output, Is.Empty, "standard output is for data");
            return;
        }

        var schema = SchemaCatalogue.Find(Command(name))!;
        var documents = schema.IsLines && !run.Output.TrimStart().StartsWith("{\n") ? run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [run.Output];
        Assert.That(documents, Is.Not.Empty);
        Assert.That(documents.SelectMany(document => JsonSchemaCheck.Problems(JsonNode.Parse(document), schema.Schema)), Is.Empty, run.Output);
        Assert.That(run.Output + run.Talk, Does.Not.Contain("c2VjcmV0").And.Not.Contain("not-to-be-seen"), "a secret");
    }

    [Test]
    public void Every_command_has_json_a_place_on_the_page_and_a_screen()
    {
        var root = DtwinCommand.Create();
        var commands = Leaves(root, "").Select(leaf => leaf.Path).ToArray();
        Assert.That(root.Options.Where(option => option.Recursive).Select(option => option.Name), Is.SupersetOf(new[] { "--json", "--quiet", "--verbose" }));
        Assert.That(Leaves(root, "").SelectMany(leaf => leaf.Command.Options).Select(option => option.Name), Has.None.EqualTo("--json"), "there is one for all");
        Assert.That(SchemaCatalogue.All.Select(schema => schema.Command), Is.EquivalentTo(commands), "tools/JSON.md");
        Assert.That(Names.Where(name => HasData(Cases.Single(test => test.Name == name).Code)).Select(Command).Distinct().Concat(Elsewhere), Is.EquivalentTo(commands), "Cases");
        Assert.That(Leaves(root, "").Where(leaf => string.IsNullOrEmpty(leaf.Command.Description)), Is.Empty);
    }

    [Test]
    public void The_help_of_every_command_fits_80_columns()
    {
        var text = new StringBuilder();
        foreach (var path in new[] { "" }.Concat(Leaves(DtwinCommand.Create(), "").Select(leaf => leaf.Path)))
        {
            ScreenForm.Wanted = new ScreenForm(80, Colours: false);
            try
            {
                var run = Tool.Run([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
                Assert.That(run.Code, Is.Zero, run.Talk);
                text.Append($"$ dtwin {(path + " --help").Trim()}\n").Append(run.Output.ReplaceLineEndings("\n")).Append('\n');
            }
            finally
            {
                ScreenForm.Wanted = null;
            }
        }

        Compare("help.txt", text.ToString());
        Assert.That(text.ToString().Split('\n').Where(line => line.Length > 80 && line.Trim().Contains(' ') && !line.StartsWith("  dtwin")), Is.Empty);
    }

    /// <summary>What a person sees of a tray while it runs, and what is left at its end; real boards are in tests/EndToEnd.</summary>
    [Test]
    public void A_tray_of_80_columns_is_what_its_files_show()
    {
        var rows = TrayPlan.Read(new StringReader("deviceId,line,machine,wifi,identity\n" + string.Concat(Enumerable.Range(1, 6).Select(n => $"pump-{n},packing,Cooling pump {n},plant,sas\n")))).Rows;
        BoardNews[] news =
        [
            new(rows[0], TrayStep.Done, null, 0, null, "/dev/ttyUSB0"),
            new(rows[1], TrayStep.TapTest, 40, 0, null, "/dev/ttyUSB1"),
            new(rows[2], TrayStep.WaitConnected, null, 1, "lineLost", "/dev/ttyUSB2"),
            new(rows[3], TrayStep.Failed, null, 3, "wifiPassword", "/dev/ttyUSB3"),
            new(rows[4], TrayStep.Flash, 73, 0, null, "/dev/ttyUSB4"),
        ];
        BoardResult[] results =
        [
            new(rows[0], "02d7b0a2d001", Milestones.None, null, ""),
            new(rows[3], "02d7b0a2d004", Milestones.None, Diagnosis.WifiPassword, "The network is plant."),
            new(rows[5], null, Milestones.None, Diagnosis.NoBoard, ""),
        ];
        foreach (var (form, ending) in new[] { (new ScreenForm(80, Colours: false), "txt"), (new ScreenForm(80, Colours: true), "ansi") })
        {
            ScreenForm.Wanted = form;
            var output = Console.Out;
            try
            {
                using var shown = new StringWriter();
                Console.SetOut(shown);
                Screen.Output.Write(TrayScreen.ToTable(rows, news.ToDictionary(one => one.Row.DeviceId), 80));
                TraySummary.Write(Console.Out, results);
                Compare($"provision.{ending}", shown.ToString().ReplaceLineEndings("\n"));
            }
            finally
            {
                Console.SetOut(output);
                ScreenForm.Wanted = null;
            }
        }
    }

    [Test]
    public void Only_what_is_named_is_built()
    {
        Assert.That(DtwinCommand.Create(["--help"]).Subcommands.SelectMany(command => command.Subcommands), Is.Empty);
        Assert.That(DtwinCommand.Create(["devices", "list"]).Subcommands.Where(command => command.Subcommands.Count > 0).Select(command => command.Name), Is.EqualTo(new[] { "devices" }));
        Assert.That(DtwinCommand.Create().Subcommands.Select(command => (command.Name, command.Description)), Is.EqualTo(DtwinCommand.Create(["-h"]).Subcommands.Select(command => (command.Name, command.Description))));
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [(path.Trim(), command)]
        : command.Subcommands.SelectMany(child => Leaves(child, $"{path} {child.Name}"));

    /// <summary>Exit codes that say something about what was printed, instead of printing nothing.</summary>
    private static bool HasData(int code) => code is 0 or 53 or 60 or 75;

    private static string Show(string name, ScreenForm form)
    {
        using var world = new FixedWorld();
        Prepare(name, world);
        ScreenForm.Wanted = form;
        try
        {
            var run = Tool.Run(Arguments(name, world));
            var test = Cases.Single(test => test.Name == name);
            Assert.That(run.Code, Is.EqualTo(test.Code), run.Talk);
            var typed = test.Arguments.Replace(" --hub {hub}", "").Split(' ').Select(word => word.Contains(Space) ? $"\"{word.Replace(Space, ' ')}\"" : word);
            var text = $"$ dtwin {string.Join(' ', typed)}\n{run.Output}{(run.Talk.Length > 0 ? "--- standard error\n" : "")}{run.Talk}";
            return text.ReplaceLineEndings("\n").Replace(world.Hub.Address, "http://hub/").Replace(world.Folder + "/", "").Replace(DeviceTwin.SensorNode.Detection.Fingerprint.BuildId, "0a1b2c3d");
        }
        finally
        {
            ScreenForm.Wanted = null;
        }
    }

    private static string[] Arguments(string name, FixedWorld world) =>
        [.. Cases.Single(test => test.Name == name).Arguments.Split(' ').Select(word => word.Replace("{hub}", world.Hub.Address).Replace(Space, ' '))];

    private static string Command(string name)
    {
        var words = Cases.Single(test => test.Name == name).Arguments.Split(' ');
        return SchemaCatalogue.Find($"{words[0]} {words.ElementAtOrDefault(1)}")?.Command ?? words[0];
    }

    private static void Prepare(string name, FixedWorld world)
    {
        if (Cases.Single(test => test.Name == name).Payload is { } payload)
        {
            world.AnswerMethod(payload);
        }

        switch (name)
        {
            case "profile-list" or "profile-use" or "profile-remove":
                Quietly("profile", "add", "plant", "--hub", "https://hub.plant.example:5080", "--token-file", "token");
                break;
            case "verify":
                Quietly("detect", "outer.i16", "--rate", "12000", "--rpm", "1797", "--bearing", "6205", "--evidence", "evidence");
                break;
            case "devices-import-left":
                world.Hub.Answer("POST", "/devices?api-version=2021-04-12", """
                    {"isSuccessful":false,"errors":[{"deviceId":"pump-8","moduleId":null,"errorCode":"ArgumentInvalid","errorStatus":"tags: depth 11 is more than 10. Nest less deep.","operation":"createOrUpdate"}],"warnings":[]}
                    """, 400);
                break;
            case "devices-import-wrong" when !OperatingSystem.IsWindows():
                File.WriteAllText("limits.json", "{\"id\":\"pump-7\"}\n{\"deviceid\":\"pump-8\"}\n");
                File.SetUnixFileMode("limits.json", UnixFileMode.UserRead | UnixFileMode.UserWrite);
                break;
            case "query-groups":
                world.Hub.Answer("POST", "/devices/query?api-version=2021-04-12", """[{"line":"3","nodes":2,"mean":41.25},{"line":"4","nodes":11,"mean":null},{"nodes":1}]""", headers: ("x-ms-item-type", "Raw"));
                break;
            case "query-modules":
                world.Hub.Answer("POST", "/devices/query?api-version=2021-04-12", """[{"deviceId":"press-7","moduleId":"camera","properties":{"desired":{},"reported":{}},"connectionState":"Disconnected"}]""", headers: ("x-ms-item-type", "Twin"));
                break;
            case "query-wrong":
                world.Hub.Answer("POST", "/devices/query?api-version=2021-04-12", """{"Message":"ErrorCode:ArgumentInvalid;The query, column 41: a value is missing. Hint: compare with a text in quotes, a number, true or false."}""", 400);
                break;
            case "token-exposed" when !OperatingSystem.IsWindows():
                File.WriteAllText("open-token", "not-to-be-seen");
                File.SetUnixFileMode("open-token", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
                break;
        }

        void Quietly(params string[] arguments) => Assert.That(Tool.Run(arguments).Code, Is.Zero);
    }

    private static void Compare(string name, string shown)
    {
        var file = TestFiles.InRepository($"tests/DeviceTwin.Cli.Tests/Screens/{name}");
        if (Environment.GetEnvironmentVariable(Rewrite) is { Length: > 0 })
        {
            File.WriteAllText(file, shown);
        }

        Assert.That(shown, Is.EqualTo(File.Exists(file) ? File.ReadAllText(file) : ""), $"{name}; {Rewrite}=1 writes it anew");
    }
}
