using Spectre.Console;

namespace DeviceTwin.Cli;

/// <summary>Standard output for people: colours and live tables on a terminal, plain and unwrapped text everywhere else.</summary>
internal static class Screen
{
    // Wide enough that a table in a file or a pipe is never folded.
    private const int PipeWidth = 240;

    /// <summary>Whether a person looks at a terminal that can redraw.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && Output.Profile.Capabilities.Interactive;

    public static IAnsiConsole Output { get; } = Create(Console.IsOutputRedirected);

    private static IAnsiConsole Create(bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
