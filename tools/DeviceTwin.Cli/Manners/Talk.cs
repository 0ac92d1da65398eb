namespace DeviceTwin.Cli;

/// <summary>How much is said on standard error.</summary>
internal enum Loudness
{
    /// <summary>Failures and questions alone.</summary>
    Quiet,

    /// <summary>What a person wants to know besides the data.</summary>
    Normal,

    /// <summary>Also what is done on the way, a line for each request.</summary>
    Verbose,
}

/// <summary>Standard error: talk. Standard output belongs to the data. Secrets are never said here, however verbose.</summary>
internal static class Talk
{
    // Of the run: a test runs several commands side by side.
    private static readonly AsyncLocal<Loudness?> Told = new();

    public static Loudness Loudness
    {
        get => Told.Value ?? Loudness.Normal;
        set => Told.Value = value;
    }

    /// <summary>What a person wants to know; <c>--quiet</c> leaves it out.</summary>
    public static void Say(string sentence)
    {
        if (Loudness > Loudness.Quiet)
        {
            Console.Error.WriteLine($"dtwin: {sentence}");
        }
    }

    /// <summary>What is done on the way; said with <c>--verbose</c>.</summary>
    public static void Detail(string sentence)
    {
        if (Loudness == Loudness.Verbose)
        {
            Console.Error.WriteLine($"dtwin: {sentence}");
        }
    }

    /// <summary>Passes on the lines of somebody else, with a name before each.</summary>
    public static Action<string>? Relay(string who) => Loudness > Loudness.Quiet ? line => Console.Error.WriteLine($"{who}: {line}") : null;

    /// <summary>What went wrong without ending the run; always said.</summary>
    public static void Problem(string sentence) => Console.Error.WriteLine($"dtwin: {sentence}");
}
