namespace DeviceTwin.Cli;

/// <summary>How standard output looks. Apart from <see cref="Screen"/>: what needs no tables need not load what draws them.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Colours">Whether there are colours, and with them ANSI sequences.</param>
internal sealed record ScreenForm(int Width, bool Colours)
{
    private const int Unbound = 10_000;

    /// <summary>What it is to look like; null = as it is found.</summary>
    public static ScreenForm? Wanted { get; set; }

    /// <summary>Whether somebody reads it on a screen of a certain width.</summary>
    public static bool IsFolded => Wanted is not null || !Console.IsOutputRedirected;

    /// <summary>Columns for text that needs nothing else of the screen.</summary>
    public static int TextWidth => Wanted?.Width ?? (Console.IsOutputRedirected ? Unbound : Math.Max(Folding.Least, Console.WindowWidth));

    /// <summary>Whether this environment forbids colours.</summary>
    public static bool IsPlain(Func<string, string?> environment) => environment("NO_COLOR") is { Length: > 0 } || environment("TERM") == "dumb";
}
