using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DeviceTwin.Hub.Changes;

/// <summary>A change's report as one HTML file: no script, nothing loaded from anywhere.</summary>
internal static class ChangeReportHtml
{
    private const string Style =
        "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24}"
        + "table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{border:1px solid #c8ced6;padding:.25rem .6rem;text-align:left;vertical-align:top}"
        + "th{background:#eef1f4}.tripped,.failed{background:#f9dcdc}.passed,.restored{background:#dff2e1}.waiting,.kept{background:#fbf1d0}code{font-size:.9em}";

    /// <param name="report">As <see cref="ChangeJson.Write(Twins.Rollouts.RolloutReport)"/> writes it.</param>
    public static string Write(JsonObject report)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Text(report["title"])).Append("</title><style>").Append(Style)
            .Append("</style></head><body><h1>").Append(Text(report["title"])).Append(": ").Append(Text(report["state"])).Append("</h1><ul>");
        foreach (var sentence in (JsonArray)report["sentences"]!)
        {
            html.Append("<li>").Append(Text(sentence)).Append("</li>");
        }

        html.Append("</ul>");
        Table(html, "Gates at the decision", (JsonArray?)report["gates"]?["gates"] ?? [], "outcome", "gate", "outcome", "words");
        Table(html, "Groups", (JsonArray)report["groups"]!, null, "group", "size", "admitted");
        Table(html, "Refusals", (JsonArray)report["rejections"]!, null, "board", "path", "code", "reason", "devices");
        Table(html, "Paths that were brought back", (JsonArray)report["paths"]!, "outcome", "deviceId", "path", "outcome", "previous", "now", "why");
        Table(html, "Steps", (JsonArray)report["history"]!, null, "at", "event", "from", "to", "by", "why");
        return html.Append("</body></html>").ToString();
    }

    private static void Table(StringBuilder html, string title, JsonArray rows, string? style, params string[] columns)
    {
        if (rows.Count == 0)
        {
            return;
        }

        html.Append("<h2>").Append(title).Append("</h2><table><tr>").Append(string.Concat(columns.Select(column => $"<th>{column}</th>"))).Append("</tr>");
        foreach (var row in rows)
        {
            html.Append(style is null ? "<tr>" : $"<tr class=\"{Text(row![style])}\">").Append(string.Concat(columns.Select(column => $"<td>{Text(row![column])}</td>"))).Append("</tr>");
        }

        html.Append("</table>");
    }

    private static string Text(JsonNode? node) => WebUtility.HtmlEncode(node switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(item => item?.ToString())),
        _ => node.ToString(),
    });
}
