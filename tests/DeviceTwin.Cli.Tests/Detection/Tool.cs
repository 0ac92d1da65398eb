using DeviceTwin.Cli;

namespace DeviceTwin.Tests.Cli.Detection;

/// <summary>Runs a command line inside the test, with what it prints.</summary>
internal static class Tool
{
    public static (int Code, string Output, string Talk) Run(params string[] arguments)
    {
        var (standardOutput, standardError) = (Console.Out, Console.Error);
        // Not disposed: the screen for people keeps the writer it first met.
        var output = new StringWriter();
        var talk = new StringWriter();
        Console.SetOut(output);
        Console.SetError(talk);
        try
        {
            var code = CommandRunner.RunAsync(DtwinCommand.Create(), arguments).GetAwaiter().GetResult();
            return (code, output.ToString(), talk.ToString());
        }
        finally
        {
            Console.SetOut(standardOutput);
            Console.SetError(standardError);
        }
    }
}
