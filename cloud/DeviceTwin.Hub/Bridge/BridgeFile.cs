using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Options;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Bridge;

/// <summary>Reads the file of <c>--bridge</c>. Whatever is wrong is refused with the line and a sentence; nothing of such a file counts.</summary>
internal static class BridgeFile
{
    private const int LargestFile = 16 * 1024 * 1024;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="StartException">With <see cref="ExitCode.BridgeFileUnusable"/>.</exception>
    public static BridgeSettings Read(string path)
    {
        var text = Secret(path, "");
        var (json, line, problem) = LocatedJson.Parse(text);
        return json is null ? throw Refuse(path, line, $"this is not JSON: {problem}") : new Reader(path, json).Settings();
    }

    /// <summary>A file that only its owner may read.</summary>
    /// <param name="before">Where it is named, and what it is.</param>
    private static byte[] Secret(string path, string before)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new StartException(ExitCode.BridgeFileUnusable, $"{before}{path} holds keys, and others than its owner may use it. Run: chmod 600 {path}");
            }

            if (new FileInfo(path).Length > LargestFile)
            {
                throw new StartException(ExitCode.BridgeFileUnusable, $"{before}{path} has more than {LargestFile / 1024 / 1024} MB. Select devices with a query and a groupKey instead of listing them.");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartException(ExitCode.BridgeFileUnusable, $"{before}{path} cannot be read: {problem.Message.TrimEnd('.')}.", problem);
        }
    }

    private static StartException Refuse(string path, int line, string sentence) => new(ExitCode.BridgeFileUnusable, $"{path}:{line}: {sentence}");

    private sealed class Reader(string path, LocatedJson json)
    {
        private static readonly string[] Members = ["host", "port", "ca", "mirror", "desired", "devices", "query", "groupKey", "connections", "pause"];
        private static readonly string[] DeviceMembers = ["id", "connectionString", "certificate", "key"];
        private static readonly string[] Mirrors = ["reported", "telemetry", "methods"];

        private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

        public BridgeSettings Settings()
        {
            var root = json.Root as JsonObject ?? throw Wrong(json.Root, "the file must hold one JSON object.");
            Known(root, Members);
            var host = Text(root, "host") ?? throw Wrong(root, "\"host\" is missing: the name of the other hub, e.g. \"contoso.azure-devices.net\".");
            if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
            {
                throw Wrong(root["host"], $"\"host\" takes a name without scheme or port, not \"{host}\"; the port is \"port\".");
            }

            var mirror = Mirrored(root);
            var groupKey = Text(root, "groupKey");
            if (groupKey is not null && !IsKey(groupKey))
            {
                throw Wrong(root["groupKey"], "\"groupKey\" takes a key in base64, as the enrolment group shows it.");
            }

            var query = Query(root);
            if (query is not null && groupKey is null)
            {
                throw Wrong(root["query"], "\"query\" needs \"groupKey\", from which the keys of the devices are derived. Or list the devices, each with its connectionString.");
            }

            var devices = Devices(root, host, groupKey);
            var settings = new BridgeSettings
            {
                Host = host,
                Port = Number(root, "port", 1, 65535) ?? BridgeSettings.StandardPort,
                Authorities = Authorities(root),
                Desired = Text(root, "desired") switch
                {
                    null or "here" => DesiredOwner.Here,
                    "there" => DesiredOwner.There,
                    var word => throw Wrong(root["desired"], $"\"desired\" takes \"here\" or \"there\", the hub that owns desired properties, not \"{word}\"."),
                },
                Reported = mirror.Contains("reported"),
                Telemetry = mirror.Contains("telemetry"),
                Methods = mirror.Contains("methods"),
                Devices = devices,
                Query = query,
                GroupKey = groupKey,
                Connections = Number(root, "connections", 1, BridgeSettings.MostConnections) ?? 1000,
                Pause = TimeSpan.FromSeconds(Number(root, "pause", 0, 3600) ?? 1),
            };
            return devices.Count > 0 || query is not null
                ? settings
                : throw Wrong(root["devices"] ?? root, "no device is selected: list them in \"devices\", or give a \"query\" and a \"groupKey\".");
        }

        private string[] Mirrored(JsonObject root)
        {
            if (root["mirror"] is not { } given)
            {
                return ["reported"];
            }

            string[] words = given is JsonArray { Count: > 0 } list
                ? [.. list.Select(word => word is JsonValue value && value.TryGetValue(out string? text) ? text : "")]
                : throw Wrong(given, "\"mirror\" takes a list of \"reported\", \"telemetry\", \"methods\".");
            return Array.Find(words, word => !Mirrors.Contains(word)) is { } wrong
                ? throw Wrong(given, $"\"mirror\" takes \"reported\", \"telemetry\" and \"methods\", not \"{wrong}\".")
                : words;
        }

        private Dictionary<string, BridgeCredential> Devices(JsonObject root, string host, string? groupKey)
        {
            var devices = new Dictionary<string, BridgeCredential>(StringComparer.Ordinal);
            if (root["devices"] is not { } given)
            {
                return devices;
            }

            foreach (var entry in given as JsonArray ?? throw Wrong(given, "\"devices\" takes a list of objects with \"id\" and \"connectionString\"."))
            {
                var device = entry as JsonObject ?? throw Wrong(entry ?? given, "a device is an object with \"id\" and \"connectionString\".");
                Known(device, DeviceMembers);
                var id = Text(device, "id") ?? throw Wrong(device, "\"id\" is missing: the name of the device here.");
                if (!devices.TryAdd(id, Credential(device, id, host, groupKey)))
                {
                    throw Wrong(device, $"\"{id}\" is listed twice.");
                }
            }

            return devices;
        }

        private BridgeCredential Credential(JsonObject device, string id, string host, string? groupKey)
        {
            if (Text(device, "connectionString") is { } text)
            {
                return device.ContainsKey("certificate") || device.ContainsKey("key")
                    ? throw Wrong(device, $"\"{id}\" has a connectionString and a certificate: give one of them.")
                    : Connection(device["connectionString"]!, text, id, host);
            }

            if (Text(device, "certificate") is { } certificate)
            {
                return Certificate(device, id, certificate, Text(device, "key") ?? certificate);
            }

            return groupKey is null
                ? throw Wrong(device, $"nothing opens \"{id}\" there: give it a connectionString, a certificate with key, or the file a groupKey.")
                : new BridgeCredential.Key(id, Provisioning.ProvisioningKeys.Derive(groupKey, id));
        }

        private BridgeCredential.Key Connection(JsonNode at, string text, string id, string host)
        {
            var fields = text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2)).Where(field => field.Length == 2)
                .GroupBy(field => field[0].Trim(), StringComparer.OrdinalIgnoreCase).ToDictionary(field => field.Key, field => field.First()[1], StringComparer.OrdinalIgnoreCase);
            if (!fields.TryGetValue("HostName", out var name) || !fields.TryGetValue("DeviceId", out var deviceId) || !fields.TryGetValue("SharedAccessKey", out var key))
            {
                throw Wrong(at, $"the connectionString of \"{id}\" must be HostName=…;DeviceId=…;SharedAccessKey=…, that of the device, not of a policy.");
            }

            // The key is not repeated: the sentence goes to a log.
            return !name.Equals(host, StringComparison.OrdinalIgnoreCase) ? throw Wrong(at, $"the connectionString of \"{id}\" is of the hub {name}, not {host}.")
                : fields.ContainsKey("ModuleId") ? throw Wrong(at, $"the connectionString of \"{id}\" is of a module; modules are not mirrored.")
                : !IsKey(key) ? throw Wrong(at, $"the SharedAccessKey of \"{id}\" is not base64.")
                : new BridgeCredential.Key(deviceId, key);
        }

        private BridgeCredential.Certificate Certificate(JsonObject device, string id, string certificateFile, string keyFile)
        {
            var keyPath = Path.Combine(folder, keyFile);
            var key = System.Text.Encoding.UTF8.GetString(Secret(keyPath, $"{path}:{json.LineOf(device)}: the key of a device, "));
            try
            {
                var certificate = File.ReadAllText(Path.Combine(folder, certificateFile));
                return new BridgeCredential.Certificate(id, X509Certificate2.CreateFromPem(certificate, key), certificate + key);
            }
            catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw Wrong(device, $"the certificate of \"{id}\" cannot be used: {problem.Message.TrimEnd('.')}. Give PEM files, the key that belongs to the certificate.");
            }
        }

        private string? Authorities(JsonObject root)
        {
            if (Text(root, "ca") is not { } file)
            {
                return null;
            }

            try
            {
                var text = File.ReadAllText(Path.Combine(folder, file));
                var found = new X509Certificate2Collection();
                found.ImportFromPem(text);
                return found.Count > 0 ? text : throw Wrong(root["ca"], $"{file} has no certificate in PEM.");
            }
            catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw Wrong(root["ca"], $"{file} cannot be used: {problem.Message.TrimEnd('.')}. Give the PEM file of the authorities to trust, or leave \"ca\" out for the system's.");
            }
        }

        private string? Query(JsonObject root)
        {
            if (Text(root, "query") is not { } text)
            {
                return null;
            }

            try
            {
                return TwinQuery.Parse(text) is { Source: QuerySource.Devices, Columns: null, Aggregates: false }
                    ? text
                    : throw Wrong(root["query"], "\"query\" selects whole twins of devices: SELECT * FROM devices WHERE ….");
            }
            catch (TwinException problem)
            {
                throw Wrong(root["query"], problem.Message);
            }
        }

        private string? Text(JsonObject members, string name) => members[name] switch
        {
            null when members.ContainsKey(name) => throw Wrong(members, $"\"{name}\" is null: give a text, or leave it out."),
            null => null,
            JsonValue value when value.TryGetValue(out string? text) && text.Length > 0 => text,
            var other => throw Wrong(other, $"\"{name}\" takes a text."),
        };

        private int? Number(JsonObject members, string name, int least, int most) => members[name] switch
        {
            null => null,
            var node when Json.Integer(node) is { } number && number >= least && number <= most => (int)number,
            var node => throw Wrong(node, $"\"{name}\" takes a whole number from {least} to {most}."),
        };

        private void Known(JsonObject members, string[] names)
        {
            foreach (var (name, value) in members)
            {
                if (!names.Contains(name))
                {
                    throw Wrong(value ?? members, $"\"{name}\" is not known here; known are {string.Join(", ", names)}.");
                }
            }
        }

        private static bool IsKey(string text) => text.Length > 0 && Convert.TryFromBase64String(text, new byte[text.Length], out var bytes) && bytes > 0;

        private StartException Wrong(JsonNode? at, string sentence) => Refuse(path, json.LineOf(at), sentence);
    }
}
