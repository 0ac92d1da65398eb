using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary>Rows of a query as people read them: what they are says which columns they have.</summary>
internal sealed class QueryTable
{
    private readonly List<JsonObject> rows = [];
    private string items = "";

    public int Count => rows.Count;

    /// <summary>What was found, in a sentence.</summary>
    public string Summary => items switch
    {
        HubItems.Twin when rows.Exists(row => row["moduleId"] is not null) => Number("module"),
        HubItems.Twin => Number("device"),
        _ => Number("row"),
    };

    /// <param name="row">As the hub gives it.</param>
    /// <param name="kind">What it is, of <see cref="HubItems"/>; all rows of a query are the same.</param>
    public void Add(JsonObject row, string kind)
    {
        rows.Add(row);
        items = kind;
    }

    /// <summary>Prints the table; nothing where there are no rows.</summary>
    public void Write()
    {
        if (rows.Count > 0)
        {
            (items == HubItems.Twin ? Twins() : Raw()).Write();
        }
    }

    private Grid Twins()
    {
        var modules = rows.Exists(row => row["moduleId"] is not null);
        var grid = new Grid().Column("device");
        if (modules)
        {
            grid.Column("module");
        }

        grid.Column("machine", 1).Column("line", 3).Column("point", 4).Column("connection").Column("last seen", 2);
        foreach (var twin in rows)
        {
            var tags = twin["tags"];
            string[] names = modules ? [Facts.OrDash(twin["deviceId"]), Facts.OrDash(twin["moduleId"])] : [Facts.OrDash(twin["deviceId"])];
            grid.Row([
                .. names, Facts.OrDash(tags?["machine"]), Facts.OrDash(tags?["line"]), Facts.OrDash(tags?["point"]),
                Words.Connection((string?)twin["connectionState"] == "Connected"), Facts.Time(twin["lastActivityTime"]),
            ]);
        }

        return grid;
    }

    /// <summary>A column for each member that a row has, in the order in which they come; the later ones leave first where the screen is narrow.</summary>
    private Grid Raw()
    {
        var names = rows.SelectMany(row => row.Select(member => member.Key)).Distinct(StringComparer.Ordinal).ToArray();
        var grid = new Grid();
        foreach (var (rank, name) in names.Index())
        {
            grid.Column(name, rank, right: rows.TrueForAll(row => row[name]?.GetValueKind() is null or JsonValueKind.Number), folds: rows.Exists(row => row[name] is JsonObject));
        }

        foreach (var row in rows)
        {
            grid.Row([.. names.Select(name => Facts.OrDash(row[name]))]);
        }

        return grid;
    }

    private string Number(string what) => rows.Count == 1 ? $"1 {what}." : $"{rows.Count} {what}s.";
}
