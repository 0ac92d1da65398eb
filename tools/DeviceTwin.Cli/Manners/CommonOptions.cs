using System.CommandLine;

namespace DeviceTwin.Cli;

/// <summary>The options that every command has.</summary>
internal static class CommonOptions
{
    private const string JsonName = "--json";
    private const string QuietName = "--quiet";
    private const string VerboseName = "--verbose";

    public static void AddTo(RootCommand root)
    {
        root.Add(new Option<bool>(JsonName) { Recursive = true, Description = "Print JSON on standard output (tools/JSON.md, `dtwin schema`)." });
        root.Add(new Option<bool>(QuietName, "-q") { Recursive = true, Description = "Say nothing on standard error but failures and questions." });
        root.Add(new Option<bool>(VerboseName, "-v") { Recursive = true, Description = "Say on standard error what is done on the way." });
    }

    /// <summary>What is wrong with them; null = nothing.</summary>
    public static string? Contradiction(ParseResult parsed) =>
        parsed.GetValue<bool>(QuietName) && parsed.GetValue<bool>(VerboseName) ? $"{QuietName} and {VerboseName} contradict each other: give one of them." : null;

    public static bool Json(ParseResult parsed) => parsed.GetValue<bool>(JsonName);

    public static Loudness Loudness(ParseResult parsed) =>
        parsed.GetValue<bool>(QuietName) ? Cli.Loudness.Quiet : parsed.GetValue<bool>(VerboseName) ? Cli.Loudness.Verbose : Cli.Loudness.Normal;

    /// <summary>For commands that ask before what cannot be undone.</summary>
    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };
}
