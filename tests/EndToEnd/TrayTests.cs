using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>Trays of boards through the real dialogue, on pseudo-terminals, against a real hub, with everything thrown at them that a workshop has.</summary>
[Platform("Linux,MacOsX")]
public sealed class TrayTests
{
    private static readonly TrayStep[] StepsWithABoard = [.. Enum.GetValues<TrayStep>().Where(step => TrayMachine.NeedsBoard(step) && step is not (TrayStep.FindPort or TrayStep.Flash))];

    [Test]
    public async Task What_is_wrong_is_told_and_stops_no_other_board()
    {
        await using var tray = await TrayUnderTest.Start(4);
        var rows = TrayUnderTest.Plan(4);
        tray.Bench.Boards[1].Board.Radio.Password = "another word";
        tray.Bench.Boards[2].Board.Radio.HasAddresses = false;
        await tray.Hub.CreateDevice("node-01");
        var byPlace = rows.Select((row, place) => KeyValuePair.Create(row.DeviceId, $"link:{tray.Bench.Boards[place].Name}")).ToDictionary();
        var options = tray.Options with { Ports = byPlace, ConnectPatience = TimeSpan.FromSeconds(6), Taps = false };

        var results = await tray.Run(rows, options);

        Assert.That(results.Select(result => result.Fault?.Code), Is.EqualTo(new[] { "idInUse", "wifiPassword", "noAddress", null }), () => File.ReadAllText(tray.JournalFile));
        Assert.That(results.Where(result => !result.IsDone).Select(result => result.Fault!.NextStep), Has.None.Empty);
        using var other = OtherAuthority();
        using var enrolment = (HubEnrolment)await tray.Enrolment(SecretStore.Open(tray.SecretsFile), other.ExportCertificatePem());
        Assert.That((await enrolment.LookAtHub(CancellationToken.None))?.Diagnosis, Is.EqualTo(Diagnosis.HubCertificate));
    }

    /// <summary>From an empty folder to a node in sync, and to another in its place, as a technician types it.</summary>
    [Test]
    public async Task The_command_provisions_a_board_and_replaces_it()
    {
        await using var tray = await TrayUnderTest.Start(2);
        string InFolder(string name) => Path.Combine(tray.Folder.FullName, name);
        PrivateFile.Write(InFolder("wifi.json"), TrayUnderTest.Wifi);
        File.WriteAllText(InFolder("tray.csv"), "deviceId,line,machine,bearing,shaftRpm,wifi,identity\nnode-01,packing,Pump 1,6205,1770,plant,sas\nspare-01,store,Shelf,,,plant,sas\n");
        string[] how = ["--hub", tray.Hub.HttpUrl.ToString(), "--plan", InFolder("tray.csv"), "--wifi", InFolder("wifi.json"), "--secrets", tray.SecretsFile, "--ports-folder", InFolder("ports"), "--noise-seconds", "1"];

        var dry = await Tool.Run(["provision", .. how, "--dry-run"]);
        Assert.That(dry.ExitCode, Is.Zero, dry.Talk);
        Assert.That(dry.Output, Does.Contain("node-01").And.Contain("board-01"));
        var run = await Tool.Run(["provision", .. how, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Talk + run.Output);
        Assert.That((bool)JsonNode.Parse(run.Output)!["done"]!);
        await tray.Hub.Send(HttpMethod.Delete, "api/v1/plant/points/Shelf-1/node", null);
        var replaced = await Tool.Run("replace", "node-01", "spare-01", "--yes", "--hub", tray.Hub.HttpUrl.ToString());

        Assert.That(replaced.ExitCode, Is.Zero, replaced.Talk);
        Assert.That(replaced.Output, Does.StartWith("spare-01 is at Pump-1-1 (Pump-1) in place of node-01."));
        await tray.Hub.Eventually(() => tray.Hub.GetTwin("spare-01"), twin => (string?)twin["tags"]!["point"] == "Pump-1-1" && (int?)twin["properties"]!["desired"]!["machine"]!["shaftSpeedMilliHertz"] == 29500, "the settings came along");
        File.WriteAllText(InFolder("bad.csv"), "deviceId,line,machine,wifi,identity\nnode 2,packing,,plant,key\n");
        var bad = await Tool.Run("provision", "--plan", InFolder("bad.csv"), "--hub", tray.Hub.HttpUrl.ToString());
        Assert.That(bad.ExitCode, Is.EqualTo(70), bad.Talk);
        Assert.That(bad.Talk, Does.Contain("line 2, deviceId").And.Contain("line 2, machine").And.Contain("line 2, identity"));
    }

    /// <summary>Twenty boards: the cable of each step pulled at it, garbage on four lines, ids that are taken, a hub that dies and comes back, a run that is interrupted.</summary>
    [Test]
    public async Task Twenty_boards_end_in_sync_whatever_was_thrown_at_them()
    {
        const int Boards = 20;
        await using var tray = await TrayUnderTest.Start(Boards);
        var rows = TrayUnderTest.Plan(Boards);
        var pulls = StepsWithABoard.Select((step, index) => KeyValuePair.Create(rows[index].DeviceId, step)).ToDictionary();
        var faults = new Faults(tray, pulls);
        foreach (var place in new[] { 16, 17, 18, 19 })
        {
            faults.Garble(place);
        }

        await tray.Hub.CreateDevice("node-16");
        await tray.Hub.CreateDevice("node-19");
        using var interrupt = new CancellationTokenSource();
        var commits = 0;
        Assert.That(
            async () => await tray.Run(rows, tell: news =>
            {
                faults.Hear(news);
                if (news.Step == TrayStep.Commit && Interlocked.Increment(ref commits) == Boards / 2)
                {
                    interrupt.Cancel();
                }
            }, cancellation: interrupt.Token),
            Throws.InstanceOf<OperationCanceledException>());
        faults.PlugAll();
        await tray.Hub.Kill();
        var running = tray.Run(rows, tell: faults.Hear);
        await tray.Hub.Restart();
        var second = await running;
        faults.PlugAll();
        var failed = second.Where(result => !result.IsDone).Select(result => $"{result.Row.DeviceId} {result.Fault!.Code}").ToArray();
        TestContext.Out.WriteLine($"left by the second run: {string.Join(", ", failed)}; cables pulled at {string.Join(", ", faults.Pulled)}");
        Assert.That(failed, Is.SupersetOf(new[] { "node-16 idInUse", "node-19 idInUse" }));
        foreach (var taken in new[] { "node-16", "node-19" })
        {
            await tray.Hub.Send(HttpMethod.Delete, $"devices/{taken}?api-version=2021-04-12", null);
        }

        var third = await tray.Run(rows, tell: faults.Hear);

        Assert.That(faults.Pulled, Is.EquivalentTo(StepsWithABoard));
        await AssertDone(tray, rows, third);
    }

    /// <summary>A kit from the hub, a hall without network, and the bundle that is brought back, as a technician types it.</summary>
    [Test]
    public async Task Without_a_hub_nodes_are_enrolled_into_a_bundle_that_the_hub_takes_once()
    {
        await using var tray = await TrayUnderTest.Start(2);
        string InFolder(string name) => Path.Combine(tray.Folder.FullName, name);
        var hub = tray.Hub.HttpUrl.ToString();
        PrivateFile.Write(InFolder("wifi.json"), TrayUnderTest.Wifi);
        File.WriteAllText(InFolder("tray.csv"), TrayUnderTest.PlanText(2));
        var (kit, bundle, altered) = (InFolder("kit.json"), InFolder("tray.bundle"), InFolder("altered.bundle"));
        await Done("bundle", "kit", "--out", kit, "--hub", hub, "--hub-name", $"{tray.Hub.HostName}:{tray.Hub.MqttPort}");
        await tray.Hub.Kill();

        var run = await Done("provision", "--plan", InFolder("tray.csv"), "--bundle", bundle, "--kit", kit, "--wifi", InFolder("wifi.json"), "--secrets", tray.SecretsFile,
            "--ports-folder", InFolder("ports"), "--noise-seconds", "1", "--json");

        Assert.That((bool)JsonNode.Parse(run)!["done"]!, run);
        await tray.Hub.Restart();
        var key = BundleKit.Read(kit);
        Assert.That(File.ReadAllText(bundle), Does.Not.Contain(key.Key).And.Not.Contain(key.DeviceKey("node-01")));
        Assert.That(await Done("bundle", "show", bundle, "--kit", kit), Does.Contain("node-01").And.Contain("Pump-2-1"));
        File.WriteAllText(altered, File.ReadAllText(bundle).Replace("node-01", "node-03"));
        var refused = await Tool.Run("bundle", "import", altered, "--hub", hub);
        Assert.That(refused.ExitCode, Is.EqualTo(12), refused.Talk);
        Assert.That(refused.Talk, Does.Contain("No enabled enrolment group of this hub signed the bundle as it is."));
        Assert.That(await Import(), Is.EqualTo(new[] { "taken", "taken" }));
        Assert.That(await Import(), Is.EqualTo(new[] { "known", "known" }));
        await AssertInSync(tray, TrayUnderTest.Plan(2));

        async Task<string[]> Import() => [.. JsonNode.Parse(await Done("bundle", "import", bundle, "--hub", hub, "--json"))!["nodes"]!.AsArray().Select(node => (string)node!["outcome"]!)];
    }

    private static async Task<string> Done(params string[] command)
    {
        var run = await Tool.Run(command);
        Assert.That(run.ExitCode, Is.Zero, run.Talk + run.Output);
        return run.Output;
    }

    private static async Task AssertDone(TrayUnderTest tray, IReadOnlyList<PlanRow> rows, IReadOnlyList<BoardResult> results)
    {
        Assert.That(results.Where(result => !result.IsDone).Select(result => $"{result.Row.DeviceId}: {result.Fault!.Code} {result.Detail}"), Is.Empty, () => File.ReadAllText(tray.JournalFile));
        Assert.That(results.Select(result => result.ChipId).Distinct().Count(), Is.EqualTo(rows.Count));
        await AssertInSync(tray, rows);
        Assert.That(rows.Select(row => Path.Combine(tray.Options.LabelFolder!, row.DeviceId + ".svg")), Is.All.Matches<string>(File.Exists));
        var journal = TrayJournal.Read(tray.JournalFile);
        foreach (var row in rows)
        {
            var own = journal.Where(entry => entry.DeviceId == row.DeviceId).ToList();
            Assert.That(own.Select(entry => entry.ChipId).OfType<string>().Distinct().Count(), Is.EqualTo(1), $"{row.DeviceId} has one chip");
            Assert.That(own.Last(entry => entry.Event == "end").Step, Is.EqualTo("done"), row.DeviceId);
            foreach (var once in new[] { "sensorCheck", "enrol", "commit", "waitConnected", "place", "waitInSync", "noiseFloor", "tapTest", "label" })
            {
                Assert.That(own.Count(entry => entry.Event == "done" && entry.Step == once), Is.EqualTo(1), $"{row.DeviceId} {once}");
            }
        }

        AssertNoSecrets(tray);
    }

    private static async Task AssertInSync(TrayUnderTest tray, IReadOnlyList<PlanRow> rows)
    {
        foreach (var row in rows)
        {
            await tray.Hub.Eventually(() => tray.Hub.Fleet(row.DeviceId), node => (bool)node["connected"]! && (string?)node["state"] == "InSync", $"{row.DeviceId} in sync", TimeSpan.FromSeconds(90));
            var twin = await tray.Hub.GetTwin(row.DeviceId);
            Assert.That((string?)twin["tags"]!["point"], Is.EqualTo(row.Place.Point));
            Assert.That((int?)twin["properties"]!["desired"]!["machine"]!["bpfoMilliOrders"], Is.EqualTo(row.Bearing!.Orders.BpfoMilli));
        }
    }

    /// <summary>Whatever happened, nothing that is kept holds a secret but the store itself.</summary>
    private static void AssertNoSecrets(TrayUnderTest tray)
    {
        var text = File.ReadAllText(tray.JournalFile);
        Assert.That(text, Does.Not.Contain("pass word 1"));
        foreach (var (_, node) in JsonNode.Parse(File.ReadAllText(tray.SecretsFile))!.AsObject())
        {
            Assert.That(text, Does.Not.Contain((string)node!["secret"]!).And.Not.Contain((string)node["key"]!));
        }
    }

    private static X509Certificate2 OtherAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another plant", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Hands that pull a board's cable once it comes to a step, and plug it in again when the tool has noticed.</summary>
    private sealed class Faults(TrayUnderTest tray, IReadOnlyDictionary<string, TrayStep> pulls)
    {
        private const int EveryOther = 7;
        private readonly ConcurrentDictionary<string, string> unplugged = new();
        private readonly ConcurrentDictionary<string, TrayStep> pulled = new();

        public IEnumerable<TrayStep> Pulled => pulled.Values;

        public void Garble(int place)
        {
            var number = 0;
            tray.Bench.Boards[place].Noise = (_, bytes) => ++number % EveryOther == 0 ? [0xF5, 0xD7, 0x41, .. bytes[..(bytes.Length / 2)], 0x00, .. bytes[(bytes.Length / 2)..]] : bytes;
        }

        public void Hear(BoardNews news)
        {
            var device = news.Row.DeviceId;
            if (pulls.TryGetValue(device, out var step) && step == news.Step && news.Port is { } port && !pulled.ContainsKey(device))
            {
                var board = tray.Bench.Boards.FirstOrDefault(board => board.PortName == port);
                if (board is not null && pulled.TryAdd(device, step))
                {
                    unplugged[device] = board.Name;
                    board.Pull();
                }
            }
            else if (news.Step == TrayStep.FindPort && unplugged.TryRemove(device, out var name))
            {
                tray.Bench.Boards.First(board => board.Name == name).Plug();
            }
        }

        public void PlugAll()
        {
            foreach (var board in tray.Bench.Boards)
            {
                board.Plug();
            }

            unplugged.Clear();
        }
    }
}
