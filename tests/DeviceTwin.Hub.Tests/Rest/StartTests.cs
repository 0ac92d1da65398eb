using System.Net;
using System.Net.Sockets;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Options;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>What keeps a hub from starting is said in one sentence with a code.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-start-");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void The_command_line_has_sound_defaults()
    {
        var options = CommandLine.Parse(["--data", "here"]);
        Assert.That((options.MqttPort, options.HttpPort, options.MqttBind, options.HttpBind), Is.EqualTo((8883, 5080, IPAddress.Loopback, IPAddress.Loopback)));
        Assert.That((options.HostName, options.ExitWithStdin, options.HttpBeyondLoopback), Is.EqualTo(("localhost", false, false)));
        Assert.That(options.DataFolder, Is.EqualTo(Path.GetFullPath("here")));
    }

    [Test]
    public void Every_option_is_taken()
    {
        var options = CommandLine.Parse(
            ["--data=x", "--mqtt-port", "1", "--http-port", "0", "--bind", "0.0.0.0", "--http-bind", "::", "--host-name", "hub.plant", "hub2.plant", "--host-name", "third", "--log", "json", "--log-level", "Warning", "--exit-with-stdin", "--nano-puback-delay", "120", "--http-connections", "100000",
            "--bridge", "b.json", "--index", "properties.reported.a,properties.desired.b", "--index", "properties.reported.c", "--changes-kept", "7", "--changes-reported", "off",
            "--rollout-look", "1", "--rollout-settle", "3600"]);
        Assert.That((options.MqttPort, options.HttpPort, options.MqttBind, options.HttpBind), Is.EqualTo((1, 0, IPAddress.Any, IPAddress.IPv6Any)));
        Assert.That(options.IndexedPaths, Is.EqualTo(new[] { "properties.reported.a", "properties.desired.b", "properties.reported.c" }));
        Assert.That((options.ChangesKept, options.ReportedChanges, options.BridgeFile), Is.EqualTo(((int?)7, false, Path.GetFullPath("b.json"))));
        Assert.That((options.RolloutLook, options.RolloutSettle), Is.EqualTo((TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))));
        Assert.That(options.HostNames, Is.EqualTo(new[] { "hub.plant", "hub2.plant", "third" }));
        Assert.That((options.HttpConnections, CommandLine.Parse(["--data", "x"]).HttpConnections), Is.EqualTo((100_000, 1000)));
        Assert.That(options.NanoPubAckDelay, Is.EqualTo(TimeSpan.FromMilliseconds(120)));
        Assert.That((options.HostName, options.HttpBeyondLoopback, options.ExitWithStdin, options.LogFormat), Is.EqualTo(("hub.plant", true, true, LogFormat.Json)));
    }

    [Test]
    public void HTTPS_for_Azures_clients_is_asked_for()
    {
        var none = CommandLine.Parse(["--data", "x", "--https-bind", "0.0.0.0"]);
        Assert.That((none.HttpsPort, none.HttpBeyondLoopback), Is.EqualTo(((int?)null, false)), "nothing listens there without a port");
        var local = CommandLine.Parse(["--data", "x", "--https-port", "443", "--https-bind", "127.0.0.2"]);
        Assert.That((local.HttpsPort, local.HttpsBind, local.HttpBeyondLoopback), Is.EqualTo(((int?)443, IPAddress.Parse("127.0.0.2"), false)));
        var everywhere = CommandLine.Parse(["--data", "x", "--https-port", "0", "--https-bind", "0.0.0.0"]);
        Assert.That((everywhere.HttpsPort, everywhere.HttpEncrypted, everywhere.HttpBeyondLoopback), Is.EqualTo(((int?)0, false, true)), "HTTP stays on loopback, callers show a token all the same");
    }

    [Test]
    public void Waveforms_and_backups_have_options_of_their_own()
    {
        var options = CommandLine.Parse(
            ["--data", "x", "--waveform-days", "30", "--waveform-total=100", "--waveform-count", "7", "--waveform-quota", "9", "--waveform-neighbours", "0", "--backup-folder", "b"]);
        Assert.That(options.Waveforms, Is.EqualTo(new WaveformLimits(30, 100, 7, 9, 0)));
        Assert.That((options.BackupFolder, options.BackupTo, options.Restore), Is.EqualTo((Path.GetFullPath("b"), (string?)null, (string?)null)));
        Assert.That(CommandLine.Parse(["--data", "x"]).Waveforms, Is.EqualTo(new WaveformLimits()));
        Assert.That(CommandLine.Parse(["--data", "x", "--rollout-days", "30"]).ChangesRemembered, Is.EqualTo(TimeSpan.FromDays(30)));
        Assert.That(CommandLine.Parse(["--data", "x"]).ChangesRemembered, Is.EqualTo(TimeSpan.FromDays(730)));
    }

    [TestCase("--waveform-days takes a whole number from 1", "--data", "x", "--waveform-days", "0")]
    [TestCase("--restore takes exactly one value", "--data", "x", "--restore")]
    [TestCase("--data is missing")]
    [TestCase("--data takes exactly one value", "--data")]
    [TestCase("--dta is not an option", "--dta", "x")]
    [TestCase("stands before any option", "x")]
    [TestCase("--mqtt-port takes a port", "--data", "x", "--mqtt-port", "65536")]
    [TestCase("--http-port takes a port", "--data", "x", "--http-port", "-1")]
    [TestCase("--bind takes an IP address", "--data", "x", "--bind", "everywhere")]
    [TestCase("--host-name takes names", "--data", "x", "--host-name", "http://hub")]
    [TestCase("--log takes console or json", "--data", "x", "--log", "1")]
    [TestCase("--local-admin would open the hub", "--data", "x", "--local-admin", "--http-bind", "0.0.0.0")]
    [TestCase("--local-admin would open the hub", "--data", "x", "--local-admin", "--https-bind", "0.0.0.0")]
    [TestCase("--https-port takes a port", "--data", "x", "--https-port", "65536")]
    [TestCase("--https-bind takes an IP address", "--data", "x", "--https-bind", "everywhere")]
    [TestCase("--http-connections takes a number from 1 to 100000", "--data", "x", "--http-connections", "0")]
    [TestCase("--http-connections takes a number from 1 to 100000", "--data", "x", "--http-connections", "100001")]
    [TestCase("--drain takes seconds", "--data", "x", "--drain", "61")]
    [TestCase("--nano-puback-delay takes milliseconds", "--data", "x", "--nano-puback-delay", "1000")]
    [TestCase("--index takes paths below properties.desired. and properties.reported., not 'tags.line'", "--data", "x", "--index", "properties.reported.a,tags.line")]
    [TestCase("--changes-kept takes a number from 1", "--data", "x", "--changes-kept", "0")]
    [TestCase("--rollout-look takes seconds from 1 to 3600", "--data", "x", "--rollout-look", "0")]
    [TestCase("--rollout-settle takes seconds from 1 to 3600", "--data", "x", "--rollout-settle", "3601")]
    [TestCase("--changes-reported takes on or off", "--data", "x", "--changes-reported", "no")]
    [TestCase("--exit-with-stdin takes no value", "--data", "x", "--exit-with-stdin", "yes")]
    public void A_wrong_command_line_says_what_would_be_right(string sentence, params string[] arguments)
    {
        Assert.That(() => CommandLine.Parse(arguments), Throws.InstanceOf<StartException>()
            .With.Property("Code").EqualTo(ExitCode.Usage)
            .And.Message.Contains(sentence));
    }

    [Test]
    public async Task A_port_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var options = HubFixture.Options(folder.FullName);
        await AssertFails(options with { MqttPort = port }, ExitCode.MqttPortInUse, $"Port {port} is in use");
        await AssertFails(options with { HttpPort = port }, ExitCode.HttpPortInUse, $"Port {port} is in use");
        await AssertFails(options with { HttpBind = IPAddress.Parse("198.51.100.7") }, ExitCode.AddressUnavailable, "198.51.100.7");
    }

    [Test]
    public async Task Two_hubs_do_not_share_a_folder()
    {
        var options = HubFixture.Options(folder.FullName);
        await using (var first = HubApplication.Create(options))
        {
            await AssertFails(options, ExitCode.DataFolderInUse, "Another hub works on");
        }

        await using var next = HubApplication.Create(options);
        Assert.That(next.AuthorityFile, Does.Exist);
    }

    [Test]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        var file = Path.Combine(folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        await AssertFails(HubFixture.Options(Path.Combine(file, "below")), ExitCode.DataFolderUnwritable, "cannot be written");
    }

    [Test]
    public async Task Data_that_cannot_be_read_is_left_as_it_is()
    {
        var database = Path.Combine(folder.FullName, "hub.db");
        await File.WriteAllBytesAsync(database, [.. Enumerable.Range(0, 8192).Select(index => (byte)(index * 31))]);
        var before = await File.ReadAllBytesAsync(database);
        await AssertFails(HubFixture.Options(folder.FullName), ExitCode.DataUnreadable, "[500101]");
        Assert.That(await File.ReadAllBytesAsync(database), Is.EqualTo(before));
    }

    [Test]
    public async Task An_authority_without_its_key_is_not_replaced_silently()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "ca.pem"), "damaged");
        await AssertFails(HubFixture.Options(folder.FullName), ExitCode.DataUnreadable, "certificate authority");
    }

    private static async Task AssertFails(HubOptions options, ExitCode code, string sentence)
    {
        await Assert.ThatAsync(
            async () =>
            {
                await using var hub = HubApplication.Create(options);
                await hub.Start(CancellationToken.None);
            },
            Throws.InstanceOf<StartException>().With.Property("Code").EqualTo(code).And.Message.Contains(sentence));
    }
}
