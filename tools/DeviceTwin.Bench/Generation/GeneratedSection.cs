namespace DeviceTwin.Bench.Generation;

/// <summary>A part of a page of the documentation that <c>generate</c> writes: what stands between its two markers.</summary>
/// <param name="Page">The page, from the root of the checkout.</param>
/// <param name="Name">Name of the section: it stands between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.</param>
/// <param name="Write">Its text, Markdown.</param>
public sealed record GeneratedSection(string Page, string Name, Func<string> Write)
{
    /// <summary>Puts <paramref name="content"/> between the markers of a section.</summary>
    /// <returns>The page's new text; lines end as LF.</returns>
    /// <exception cref="ModelException">A marker is missing, is there twice, or the end stands before the beginning.</exception>
    public static string Replace(string text, string name, string content)
    {
        string begin = $"<!-- begin {name} -->";
        string end = $"<!-- end {name} -->";
        int from = Only(text, begin) + begin.Length;
        int to = Only(text, end);
        if (to < from)
        {
            throw new ModelException($"'{end}' stands before '{begin}'");
        }

        return $"{text[..from]}\n{content.ReplaceLineEndings("\n").Trim('\n')}\n{text[to..]}";
    }

    private static int Only(string text, string marker)
    {
        int at = text.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
        {
            throw new ModelException($"'{marker}' is missing");
        }

        return text.IndexOf(marker, at + 1, StringComparison.Ordinal) < 0 ? at : throw new ModelException($"'{marker}' is there twice");
    }
}
