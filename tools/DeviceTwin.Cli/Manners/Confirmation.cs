namespace DeviceTwin.Cli;

/// <summary>A question before something that is not easily undone.</summary>
internal static class Confirmation
{
    /// <summary>Asks on standard error, reads standard input.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.NotConfirmed"/>: anything but yes, or nobody is there to answer.</exception>
    public static void Ask(string question)
    {
        Console.Error.Write($"{question} Type yes to go on: ");
        if (Console.In.ReadLine()?.Trim().ToLowerInvariant() is not ("yes" or "y"))
        {
            Console.Error.WriteLine();
            throw new CommandFailedException(ExitCode.NotConfirmed, ExitCode.NotConfirmed.Meaning);
        }
    }
}
