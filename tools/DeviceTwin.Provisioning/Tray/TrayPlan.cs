using System.Globalization;
using CsvHelper;
using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>
/// A tray as a table: CSV with a header, a line per board. Everything that is wrong with it is told at once. A plan holds no secrets: a column for
/// one is refused, so that nobody gets into the habit.
/// </summary>
/// <param name="Rows">In the plan's order; empty where there are faults.</param>
/// <param name="Faults">By line.</param>
public sealed record TrayPlan(IReadOnlyList<PlanRow> Rows, IReadOnlyList<PlanFault> Faults)
{
    /// <summary>The columns, by name; those of <see cref="Needed"/> must be there.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "deviceId", "site", "line", "machine", "point", "bearing", "isoGroup", "isoSupport", "ratedPowerWatts", "shaftHeightMillimetres", "shaftRpm", "wifi", "identity",
    ];

    /// <summary>Columns without which there is no plan.</summary>
    public static IReadOnlyList<string> Needed { get; } = ["deviceId", "line", "machine", "wifi", "identity"];

    private const int LongestDeviceId = 128;
    private const int LongestPlantId = 64;
    private const int LargestRpm = 60_000;
    private const string StandardSite = "plant";
    private const string DeviceIdSigns = "-:.+%_#*?!(),=@$'";

    /// <summary>Reads a plan.</summary>
    public static TrayPlan Read(TextReader text) => new Reading().Read(text);

    /// <summary>A bearing: a number of the catalogue, or a geometry as <c>9x7.94/39.04@0</c>: elements x element diameter / pitch diameter in mm @ contact angle in degrees (0 where it is left out).</summary>
    /// <returns>Null where there is no such bearing.</returns>
    public static PlanBearing? Bearing(string text)
    {
        if (BearingCatalogue.Find(text) is { } type)
        {
            return new PlanBearing(type.Name, type.Orders);
        }

        var times = text.IndexOf('x');
        var slash = text.IndexOf('/');
        var at = text.IndexOf('@');
        var end = at < 0 ? text.Length : at;
        if (times < 1 || slash < times || end < slash
            || !int.TryParse(text.AsSpan(0, times), NumberStyles.None, CultureInfo.InvariantCulture, out var elements)
            || Thousandths(text[(times + 1)..slash]) is not { } element
            || Thousandths(text[(slash + 1)..end]) is not { } pitch
            || Thousandths(at < 0 ? "0" : text[(at + 1)..]) is not { } angle)
        {
            return null;
        }

        var settings = new DetectorSettings();
        return BearingGeometry.Orders(elements, element, pitch, angle, settings)
            ? new PlanBearing(text, new BearingOrders(settings.BpfoMilliOrders, settings.BpfiMilliOrders, settings.BsfMilliOrders, settings.FtfMilliOrders))
            : null;
    }

    /// <summary>A name as an id of the plant's tree: what an id does not take becomes a hyphen.</summary>
    public static string PlantId(string name)
    {
        var id = new string([.. name.Select(sign => char.IsAsciiLetterOrDigit(sign) || "-._".Contains(sign) ? sign : '-')]);
        return id.Length > LongestPlantId ? id[..LongestPlantId] : id;
    }

    private static int? Thousandths(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 2_000_000 && decimal.Truncate(number * 1000) == number * 1000
            ? (int)(number * 1000)
            : null;

    private sealed class Reading
    {
        private static readonly CsvReaderOptions Form = new() { HasHeader = false, CommentPrefix = '#', TrimWhitespace = true, TrackLineNumbers = true, IncludeValuesInExceptions = false };

        private readonly List<PlanFault> faults = [];
        private readonly List<PlanRow> rows = [];
        private readonly Dictionary<string, int> devices = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> points = new(StringComparer.Ordinal);
        private readonly Dictionary<string, PlanRow> machines = new(StringComparer.Ordinal);
        private Dictionary<string, int> columns = [];
        private string[] fields = [];
        private int line = 1;

        public TrayPlan Read(TextReader text)
        {
            using var csv = CsvReader.Create(text, Form, leaveOpen: true);
            try
            {
                ReadAll(csv);
            }
            catch (CsvFormatException error)
            {
                line = (int)error.LineNumber;
                Fault("", "The line is not of the form of CSV.", "Close its quotes, and write a quote inside a text twice.");
            }

            return new TrayPlan(faults.Count == 0 ? rows : [], [.. faults.OrderBy(fault => fault.Line)]);
        }

        private void ReadAll(CsvReader csv)
        {
            if (!Next(csv))
            {
                Fault("", "The plan is empty.", $"Begin it with the line {string.Join(',', Columns)}.");
            }
            else if (Header())
            {
                while (Next(csv))
                {
                    Row();
                }

                if (rows.Count == 0 && faults.Count == 0)
                {
                    Fault("", "The plan has no boards.", "Write a line for each board below the header.");
                }
            }
        }

        private bool Next(CsvReader csv)
        {
            while (csv.Read())
            {
                line = (int)csv.LineNumber;
                fields = [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];
                if (fields.Any(field => !string.IsNullOrWhiteSpace(field)))
                {
                    return true;
                }
            }

            return false;
        }

        private bool Header()
        {
            var found = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            for (var index = 0; index < fields.Length; index++)
            {
                var name = fields[index].Trim('\uFEFF', ' ');
                if (name.Contains("password", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase) || name.Equals("key", StringComparison.OrdinalIgnoreCase))
                {
                    faults.Add(new PlanFault(line, name, "A plan holds no secrets.", "Take the column out and name a Wi-Fi profile in the column wifi; its password stands in the file of --wifi."));
                }
                else if (!Columns.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    faults.Add(new PlanFault(line, name, $"There is no column \"{name}\".", $"The columns are {string.Join(", ", Columns)}."));
                }
                else if (!found.TryAdd(name, index))
                {
                    faults.Add(new PlanFault(line, name, $"The column {name} is there twice.", "Take one of them out."));
                }
            }

            foreach (var missing in Needed.Where(name => !found.ContainsKey(name)))
            {
                faults.Add(new PlanFault(line, missing, $"The column {missing} is missing.", $"Begin the plan with the line {string.Join(',', Columns)}."));
            }

            columns = found;
            return faults.Count == 0;
        }

        private void Row()
        {
            var before = faults.Count;
            if (fields.Length != columns.Count)
            {
                Fault("", $"The line has {fields.Length} fields, the header {columns.Count}.", "Put a comma for each column, also where nothing is written, and quotes around a text with a comma.");
                return;
            }

            var deviceId = Text("deviceId", true);
            if (deviceId.Length > LongestDeviceId || !deviceId.All(sign => char.IsAsciiLetterOrDigit(sign) || DeviceIdSigns.Contains(sign)))
            {
                Fault("deviceId", $"\"{deviceId}\" is no name of a device.", $"Use 1 to {LongestDeviceId} ASCII letters, digits and {DeviceIdSigns}.");
            }
            else if (deviceId.Length > 0 && !devices.TryAdd(deviceId, line))
            {
                Fault("deviceId", $"\"{deviceId}\" is also in line {devices[deviceId]}.", "Give each board a name of its own.");
            }

            var machine = Text("machine", true);
            var place = new PlanPlace(
                PlantId(Text("site", false) is { Length: > 0 } site ? site : StandardSite),
                PlantId(Text("line", true)),
                PlantId(machine),
                PlantId(Text("point", false) is { Length: > 0 } point ? point : machine + "-1"));
            if (machine.Length > 0 && !points.TryAdd(place.Point, line))
            {
                Fault("point", $"The point \"{place.Point}\" is also in line {points[place.Point]}.", "A point has one node: give each line a point of its own.");
            }

            var row = new PlanRow(
                line,
                deviceId,
                place,
                machine,
                ReadBearing(),
                new PlanMachine(Number("isoGroup", 1, 2), Word("isoSupport", "rigid", "flexible"), Number("ratedPowerWatts", 1, 100_000_000), Number("shaftHeightMillimetres", 1, 10_000), Speed()),
                Text("wifi", true),
                ReadIdentity(deviceId));
            if (machine.Length > 0)
            {
                Agree(row);
            }

            if (faults.Count == before)
            {
                rows.Add(row);
            }
        }

        // One machine on several lines is one machine: what they say of it must be the same.
        private void Agree(PlanRow row)
        {
            if (!machines.TryAdd(row.Place.Machine, row))
            {
                var first = machines[row.Place.Machine];
                if (first.Place.Line != row.Place.Line || first.Place.Site != row.Place.Site)
                {
                    Fault("machine", $"\"{row.MachineName}\" stands on another line or site in line {first.LineNumber}.", "Give both lines the same site and line, or the machines different names.");
                }
            }
        }

        private PlanBearing? ReadBearing()
        {
            var text = Text("bearing", false);
            if (text.Length == 0)
            {
                return null;
            }

            var bearing = Bearing(text);
            if (bearing is null)
            {
                Fault("bearing", $"\"{text}\" is neither in the catalogue nor the geometry of a bearing.", $"Write one of {string.Join(", ", BearingCatalogue.Names)}, or its geometry, e.g. 9x7.94/39.04@0: elements x element diameter / pitch diameter in mm @ contact angle in degrees.");
            }

            return bearing;
        }

        private IdentityWay ReadIdentity(string deviceId)
        {
            var way = Word("identity", "sas", "x509", "dps") switch
            {
                "x509" => IdentityWay.X509,
                "dps" => IdentityWay.Dps,
                _ => IdentityWay.Sas,
            };
            if (Text("identity", true).Length > 0 && way == IdentityWay.Dps && !(deviceId.All(sign => char.IsAsciiLetterOrDigit(sign) || "-._:".Contains(sign)) && (deviceId.Length == 0 || char.IsAsciiLetterOrDigit(deviceId[^1]) || deviceId[^1] == '-')))
            {
                Fault("deviceId", $"\"{deviceId}\" cannot be registered with the provisioning service.", "Use letters, digits and -._: with a letter, digit or - at the end.");
            }

            return way;
        }

        private int? Speed()
        {
            // Thousandths of a turn per second from turns per minute: n/60 x 1000.
            return Number("shaftRpm", 1, LargestRpm) is { } rpm ? (int)Math.Round(rpm * 1000.0 / 60) : null;
        }

        private string Text(string column, bool isNeeded)
        {
            var text = columns.TryGetValue(column, out var index) ? fields[index].Trim() : "";
            if (isNeeded && text.Length == 0)
            {
                Fault(column, $"The {column} is missing.", column switch
                {
                    "deviceId" => "Write the name that the node is to have at the hub.",
                    "wifi" => "Write the name of a Wi-Fi profile.",
                    "identity" => "Write sas, x509 or dps.",
                    _ => $"Write the {column} on which the node goes.",
                });
            }

            return text;
        }

        private int? Number(string column, int least, int most)
        {
            var text = Text(column, false);
            if (text.Length == 0)
            {
                return null;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            Fault(column, $"\"{text}\" is no number for this column.", $"Write a whole number from {least} to {most}, or nothing.");
            return null;
        }

        private string? Word(string column, params string[] words)
        {
            var text = Text(column, false);
            var word = words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (word is null && text.Length > 0)
            {
                Fault(column, $"\"{text}\" is none of its words.", $"Write {string.Join(", ", words[..^1])} or {words[^1]}.");
            }

            return word;
        }

        private void Fault(string column, string problem, string instead)
        {
            if (!faults.Any(fault => fault.Line == line && fault.Column == column && fault.Problem == problem))
            {
                faults.Add(new PlanFault(line, column, problem, instead));
            }
        }
    }
}
