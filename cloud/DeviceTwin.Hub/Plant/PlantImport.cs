using System.Text.Json.Nodes;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>What an import would do. Pure: nothing is written here.</summary>
/// <param name="Items">To be written, those above first.</param>
/// <param name="Unchanged">Items that are there as the text has them.</param>
internal sealed record PlantImport(IReadOnlyList<PlantItem> Items, int Created, int Updated, int Unchanged, IReadOnlyList<PlantImportError> Errors)
{
    private const int MostErrors = 100;

    /// <summary>Reads a whole tree (<c>{"sites":[…]}</c>) and compares it with the present one. What the text does not name stays.</summary>
    public static PlantImport Read(byte[] text, PlantTree tree)
    {
        var (json, line, problem) = LocatedJson.Parse(text);
        if (json is null)
        {
            return new PlantImport([], 0, 0, 0, [new PlantImportError(line, problem!)]);
        }

        var reading = new Reading(json, tree);
        if (json.Root is not JsonObject root || root["sites"] is not JsonArray)
        {
            reading.Errors.Add(new PlantImportError(json.LineOf((json.Root as JsonObject)?["sites"], json.Root), "The whole must be {\"sites\":[…]}: GET /api/v1/plant/export shows the shape."));
        }
        else
        {
            reading.List(root, PlantLevel.Site, "");
        }

        var items = reading.Items.Where(item => tree.Find(item.Level, item.Id) is not { } before || before with { ETag = "" } != item).ToArray();
        var created = items.Count(item => tree.Find(item.Level, item.Id) is null);
        return new PlantImport(
            items, created, items.Length - created, reading.Items.Count - items.Length, [.. reading.Errors.OrderBy(error => error.Line).Take(MostErrors)]);
    }

    private sealed class Reading(LocatedJson json, PlantTree before)
    {
        private readonly HashSet<(PlantLevel, string)> seen = [];
        private PlantTree tree = before;

        public List<PlantItem> Items { get; } = [];

        public List<PlantImportError> Errors { get; } = [];

        /// <param name="parentId">Null where the item above is faulty: what is below is read all the same, as a person wants to hear of everything at once.</param>
        public void List(JsonObject parent, PlantLevel level, string? parentId)
        {
            var name = PlantWords.Plural(level);
            if (parent[name] is not { } list)
            {
                return;
            }

            if (list is not JsonArray items)
            {
                Error(list, parent, $"{name} must be a list.");
                return;
            }

            foreach (var entry in items)
            {
                if (entry is JsonObject body)
                {
                    Item(body, level, parentId);
                }
                else
                {
                    Error(entry, items, $"{name} must hold objects.");
                }
            }
        }

        private void Item(JsonObject body, PlantLevel level, string? parentId)
        {
            var item = PlantJson.Read(level, null, parentId ?? "", body, (node, text) => Error(node, body, text));
            if (item is not null && !seen.Add((level, item.Id)))
            {
                Error(body["id"], body, $"{PlantWords.Of(level)} \"{item.Id}\" stands twice in the text. Ids are unique on their level.");
                item = null;
            }

            if (item is not null && parentId is not null)
            {
                try
                {
                    tree = tree.Put(item);
                    Items.Add(item);
                }
                catch (HubException refusal)
                {
                    Error(body["id"], body, refusal.Message);
                    item = null;
                }
            }

            if (level != PlantLevel.Point)
            {
                List(body, level + 1, parentId is null ? null : item?.Id);
            }
        }

        private void Error(JsonNode? node, JsonNode otherwise, string text) => Errors.Add(new PlantImportError(json.LineOf(node, otherwise), text));
    }
}

internal sealed record PlantImportError(int Line, string Message);
