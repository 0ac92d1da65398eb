using Spectre.Console;

namespace DeviceTwin.Cli;

/// <summary>
/// Standard output for people: colours and live tables on a terminal, plain and unwrapped text everywhere else. <c>NO_COLOR</c>, if it is not
/// empty, and a dumb terminal take the colours away.
/// </summary>
internal static class Screen
{
    // Wide enough that a table in a file or a pipe is never folded.
    private const int PipeWidth = 240;

    private static (TextWriter Writer, ScreenForm? Form, IAnsiConsole Console)? made;

    /// <summary>Whether a person looks at a terminal that can redraw.</summary>
    public static bool IsLive => ScreenForm.Wanted is null && !Console.IsOutputRedirected && Output.Profile.Capabilities.Interactive;

    public static IAnsiConsole Output
    {
        get
        {
            if (made is not { } console || console.Writer != Console.Out || console.Form != ScreenForm.Wanted)
            {
                made = console = (Console.Out, ScreenForm.Wanted, Create());
            }

            return console.Console;
        }
    }

    /// <summary>Columns of the screen.</summary>
    public static int Width => Output.Profile.Width;

    /// <summary>A line of markup that is not folded at the edge of the screen.</summary>
    public static void Unfolded(string markup)
    {
        var console = Output;
        var width = console.Profile.Width;
        console.Profile.Width = int.MaxValue / 4;
        try
        {
            console.MarkupLine(markup);
        }
        finally
        {
            console.Profile.Width = width;
        }
    }

    private static IAnsiConsole Create()
    {
        var redirected = Console.IsOutputRedirected;
        var colours = ScreenForm.Wanted?.Colours;
        var plain = !(colours ?? (!redirected && !ScreenForm.IsPlain(Environment.GetEnvironmentVariable)));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            Ansi = colours == true ? AnsiSupport.Yes : plain && (redirected || colours == false) ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : colours == true ? ColorSystemSupport.Standard : ColorSystemSupport.Detect,
            Interactive = colours is null ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (ScreenForm.Wanted is { } form)
        {
            console.Profile.Width = form.Width;
        }
        else if (redirected)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
