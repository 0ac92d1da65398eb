using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using DeviceTwin.Hub.History;

namespace DeviceTwin.Hub.Options;

/// <summary>Reads the command line; whatever is wrong with it becomes a <see cref="StartException"/> with a sentence.</summary>
public static partial class CommandLine
{
    /// <summary>Shown for <c>--help</c>.</summary>
    public const string Help = """
        DeviceTwin.Hub: keeps the twins of a plant's vibration nodes.

          --data DIR              folder for twins, keys and certificates (required; made if absent)
          --mqtt-port PORT        MQTT over TLS for nodes (default 8883; 0 = any free port)
          --http-port PORT        pages and REST (default 5080; 0 = any free port)
          --bind ADDRESS          address for MQTT (default 127.0.0.1; 0.0.0.0 = every network)
          --http-bind ADDRESS     address for HTTP (default 127.0.0.1); beyond loopback it is HTTPS,
                                  and callers need the token in DIR/http-token
          --http-connections N    connections of browsers and programs at once, 1 to 100000 (default 1000); more are closed
          --https-port PORT       HTTPS besides, for Azure's clients: REST, pages, MQTT over WebSocket (default: none;
                                  0 = any free port). Azure's service clients, and WebSocket, take 443 alone
          --https-bind ADDRESS    address for it (default 127.0.0.1); beyond loopback as with --http-bind
          --host-name NAME ...    names that nodes and browsers use for this hub (default localhost)
          --nano-puback-delay MS  how long PUBACK to nanoFramework's client is held back, 0 to 900 (default 75):
                                  one that comes at once is lost there
          --assigned-hub NAME     what provisioning tells devices (default: the first host name; Node clients also
                                  get the port); NAME:PORT where nodes reach the hub on another port
          --log console|json      form of the log on standard error (default console)
          --log-level LEVEL       trace, debug, information, warning, error (default information)
          --history-raw DAYS      messages as they came: newest 5000 per node, and none older (default 30)
          --history-blocks DAYS   every value, compressed (default 730)
          --history-hours DAYS    hourly and ...
          --history-days DAYS     ... daily smallest, largest, mean and count (defaults 1825 and 7300)
          --history-bytes N       bytes of compressed values at most; the oldest leave (default 0 = no bound)
          --index PATH ...        properties that queries find by index besides tags and ids, e.g. properties.reported.board
          --changes-kept N        twin changes that the feed keeps (default 500000, for 30 days at most)
          --changes-reported on|off
                                  whether the feed has reported properties too (default on)
          --rollout-look SECONDS  how often the hub looks at a change under way, 1 to 3600 (default 10)
          --rollout-settle SECONDS
                                  so long after a start of the hub nobody counts as away because he is not back yet,
                                  1 to 3600 (default 120)
          --exit-with-stdin       stop when standard input ends
          --local-admin           callers on this machine are admin although there are users; not with
                                  --http-bind or --https-bind beyond loopback (a way in when every password is lost)
          --drain SECONDS         on SIGTERM: say "not ready" for so long, then stop (default 0, at most 60)
          --check-health          ask the hub on this machine at --http-port whether it lives; 0 = it does
          --waveform-days N       age at which waveforms go unless an alarm keeps them (default 90)
          --waveform-total MB     size of all waveform files (default 20480); the oldest go first
          --waveform-count N      waveforms per device (default 1000)
          --waveform-quota MB     samples per device (default 256)
          --waveform-neighbours N captures kept before and after that of an alarm (default 3)
          --rollout-days N        what was seen of the devices of changes that have ended (default 730)
          --bridge FILE           mirror devices to another IoT hub as FILE says (JSON, 0600: it holds keys; cloud/BRIDGE.md)
          --backup-folder DIR     where backups of the running hub are kept (default DIR/backups)
          --backup-to DIR         back up the data folder of a hub that is stopped, then end
          --restore FILE          make the data folder of a backup, then end; --data must be new or empty
          --help, --version

        When it is ready it prints one line of JSON on standard output.
        Exit codes: 0 stopped, 1 unexpected, 2 usage, 10 data folder unwritable, 11 data folder in use,
        12 data unreadable, 20 MQTT port in use, 21 HTTP port in use, 22 address unavailable,
        30 backup unusable, 31 folder not empty, 40 bridge's file unusable.
        """;

    /// <summary>An option is what the help names.</summary>
    private static readonly string[] Names = [.. OptionName().Matches(Help).Select(match => match.Value).Distinct()];

    /// <exception cref="StartException">With <see cref="ExitCode.Usage"/>.</exception>
    public static HubOptions Parse(IReadOnlyList<string> arguments)
    {
        var given = Split(arguments);
        var exitWithStdin = given.ContainsKey("--exit-with-stdin");
        if (exitWithStdin && given["--exit-with-stdin"].Count > 0)
        {
            throw Usage("--exit-with-stdin takes no value.");
        }

        var standard = new Changes.ChangeOptions { Folder = "" };
        var folder = Single(given, "--data") ?? throw Usage("--data is missing: name the folder that holds twins, keys and certificates, e.g. --data ./hub-data.");
        return new HubOptions(
            Path.GetFullPath(folder),
            Port(given, "--mqtt-port", 8883),
            Port(given, "--http-port", 5080),
            Address(given, "--bind"),
            Address(given, "--http-bind"),
            HostNames(given),
            exitWithStdin,
            Word(given, "--log", LogFormat.Console, "console or json"),
            Word(given, "--log-level", LogLevel.Information, "trace, debug, information, warning or error"))
        {
            HttpsPort = given.ContainsKey("--https-port") ? Port(given, "--https-port", 0) : null,
            HttpsBind = Address(given, "--https-bind"),
            LocalAdmin = LocalAdmin(given),
            Drain = TimeSpan.FromSeconds(Whole(given, "--drain", 0, 60, "seconds from 0 to 60") ?? 0),
            HttpConnections = (int?)Whole(given, "--http-connections", 1, 100_000, "a number from 1 to 100000") ?? 1000,
            NanoPubAckDelay = Whole(given, "--nano-puback-delay", 0, 900, "milliseconds from 0 to 900 (after a second the client sends again)") is { } delay
                ? TimeSpan.FromMilliseconds(delay)
                : new Gateway.GatewayOptions().NanoPubAckDelay,
            Waveforms = new WaveformLimits(
                Limit(given, "--waveform-days", 90, 1),
                Limit(given, "--waveform-total", 20 * 1024, 1),
                Limit(given, "--waveform-count", 1000, 1),
                Limit(given, "--waveform-quota", 256, 1),
                Limit(given, "--waveform-neighbours", 3, 0)),
            ChangesRemembered = Days(given, "--rollout-days", TimeSpan.FromDays(Changes.ChangeOptions.StandardDays)),
            BridgeFile = FullPath(given, "--bridge"),
            BackupFolder = FullPath(given, "--backup-folder"),
            BackupTo = FullPath(given, "--backup-to"),
            Restore = FullPath(given, "--restore"),
            History = History(given),
            AssignedHub = AssignedHub(given),
            IndexedPaths = Indexed(given),
            ChangesKept = (int?)Whole(given, "--changes-kept", 1, int.MaxValue, "a number from 1"),
            ReportedChanges = Switch(given, "--changes-reported", true),
            RolloutLook = Seconds(given, "--rollout-look", standard.Tick),
            RolloutSettle = Seconds(given, "--rollout-settle", standard.Settle),
        };
    }

    private static HistoryOptions History(Dictionary<string, List<string>> given)
    {
        var standard = new HistoryOptions();
        return standard with
        {
            Raw = Days(given, "--history-raw", standard.Raw),
            Blocks = Days(given, "--history-blocks", standard.Blocks),
            Hours = Days(given, "--history-hours", standard.Hours),
            Days = Days(given, "--history-days", standard.Days),
            LargestBytes = Whole(given, "--history-bytes", 0, long.MaxValue, "a number of bytes, e.g. 20000000000") ?? standard.LargestBytes,
        };
    }

    private static TimeSpan Days(Dictionary<string, List<string>> given, string name, TimeSpan standard) =>
        Whole(given, name, 1, 36_500, "days from 1 to 36500") is { } days ? TimeSpan.FromDays(days) : standard;

    private static TimeSpan Seconds(Dictionary<string, List<string>> given, string name, TimeSpan standard) =>
        Whole(given, name, 1, 3600, "seconds from 1 to 3600") is { } seconds ? TimeSpan.FromSeconds(seconds) : standard;

    private static int Limit(Dictionary<string, List<string>> given, string name, int standard, int least) =>
        (int)(Whole(given, name, least, 1_000_000, $"a whole number from {least} to 1000000") ?? standard);

    /// <summary>A number of an option; null where it is not given.</summary>
    /// <param name="allowed">What the option takes, in words.</param>
    private static long? Whole(Dictionary<string, List<string>> given, string name, long least, long most, string allowed)
    {
        var text = Single(given, name);
        return text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw Usage($"{name} takes {allowed}, not '{text}'.");
    }

    /// <summary>The port to ask, where <c>--check-health</c> is given.</summary>
    /// <exception cref="StartException">With <see cref="ExitCode.Usage"/>.</exception>
    public static int ParseHealthCheck(IReadOnlyList<string> arguments) => Port(Split(arguments), "--http-port", 5080);

    private static bool LocalAdmin(Dictionary<string, List<string>> given)
    {
        if (!given.TryGetValue("--local-admin", out var values))
        {
            return false;
        }

        return values.Count > 0 ? throw Usage("--local-admin takes no value.")
            : IPAddress.IsLoopback(Address(given, "--http-bind")) && IPAddress.IsLoopback(Address(given, "--https-bind")) ? true
            : throw Usage("--local-admin would open the hub to the network: leave --http-bind and --https-bind at 127.0.0.1 with it.");
    }

    private static string? FullPath(Dictionary<string, List<string>> given, string name) =>
        Single(given, name) is { } path ? Path.GetFullPath(path) : null;

    private static string[]? Indexed(Dictionary<string, List<string>> given)
    {
        if (!given.TryGetValue("--index", out var values))
        {
            return null;
        }

        string[] paths = [.. values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];
        var wrong = Array.Find(paths, path => !path.StartsWith("properties.desired.", StringComparison.Ordinal) && !path.StartsWith("properties.reported.", StringComparison.Ordinal));
        return wrong is null ? paths
            : throw Usage($"--index takes paths below properties.desired. and properties.reported., not '{wrong}'; tags are always indexed.");
    }

    private static bool Switch(Dictionary<string, List<string>> given, string name, bool standard) => Single(given, name) switch
    {
        null => standard,
        "on" => true,
        "off" => false,
        var text => throw Usage($"{name} takes on or off, not '{text}'."),
    };

    private static Dictionary<string, List<string>> Split(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, List<string>>();
        List<string>? values = null;
        foreach (var argument in arguments)
        {
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                var parts = argument.Split('=', 2);
                if (!Names.Contains(parts[0]))
                {
                    throw Usage($"{parts[0]} is not an option of the hub; --help lists them.");
                }

                values = given.TryGetValue(parts[0], out var earlier) ? earlier : given[parts[0]] = [];
                values.AddRange(parts[1..]);
            }
            else
            {
                (values ?? throw Usage($"'{argument}' stands before any option; --help lists them.")).Add(argument);
            }
        }

        return given;
    }

    private static string? Single(Dictionary<string, List<string>> given, string name)
    {
        if (!given.TryGetValue(name, out var values))
        {
            return null;
        }

        return values is [{ Length: > 0 } value] ? value : throw Usage($"{name} takes exactly one value.");
    }

    private static int Port(Dictionary<string, List<string>> given, string name, int standard) =>
        (int)(Whole(given, name, 0, IPEndPoint.MaxPort, "a port from 0 to 65535") ?? standard);

    private static IPAddress Address(Dictionary<string, List<string>> given, string name)
    {
        var text = Single(given, name);
        return text is null or "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(text, out var address) ? address
            : throw Usage($"{name} takes an IP address of this machine, e.g. 127.0.0.1 or 0.0.0.0, not '{text}'.");
    }

    private static List<string> HostNames(Dictionary<string, List<string>> given)
    {
        var names = given.GetValueOrDefault("--host-name", []).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).ToList();
        var wrong = names.Find(name => Uri.CheckHostName(name) == UriHostNameType.Unknown);
        return wrong is null ? names : throw Usage($"--host-name takes names without scheme or port, e.g. hub.plant.local, not '{wrong}'.");
    }

    private static string? AssignedHub(Dictionary<string, List<string>> given)
    {
        var text = Single(given, "--assigned-hub");
        if (text is null)
        {
            return null;
        }

        var parts = text.Split(':');
        return Uri.CheckHostName(parts[0]) is UriHostNameType.Dns or UriHostNameType.IPv4
            && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort))
                ? text
                : throw Usage($"--assigned-hub takes a name, or name:port, e.g. hub.plant.local, not '{text}'.");
    }

    private static T Word<T>(Dictionary<string, List<string>> given, string name, T standard, string allowed)
        where T : struct, Enum
    {
        var text = Single(given, name);
        return text is null ? standard
            : Enum.TryParse<T>(text, ignoreCase: true, out var word) && !char.IsAsciiDigit(text[0]) ? word
            : throw Usage($"{name} takes {allowed}, not '{text}'.");
    }

    private static StartException Usage(string sentence) => new(ExitCode.Usage, sentence);

    [GeneratedRegex("--[a-z][a-z-]*")]
    private static partial Regex OptionName();
}
