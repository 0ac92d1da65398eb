using System.Runtime.Versioning;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Commands;
using DeviceTwin.Cli.Profiles;
using DeviceTwin.Tests.Cli.Changes;
using DeviceTwin.Tests.Cli.Detection;

namespace DeviceTwin.Tests.Cli.Manners;

/// <summary>What holds of every command: who hears what, which hub is meant, and that nobody else reads a secret.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MannersTests : IDisposable
{
    private const string Secret = "opens-everything";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-manners-");
    private readonly FakeHub hub = new();
    private readonly Dictionary<string, string?> environment = [];

    public MannersTests()
    {
        Set("XDG_CONFIG_HOME", folder.FullName);
        Set("APPDATA", folder.FullName);
        Set("DTWIN_PROFILE", null);
        Set("DTWIN_HUB", null);
        hub.Answer("GET", "/api/v1/fleet", "[]");
    }

    public void Dispose()
    {
        foreach (var (name, value) in environment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        hub.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public void Quiet_leaves_out_what_verbose_adds_to()
    {
        Assert.That(Run("bearing", "6205").Talk, Does.Contain("--orders 3.585"));
        Assert.That(Run("bearing", "6205", "--quiet").Talk, Is.Empty);
        Assert.That(Run("devices", "list", "--hub", hub.Address, "--verbose").Talk, Does.Contain("GET ").And.Contain("api/v1/fleet"));
        Assert.That(Run("devices", "list", "--hub", hub.Address).Talk, Is.EqualTo($"dtwin: There are none.{Environment.NewLine}"));
        Assert.That(Run("--quiet", "devices", "list", "--hub", "http://127.0.0.1:1").Talk, Does.Contain("[10 hubNotReachable]"), "failures are always said");
        Assert.That(Run("devices", "list", "-q", "-v").Code, Is.EqualTo(ExitCode.Usage.Number));
    }

    [TestCase("1", null, true)]
    [TestCase("", null, false)]
    [TestCase(null, "dumb", true)]
    [TestCase(null, "xterm", false)]
    public void NO_COLOR_and_a_dumb_terminal_are_plain(string? noColour, string? terminal, bool plain) =>
        Assert.That(ScreenForm.IsPlain(name => name == "NO_COLOR" ? noColour : terminal), Is.EqualTo(plain));

    [Test]
    public void A_profile_is_used_unless_a_hub_is_named()
    {
        Assert.That(Run("profile", "add", "here", "--hub", hub.Address).Code, Is.Zero);
        Assert.That(Run("profile", "add", "away", "--hub", "http://127.0.0.1:1").Code, Is.Zero);
        Assert.That(Run("devices", "list").Code, Is.EqualTo(ExitCode.HubNotReachable.Number), "the last one added is in use");
        Assert.That(Run("devices", "list", "--profile", "here").Code, Is.Zero);
        Assert.That(Run("devices", "list", "--hub", hub.Address).Code, Is.Zero);
        Set("DTWIN_PROFILE", "here");
        Assert.That(Run("devices", "list").Code, Is.Zero);
        Set("DTWIN_PROFILE", "nowhere");
        var run = Run("devices", "list");
        Assert.That((run.Code, run.Talk), Is.EqualTo((51, $"dtwin: There is no profile 'nowhere'. There are: away, here. [51 profileUnusable]{Environment.NewLine}")));
        Set("DTWIN_PROFILE", null);
        Set("DTWIN_HUB", hub.Address);
        Assert.That(Run("devices", "list").Code, Is.Zero, "the variable comes before the profile in use");
        Assert.That(Run("profile", "use", "here").Code, Is.Zero);
        Assert.That(Run("devices", "list", "--hub", hub.Address, "--profile", "here").Code, Is.EqualTo(ExitCode.Usage.Number), "a token is for its own hub");
        Assert.That(Run("profile", "remove", "here").Code, Is.Zero);
        Assert.That(Run("profile", "use", "here").Code, Is.EqualTo(ExitCode.ProfileUnusable.Number));
        Set("DTWIN_HUB", "hub.plant");
        Assert.That(Run("devices", "list").Talk, Does.Contain("DTWIN_HUB is 'hub.plant'"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no modes of files.")]
    [UnsupportedOSPlatform("windows")]
    public void A_token_is_kept_for_its_owner_alone_and_never_said()
    {
        var file = Path.Combine(folder.FullName, "token");
        File.WriteAllText(file, Secret + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var refused = Run("profile", "add", "plant", "--hub", hub.Address, "--token-file", file);
        Assert.That(refused.Code, Is.EqualTo(ExitCode.SecretExposed.Number));
        Assert.That(refused.Talk, Does.Contain($"Run: chmod 600 '{file}'").And.Not.Contain(Secret));
        Assert.That(Run("devices", "list", "--hub", hub.Address, "--token-file", file).Code, Is.EqualTo(ExitCode.SecretExposed.Number));

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var added = Run("profile", "add", "plant", "--hub", hub.Address, "--token-file", file, "--verbose", "--json");
        Assert.That(added.Code, Is.Zero, added.Talk);
        var listed = Run("profile", "list", "--json", "--verbose");
        var used = Run("devices", "list", "--verbose");
        Assert.That(string.Concat(added, listed, used), Does.Not.Contain(Secret));
        Assert.That(Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Select(File.GetUnixFileMode).Distinct(), Is.EqualTo(new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite }));

        var kept = ProfileStore.OfUser().Find("plant").TokenFile!;
        File.SetUnixFileMode(kept, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.That(Run("devices", "list").Code, Is.EqualTo(ExitCode.SecretExposed.Number));
        Assert.That(Run("profile", "remove", "plant", "--yes").Code, Is.Zero);
        Assert.That(File.Exists(kept), Is.False);
    }

    [Test]
    public void A_failure_that_nobody_foresaw_is_a_sentence_and_a_file()
    {
        hub.Answer("GET", "/api/v1/fleet", """{"this":"is no list"}""");
        var run = Run("devices", "list", "--hub", hub.Address);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Unexpected.Number));
        Assert.That(run.Talk, Does.Not.Contain("   at ").And.Contain("Report it with the file "));
        var file = run.Talk.Split("the file ")[1].Split(". [")[0];
        Assert.That(File.ReadAllText(file), Does.Contain("   at "));
        File.Delete(file);
    }

    [Test]
    public void An_unfamiliar_profile_name_is_refused_before_it_names_a_file()
    {
        Assert.That(Run("profile", "add", "../away", "--hub", hub.Address).Code, Is.EqualTo(ExitCode.Usage.Number));
        Assert.That(new[] { "a", "north-1", "a.b_c" }.All(ProfileStore.IsName));
        Assert.That(new[] { "", ".a", "a/b", "a b", new string('a', 65) }.Any(ProfileStore.IsName), Is.False);
    }

    [TestCase("SELECT * FROM devices WHERE x = ?", "The query, column 33: a value is missing.", 32)]
    [TestCase("x", "The query, column 900: it ends too early.", 1)]
    public void A_query_that_is_wrong_is_marked_where_it_is(string query, string refusal, int at) =>
        Assert.That(QueryCommand.Mark(query, refusal), Is.EqualTo($"{query}\n{new string(' ', at)}^"));

    [Test]
    public void A_condition_alone_is_meant_of_all_devices()
    {
        Assert.That(QueryCommand.Whole("tags.line = '3'"), Is.EqualTo("SELECT * FROM devices WHERE tags.line = '3'"));
        Assert.That(QueryCommand.Whole(" select * from devices"), Is.EqualTo(" select * from devices"));
    }

    [TestCase("one two three", 7, "one two|three")]
    [TestCase("abcdefghij", 4, "abcd|efgh|ij")]
    [TestCase("fits", 4, "fits")]
    public void Long_text_goes_on_below_itself(string text, int width, string lines) => Assert.That(string.Join('|', Folding.Lines(text, width)), Is.EqualTo(lines));

    [TestCase("devi", "devices")]
    [TestCase("alarms a", "ack")]
    [TestCase("bearing 62", "6205")]
    [TestCase("method press-7 self", "selfTest")]
    [TestCase("alarms list --state a", "active")]
    public void Words_are_completed(string line, string word)
    {
        var run = Run($"[suggest:{line.Length}]", line);
        Assert.That(run.Output.Split('\n').Select(offered => offered.Trim()), Does.Contain(word), run.Talk);
    }

    private void Set(string name, string? value)
    {
        environment.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    private static (int Code, string Output, string Talk) Run(params string[] arguments) => Tool.Run(arguments);
}
