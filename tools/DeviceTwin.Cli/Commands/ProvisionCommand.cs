using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Demo;
using DeviceTwin.Cli.Doctor;
using DeviceTwin.Cli.Hub;
using DeviceTwin.Cli.Provision;
using DeviceTwin.Provisioning.Flashing;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin provision</c>: a tray of boards.</summary>
internal sealed class ProvisionCommand
{
    private readonly Option<FileInfo> plan = new("--plan") { HelpName = "FILE", Required = true, Description = "The tray as CSV, a line per board (tools/README.md)." };
    private readonly Option<FileInfo?> wifi = new("--wifi") { HelpName = "FILE", Description = $"Networks and passwords, yours alone (default {TrayFiles.WifiShown})." };
    private readonly Option<FileInfo?> secrets = new("--secrets") { HelpName = "FILE", Description = $"Keys and secrets of the plant's nodes, yours alone (default {TrayFiles.SecretsShown})." };
    private readonly Option<FileInfo?> journal = new("--journal") { HelpName = "FILE", Description = "What happened; the same one goes on where it stopped (default the plan's name with .journal)." };
    private readonly Option<DirectoryInfo?> labels = new("--labels") { HelpName = "DIR", Description = "Where labels go (default the plan's name with .labels)." };
    private readonly Option<string[]> ports = new("--port") { HelpName = "ID=PORT", Description = "The port of a node's board, by name or lasting identity; repeat for more. Others go by the order of plugging in." };
    private readonly Option<DirectoryInfo?> portsFolder = new("--ports-folder") { HelpName = "DIR", Description = "A folder whose links are ports, too: simulated boards." };
    private readonly Option<string?> board = new("--board") { HelpName = "NAME", Description = "The kind of board that all of them are (`dtwin boards`); any unless told." };
    private readonly Option<bool> noTap = new("--no-tap") { Description = "Leave out the tap test." };
    private readonly Option<int> noiseSeconds = NumberOption.Whole("--noise-seconds", "How long each board is listened to at rest.", 5, 1, 60);
    private readonly Option<int> noiseLimit = NumberOption.Whole("--noise-limit", "Louder than so many ug at rest is not sound.", 50_000, 1, 16_000_000);
    private readonly Option<TimeSpan> wait = Duration("--wait", "How long boards are waited for while nothing else happens (default 5m).", TimeSpan.FromMinutes(5));
    private readonly Option<TimeSpan> connectWait = Duration("--connect-wait", "How long a node may take to its hub (default 3m).", TimeSpan.FromMinutes(3));
    private readonly Option<string?> hubName = new("--hub-name") { HelpName = "NAME[:PORT]", Description = "What nodes call the hub (default as the hub says)." };
    private readonly Option<string?> timeServer = new("--time-server") { HelpName = "NAME", Description = "The plant's time server (default the firmware's own)." };
    private readonly Option<FileInfo?> bundle = new("--bundle") { HelpName = "FILE", Description = "No hub is in reach: enrol into this bundle, with the kit of `dtwin bundle kit`." };
    private readonly Option<FileInfo?> kit = new("--kit") { HelpName = "FILE", Description = $"The kit of --bundle (default {TrayFiles.KitShown})." };
    private readonly Option<DirectoryInfo?> firmware = new("--firmware") { HelpName = "DIR", Description = "Firmware that every board is to run; flashed with esptool where it does not." };
    private readonly Option<string[]> flashPorts = new("--flash-port") { HelpName = "PORT", Description = "A port that flashes, beside the chips' own USB connectors; repeat for more." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Check plan, profiles, hub and ports; touch no board and change nothing." };
    private readonly HubOptions hub = new();

    public static Command Create(string name, string description) => new ProvisionCommand().Build(name, description);

    private Command Build(string name, string description)
    {
        var command = new Command(name, description)
        {
            plan, wifi, secrets, journal, labels, ports, portsFolder, board, noTap, noiseSeconds, noiseLimit, wait, connectWait, hubName, timeServer, bundle, kit, firmware,
            flashPorts, dryRun,
        };
        hub.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private async Task<int> Run(ParseResult parsed, CancellationToken cancellation)
    {
        var planFile = parsed.GetValue(plan)!;
        var rows = ReadPlan(planFile);
        var profiles = TrayFault.Secrets(() => WifiProfiles.Read(parsed.GetValue(wifi)?.FullName ?? TrayFiles.Wifi, Environment.GetEnvironmentVariable));
        Require([.. profiles.Missing(rows)]);
        var store = TrayFault.Secrets(() => SecretStore.Open(parsed.GetValue(secrets)?.FullName ?? TrayFiles.Secrets));
        var options = Options(parsed, planFile, rows);
        var computer = ThisMachine.Current.Ports(parsed.GetValue(portsFolder)?.FullName);
        var release = parsed.GetValue(firmware) is { } folder ? TrayFault.Files(() => FirmwareFolder.Open(folder.FullName), ExitCode.FirmwareUnusable) : null;
        options = options with { Firmware = release?.Version };
        using var client = parsed.GetValue(bundle) is null ? hub.Connect(parsed) : null;
        using var enrolment = await Enrolment(parsed, client, store, cancellation);
        if (parsed.GetValue(dryRun))
        {
            return await DryRun(parsed, rows, computer, enrolment.Enrolment, cancellation);
        }

        if (await enrolment.Enrolment.LookAtHub(cancellation) is { } trouble && trouble.Diagnosis != Diagnosis.HubDown)
        {
            // Every board would fail by it, after minutes.
            throw new CommandFailedException(ExitCode.HubRefused, trouble.Message, trouble.Diagnosis.NextStep);
        }

        var journalFile = parsed.GetValue(journal)?.FullName ?? planFile.FullName + ".journal";
        using var open = TrayFault.Journal(() => TrayJournal.Open(journalFile, TimeProvider.System));
        var flasher = release is null ? null : new EsptoolFlasher(release, computer, parsed.GetValue(flashPorts) ?? [], new SystemProcesses());
        if (flasher is not null)
        {
            await FlashNew(flasher, open, cancellation);
        }

        var results = await new TrayScreen(rows).Watch(hub.Json(parsed) && !Screen.IsLive, tell => TrayRun.Run(
            rows,
            new TrayParts
            {
                Ports = computer,
                Options = options,
                Journal = open,
                Secrets = store,
                Wifi = profiles,
                Enrolment = enrolment.Enrolment,
                Flasher = flasher,
                Tell = tell,
            },
            cancellation));
        if (hub.Json(parsed))
        {
            Output.Json(TrayReport.From(results, journalFile));
        }
        else
        {
            TraySummary.Write(Console.Out, results);
        }

        return results.All(result => result.IsDone) ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.BoardsLeft, ExitCode.BoardsLeft.Meaning);
    }

    /// <summary>Chips as they come from their maker have no dialogue that could say which line they are for: each gets the firmware first.</summary>
    private static async Task FlashNew(EsptoolFlasher flasher, TrayJournal journal, CancellationToken cancellation)
    {
        try
        {
            foreach (var chip in await flasher.FlashNew(cancellation))
            {
                journal.Add(new JournalEntry(default, "flashedNew", ChipId: chip.Mac, Port: chip.Port, Detail: chip.Fault));
                Talk.Say(chip.Fault is null ? $"The new chip {chip.Mac} at {chip.Port} has the firmware." : $"The new chip {chip.Mac} at {chip.Port} has none: {chip.Fault}");
            }
        }
        catch (BoardFaultException fault)
        {
            // Boards that have firmware go on without it.
            Talk.Say($"{fault.Diagnosis.Sentence} {fault.Diagnosis.NextStep}");
        }
    }

    private static IReadOnlyList<PlanRow> ReadPlan(FileInfo file)
    {
        var read = TrayPlan.Read(new StringReader(TextFiles.Read(file, ExitCode.PlanUnusable)));
        Require(read.Faults);
        return read.Rows;
    }

    private static void Require(IReadOnlyList<PlanFault> faults)
    {
        if (faults.Count > 0)
        {
            foreach (var fault in faults)
            {
                Console.Error.WriteLine($"{fault}");
            }

            throw new CommandFailedException(ExitCode.PlanUnusable, ExitCode.PlanUnusable.Meaning);
        }
    }

    private TrayOptions Options(ParseResult parsed, FileInfo planFile, IReadOnlyList<PlanRow> rows)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var port in parsed.GetValue(ports) ?? [])
        {
            var at = port.IndexOf('=');
            var device = at < 1 ? "" : port[..at];
            if (rows.All(row => row.DeviceId != device) || !named.TryAdd(device, port[(at + 1)..]))
            {
                throw new CommandFailedException(ExitCode.Usage, $"--port takes ID=PORT with a device id of the plan, each once, not '{port}'.");
            }
        }

        return new TrayOptions
        {
            Board = parsed.GetValue(board),
            Ports = named,
            BoardPatience = parsed.GetValue(wait),
            ConnectPatience = parsed.GetValue(connectWait),
            NoiseDuration = TimeSpan.FromSeconds(parsed.GetValue(noiseSeconds)),
            NoiseLimitMicroG = parsed.GetValue(noiseLimit),
            Taps = !parsed.GetValue(noTap),
            LabelFolder = parsed.GetValue(labels)?.FullName ?? planFile.FullName + ".labels",
        };
    }

    private async Task<EnrolmentOwner> Enrolment(ParseResult parsed, HubClient? client, SecretStore store, CancellationToken cancellation)
    {
        if (client is null)
        {
            return new EnrolmentOwner(BundleCommand.Offline(parsed.GetValue(kit), parsed.GetValue(bundle)!, store, parsed.GetValue(hubName), parsed.GetValue(timeServer)));
        }

        var plantHub = new PlantHub(client.Http);
        var facts = await TrayFault.Hub(() => HubFactsOf(plantHub, parsed.GetValue(hubName), parsed.GetValue(timeServer), cancellation));
        return new EnrolmentOwner(new HubEnrolment(plantHub, facts, store, TimeProvider.System));
    }

    /// <summary>What nodes are to be told of a hub.</summary>
    internal static async Task<HubFacts> HubFactsOf(PlantHub plantHub, string? named, string? time, CancellationToken cancellation)
    {
        var told = await plantHub.GetProvisioning(cancellation);
        var (host, port) = Split(named ?? (string)told["assignedHub"]!, (int?)told["mqttPort"] ?? StandardPort);
        return new HubFacts(host, port, await plantHub.GetAuthority(cancellation), (string)told["idScope"]!, time);
    }

    private const int StandardPort = 8883;

    internal static (string Host, int Port) Split(string name, int standard)
    {
        var at = name.LastIndexOf(':');
        return at < 0 ? (name, standard)
            : int.TryParse(name.AsSpan(at + 1), out var port) && port is > 0 and < 65536 ? (name[..at], port)
            : throw new CommandFailedException(ExitCode.Usage, $"--hub-name takes NAME or NAME:PORT, not '{name}'.");
    }

    private async Task<int> DryRun(ParseResult parsed, IReadOnlyList<PlanRow> rows, ISerialPorts computer, IEnrolment enrolment, CancellationToken cancellation)
    {
        var trouble = await enrolment.LookAtHub(cancellation);
        var found = computer.List();
        if (hub.Json(parsed))
        {
            Output.Json(new
            {
                schemaVersion = TrayReport.CurrentSchemaVersion,
                dryRun = true,
                hub = trouble?.Diagnosis.Code,
                ports = found.Select(port => new { name = port.PortName, identity = port.Identity, description = port.Description, flashes = port.IsChipsOwn }),
                boards = rows.Select(row => new { line = row.LineNumber, deviceId = row.DeviceId, place = row.Place, wifi = row.WifiProfile, identity = row.Identity.ToString().ToLowerInvariant(), desired = PlanSettings.Desired(row) }),
            });
        }
        else
        {
            ShowPlan(rows);
            ShowPorts(found);
        }

        return trouble is null ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.HubNotReachable, trouble.Message, trouble.Diagnosis.NextStep);
    }

    private static void ShowPlan(IReadOnlyList<PlanRow> rows)
    {
        var grid = new Grid().Column("node").Column("line", 3).Column("machine", folds: true).Column("point", 1).Column("bearing", 2).Column("settings", 5, right: true).Column("Wi-Fi", 4).Column("identity");
        foreach (var row in rows)
        {
            grid.Row(
                Markup.Escape(row.DeviceId), Markup.Escape(row.Place.Line), Markup.Escape(row.MachineName), Markup.Escape(row.Place.Point), Markup.Escape(row.Bearing?.Designation ?? "-"),
                $"{PlanSettings.Desired(row).Sum(section => (section.Value as JsonObject)?.Count ?? 1)}", Markup.Escape(row.WifiProfile), row.Identity.ToString().ToLowerInvariant());
        }

        grid.Write();
    }

    private static void ShowPorts(IReadOnlyList<SerialPortInfo> ports)
    {
        if (ports.Count == 0)
        {
            Talk.Say("No board is connected.");
            return;
        }

        var grid = new Grid().Column("port").Column("lasting identity", 1).Column("what it is", 2, folds: true);
        foreach (var port in ports)
        {
            grid.Row(Markup.Escape(port.PortName), Markup.Escape(port.Identity), Markup.Escape(port.Description + (port.IsChipsOwn ? ", flashes only" : "")));
        }

        grid.Write();
    }

    private static Option<TimeSpan> Duration(string name, string description, TimeSpan unlessTold) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        DefaultValueFactory = _ => unlessTold,
        CustomParser = result =>
        {
            if (Until.TryParse(result.Tokens[0].Value, out var until) && !until.Settled)
            {
                return until.Limit;
            }

            result.AddError($"{name} takes a time such as 30s, 2m or 1h, not '{result.Tokens[0].Value}'.");
            return default;
        },
    };

    private sealed class EnrolmentOwner(IEnrolment enrolment) : IDisposable
    {
        public IEnrolment Enrolment { get; } = enrolment;

        public void Dispose() => (Enrolment as IDisposable)?.Dispose();
    }
}
