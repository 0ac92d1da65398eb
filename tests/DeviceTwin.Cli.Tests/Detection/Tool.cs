using DeviceTwin.Cli;

namespace DeviceTwin.Tests.Cli.Detection;

/// <summary>Runs a command line inside the test, with what it prints.</summary>
internal static class Tool
{
    public static (int Code, string Output, string Talk) Run(params string[] arguments)
    {
        var (standardOutput, standardError) = (Console.Out, Console.Error);
        // Not disposed: a command may still say something while it ends.
        var output = new StringWriter();
        var talk = new StringWriter();
        Console.SetOut(output);
        Console.SetError(talk);
        try
        {
            var code = CommandRunner.Run(arguments);
            return (code, output.ToString(), talk.ToString());
        }
        finally
        {
            Console.SetOut(standardOutput);
            Console.SetError(standardError);
        }
    }
}
