using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>Just enough to look into rendered pages: an element by its test id, and its text.</summary>
internal static partial class Html
{
    /// <summary>The element with this test id, tags included, up to its matching end; fails where there is none.</summary>
    public static string ById(string html, string testId)
    {
        var mark = html.IndexOf($"data-testid=\"{testId}\"", StringComparison.Ordinal);
        Assert.That(mark, Is.GreaterThanOrEqualTo(0), $"no element with test id {testId}");
        var start = html.LastIndexOf('<', mark);
        var name = TagName().Match(html, start).Groups[1].Value;
        var depth = 0;
        foreach (Match tag in Regex.Matches(html[start..], $@"<(/?){name}\b[^>]*?(/?)>"))
        {
            depth += tag.Groups[1].Length > 0 ? -1 : tag.Groups[2].Length > 0 ? 0 : 1;
            if (depth == 0)
            {
                return html.Substring(start, tag.Index + tag.Length);
            }
        }

        return html[start..(html.IndexOf('>', mark) + 1)];
    }

    /// <summary>What a person reads: without tags, entities resolved, white space collapsed.</summary>
    public static string Text(string html) => Spaces().Replace(System.Net.WebUtility.HtmlDecode(Tags().Replace(html, " ")), " ").Trim();

    /// <summary>An attribute of the element with this test id, or null.</summary>
    public static string? Attribute(string html, string testId, string name)
    {
        var mark = html.IndexOf($"data-testid=\"{testId}\"", StringComparison.Ordinal);
        Assert.That(mark, Is.GreaterThanOrEqualTo(0), $"no element with test id {testId}");
        var tag = html[html.LastIndexOf('<', mark)..(html.IndexOf('>', mark) + 1)];
        var match = Regex.Match(tag, $@"\s{name}(=""([^""]*)"")?");
        return match.Success ? match.Groups[2].Value : null;
    }

    [GeneratedRegex(@"\G<(\w+)")]
    private static partial Regex TagName();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
