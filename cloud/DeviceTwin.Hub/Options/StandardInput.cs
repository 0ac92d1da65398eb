namespace DeviceTwin.Hub.Options;

/// <summary>Notices that the parent has gone: its end of our standard input closes with it, however it died.</summary>
internal static class StandardInput
{
    /// <summary>Calls back once, when there is nothing more to read.</summary>
    public static void WhenItEnds(Action ended) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
                // What a parent writes means nothing; only that it is there counts.
            }
        }
        catch (IOException)
        {
            // A broken pipe is an end as well.
        }

        ended();
    })
    {
        IsBackground = true,
        Name = "standard input",
    }.Start();
}
