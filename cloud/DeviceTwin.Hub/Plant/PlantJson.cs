using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Plant;

/// <summary>Items of the plant as JSON: the same members alone, in the tree, in exports and imports.</summary>
internal static class PlantJson
{
    private const int LongestId = 64;
    private const int LongestText = 128;
    private static readonly string[] Axes = ["x", "y", "z"];

    /// <summary>Members that are written beside what a person may set; in a request they mean nothing.</summary>
    private static readonly string[] Told = ["etag", "level", "state", "node", "nodeSince"];

    /// <summary>What a person may set of an item, without its parent.</summary>
    public static JsonObject Write(PlantItem item)
    {
        var json = new JsonObject { ["id"] = item.Id, ["name"] = item.Name };
        if (item.Machine is { } machine)
        {
            Add(json, "class", machine.Class);
            Add(json, "isoGroup", machine.IsoGroup);
            Add(json, "isoSupport", machine.IsoSupport);
            Add(json, "shaftSpeedMinimumMilliHertz", machine.ShaftSpeedMinimumMilliHertz);
            Add(json, "shaftSpeedMaximumMilliHertz", machine.ShaftSpeedMaximumMilliHertz);
            Add(json, "bearing", machine.Bearing);
        }

        if (item.Point is { } point)
        {
            Add(json, "position", point.Position);
            var axes = new JsonObject();
            Add(axes, "x", point.AxisX);
            Add(axes, "y", point.AxisY);
            Add(axes, "z", point.AxisZ);
            if (axes.Count > 0)
            {
                json["axes"] = axes;
            }
        }

        return json;
    }

    /// <summary>An item by itself, with its parent and state.</summary>
    public static JsonObject Write(PlantItem item, RollUp state, Assignment? node)
    {
        var json = Write(item);
        if (item.Level != PlantLevel.Site)
        {
            json[PlantWords.Of(item.Level - 1)] = item.Parent;
        }

        json["level"] = PlantWords.Of(item.Level);
        json["etag"] = item.ETag;
        Add(json, item.Level, state, node);
        return json;
    }

    /// <summary>The whole tree with the state of its parts.</summary>
    public static JsonObject Write(PlantLook look) => new()
    {
        ["state"] = Write(look.All),
        ["sites"] = Tree(look.Tree.Items.Where(item => item.Level == PlantLevel.Site), look.Children, (item, json) =>
        {
            json["etag"] = item.ETag;
            Add(json, item.Level, look.Of(item), item.Level == PlantLevel.Point ? look.Tree.NodeAt(item.Id) : null);
        }),
    };

    /// <summary>The whole tree as it can be imported.</summary>
    public static JsonObject Export(PlantLook look) => new()
    {
        ["sites"] = Tree(look.Tree.Items.Where(item => item.Level == PlantLevel.Site), look.Children, (_, _) => { }),
    };

    public static JsonObject Write(Assignment assignment) => new()
    {
        ["deviceId"] = assignment.DeviceId,
        ["machine"] = assignment.Machine,
        ["point"] = assignment.Point,
        ["from"] = Json.Timestamp(assignment.From),
        ["to"] = assignment.To is { } to ? Json.Timestamp(to) : null,
        ["by"] = assignment.By,
        ["reason"] = assignment.Reason,
        ["endedBy"] = assignment.EndedBy,
    };

    public static JsonObject Write(PlantTask task) => new()
    {
        ["number"] = task.Number,
        ["deviceId"] = task.DeviceId,
        ["tags"] = Json.ParseObject(task.Tags),
        ["desired"] = task.Desired is { } desired ? Json.ParseObject(desired) : null,
        ["disable"] = task.Disable,
        ["author"] = task.Author,
        ["refusal"] = task.Refusal,
    };

    public static JsonObject Write(RollUp state) => new()
    {
        ["severity"] = state.Severity.ToString().ToLowerInvariant(),
        ["zone"] = state.Zone,
        ["twin"] = state.State?.ToString(),
        ["activeAlarms"] = state.Active,
        ["unacknowledgedAlarms"] = state.Unacknowledged,
        ["nodes"] = state.Nodes,
        ["connected"] = state.Connected,
        ["offline"] = state.Offline,
    };

    /// <summary>Reads an item; what is wrong with it is told, with the value concerned, and then null comes back.</summary>
    /// <param name="id">The id where the address says it; null where the body does.</param>
    /// <param name="parent">The parent where the place in the tree says it; null where the body does.</param>
    public static PlantItem? Read(PlantLevel level, string? id, string? parent, JsonObject body, Action<JsonNode?, string> problem)
    {
        var sound = true;
        void Problem(JsonNode? node, string text)
        {
            sound = false;
            problem(node, text);
        }

        string? Text(JsonObject from, string name, int longest = LongestText)
        {
            switch (from[name])
            {
                case null:
                    return null;
                case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text && text.Length <= longest:
                    return text;
                case var other:
                    Problem(other, $"{name} must be a string of 1 to {longest} characters.");
                    return null;
            }
        }

        int? Number(string name, int least, int most)
        {
            if (body[name] is not { } node)
            {
                return null;
            }

            if (Json.Integer(node) is { } number && number >= least && number <= most)
            {
                return (int)number;
            }

            Problem(node, $"{name} must be a whole number from {least} to {most}.");
            return null;
        }

        var above = level == PlantLevel.Site ? null : PlantWords.Of(level - 1);
        string[] known =
        [
            "id", "name", .. Told,
            .. parent is null && above is not null ? [above] : Array.Empty<string>(),
            .. parent is not null && level != PlantLevel.Point ? [PlantWords.Plural(level + 1)] : Array.Empty<string>(),
            .. level == PlantLevel.Machine
                ? ["class", "isoGroup", "isoSupport", "shaftSpeedMinimumMilliHertz", "shaftSpeedMaximumMilliHertz", "bearing"]
                : level == PlantLevel.Point ? ["position", "axes"] : Array.Empty<string>(),
        ];
        foreach (var (name, value) in body)
        {
            if (!known.Contains(name))
            {
                Problem(value ?? body, $"{name} is nothing that a {PlantWords.Of(level)} has. It takes {string.Join(", ", known.Except(Told))}.");
            }
        }

        var said = Text(body, "id", LongestId);
        if (id is not null && said is not null && said != id)
        {
            Problem(body["id"], $"The body names \"{said}\", the address \"{id}\". Make them the same.");
        }

        id ??= said;
        if (id is null || id.Length > LongestId || !id.All(character => char.IsAsciiLetterOrDigit(character) || "-._".Contains(character)))
        {
            Problem(body["id"] ?? body, $"id is needed: 1 to {LongestId} letters, digits and -._");
        }

        if (above is not null)
        {
            parent ??= Text(body, above, LongestId);
            if (parent is null)
            {
                Problem(body, $"{above} is needed: the id of the {above} to which the {PlantWords.Of(level)} belongs.");
            }
        }

        MachineFacts? machine = null;
        PointFacts? point = null;
        if (level == PlantLevel.Machine)
        {
            machine = new MachineFacts(
                Text(body, "class"),
                Number("isoGroup", 1, 4),
                Text(body, "isoSupport"),
                Number("shaftSpeedMinimumMilliHertz", 0, 1_000_000),
                Number("shaftSpeedMaximumMilliHertz", 0, 1_000_000),
                Text(body, "bearing"));
            if (machine.IsoSupport is not (null or "rigid" or "flexible"))
            {
                Problem(body["isoSupport"], "isoSupport takes rigid or flexible.");
            }

            if (machine.ShaftSpeedMinimumMilliHertz > machine.ShaftSpeedMaximumMilliHertz)
            {
                Problem(body["shaftSpeedMinimumMilliHertz"], "shaftSpeedMinimumMilliHertz is above shaftSpeedMaximumMilliHertz. Exchange them.");
            }
        }
        else if (level == PlantLevel.Point)
        {
            var axes = body["axes"];
            if (axes is not (null or JsonObject) || (axes as JsonObject)?.Any(axis => !Axes.Contains(axis.Key)) == true)
            {
                Problem(axes, "axes takes an object with x, y and z: what each axis of the sensor points to.");
            }

            var named = axes as JsonObject ?? [];
            point = new PointFacts(Text(body, "position"), Text(named, "x"), Text(named, "y"), Text(named, "z"));
        }

        var label = Text(body, "name");
        return sound ? new PlantItem(level, id!, parent ?? "", label ?? id!, "") { Machine = machine, Point = point } : null;
    }

    private static JsonArray Tree(
        IEnumerable<PlantItem> items, ILookup<(PlantLevel, string), PlantItem> children, Action<PlantItem, JsonObject> add) => new(
    [
        .. items.Select(item =>
        {
            var json = Write(item);
            add(item, json);
            if (item.Level != PlantLevel.Point)
            {
                json[PlantWords.Plural(item.Level + 1)] = Tree(children[(item.Level, item.Id)], children, add);
            }

            return (JsonNode)json;
        }),
    ]);

    private static void Add(JsonObject json, PlantLevel level, RollUp state, Assignment? node)
    {
        json["state"] = Write(state);
        if (level == PlantLevel.Point)
        {
            json["node"] = node?.DeviceId;
            json["nodeSince"] = node is null ? null : Json.Timestamp(node.From);
        }
    }

    private static void Add(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
