using System.Globalization;
using System.Net;

namespace DeviceTwin.Hub.Options;

/// <summary>Reads the command line; whatever is wrong with it becomes a <see cref="StartException"/> with a sentence.</summary>
public static class CommandLine
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
          --host-name NAME ...    names that nodes and browsers use for this hub (default localhost)
          --log console|json      form of the log on standard error (default console)
          --log-level LEVEL       trace, debug, information, warning, error (default information)
          --index PATH ...        properties that queries find by index besides tags and ids, e.g. properties.reported.board
          --changes-kept N        twin changes that the feed keeps (default 500000, for 30 days at most)
          --changes-reported on|off
                                  whether the feed has reported properties too (default on)
          --exit-with-stdin       stop when standard input ends
          --help, --version

        When it is ready it prints one line of JSON on standard output.
        Exit codes: 0 stopped, 1 unexpected, 2 usage, 10 data folder unwritable, 11 data folder in use,
        12 data unreadable, 20 MQTT port in use, 21 HTTP port in use, 22 address unavailable.
        """;

    private static readonly string[] Names =
        ["--data", "--mqtt-port", "--http-port", "--bind", "--http-bind", "--host-name", "--log", "--log-level", "--exit-with-stdin", "--index", "--changes-kept", "--changes-reported", "--help", "--version"];

    /// <exception cref="StartException">With <see cref="ExitCode.Usage"/>.</exception>
    public static HubOptions Parse(IReadOnlyList<string> arguments)
    {
        var given = Split(arguments);
        var exitWithStdin = given.ContainsKey("--exit-with-stdin");
        if (exitWithStdin && given["--exit-with-stdin"].Count > 0)
        {
            throw Usage("--exit-with-stdin takes no value.");
        }

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
            IndexedPaths = Indexed(given),
            ChangesKept = Count(given, "--changes-kept"),
            ReportedChanges = Switch(given, "--changes-reported", true),
        };
    }

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

    private static int? Count(Dictionary<string, List<string>> given, string name)
    {
        var text = Single(given, name);
        return text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
            : throw Usage($"{name} takes a number from 1, not '{text}'.");
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

    private static int Port(Dictionary<string, List<string>> given, string name, int standard)
    {
        var text = Single(given, name);
        return text is null ? standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port
            : throw Usage($"{name} takes a port from 0 to 65535, not '{text}'.");
    }

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

    private static T Word<T>(Dictionary<string, List<string>> given, string name, T standard, string allowed)
        where T : struct, Enum
    {
        var text = Single(given, name);
        return text is null ? standard
            : Enum.TryParse<T>(text, ignoreCase: true, out var word) && !char.IsAsciiDigit(text[0]) ? word
            : throw Usage($"{name} takes {allowed}, not '{text}'.");
    }

    private static StartException Usage(string sentence) => new(ExitCode.Usage, sentence);
}
