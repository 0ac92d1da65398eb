namespace DeviceTwin.Dashboard.Fleet;

/// <summary>How grave a verdict is; the order is the order of attention.</summary>
public enum Severity
{
    None,
    Idle,
    Good,
    Refused,
    Warning,
    Fault,
}

/// <summary>How a verdict word is shown: never by colour alone.</summary>
/// <param name="Word">The word of the catalogue, as it stands in the twin.</param>
/// <param name="Shape">Name of the symbol: <c>dash, disc, ring, triangle, diamond, pause</c>.</param>
/// <param name="Explanation">One sentence for somebody who sees the word for the first time.</param>
public sealed record VerdictStyle(string Word, Severity Severity, string Shape, string Explanation);

/// <summary>The verdict words that a node may give, with shape and explanation.</summary>
public static class Verdicts
{
    /// <summary>Shown before the first features message.</summary>
    public static readonly VerdictStyle NoData = new("no data", Severity.None, "dash", "The node has not sent a verdict yet.");

    private static readonly Dictionary<string, VerdictStyle> Known = new VerdictStyle[]
    {
        new("normal", Severity.Good, "disc", "Every feature that was asked for was computed and none is over its limit."),
        new("high", Severity.Warning, "triangle", "A level (velocity, a band, or against the learned baseline) is over its limit, and no cause could be named."),
        new("outer", Severity.Fault, "diamond", "The envelope spectrum shows the bearing's outer-race frequency (BPFO)."),
        new("inner", Severity.Fault, "diamond", "The envelope spectrum shows the bearing's inner-race frequency (BPFI)."),
        new("ball", Severity.Fault, "diamond", "A rolling element: the envelope spectrum shows twice its spin (2×BSF), or there are blows or high-frequency energy that no race explains."),
        new("cage", Severity.Fault, "diamond", "The envelope spectrum shows the frequency of the bearing's cage (FTF)."),
        new("unbalance", Severity.Warning, "triangle", "The velocity is over its limit and stands at the shaft speed."),
        new("misalignment", Severity.Warning, "triangle", "The velocity is over its limit and stands at twice or three times the shaft speed."),
        new("looseness", Severity.Warning, "triangle", "The velocity is over its limit and stands at many multiples, or at halves, of the shaft speed."),
        new("hot", Severity.Warning, "triangle", "The temperature is above its limit, rising too fast, or far from what was learned (above or below it)."),
        new("notRunning", Severity.Idle, "pause", "The machine stands still: nothing is judged and nothing is learned."),
        new("refused", Severity.Refused, "ring", "A feature that was asked for could not be computed; the node says why."),
    }.ToDictionary(style => style.Word);

    /// <summary>The words, for filters.</summary>
    public static IReadOnlyCollection<string> Words => Known.Keys;

    /// <summary>Worst first: the order in which a node chooses its verdict among alarms.</summary>
    public static IReadOnlyList<string> AlarmOrder { get; } = ["outer", "inner", "ball", "cage", "unbalance", "misalignment", "looseness", "high", "hot"];

    /// <summary>A word that this hub does not know yet is shown as it is, as a warning: a newer node must not look healthy.</summary>
    public static VerdictStyle For(string? word) =>
        word is null ? NoData
        : Known.TryGetValue(word, out var style) ? style
        : new VerdictStyle(word, Severity.Warning, "triangle", "This hub does not know the word; the node's firmware is newer.");
}
