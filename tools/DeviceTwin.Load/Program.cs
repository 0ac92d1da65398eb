using DeviceTwin.Load;

// Read by the runtime when the first socket is made: what arrives is worked off where it is noticed, without a way through the pool.
Environment.SetEnvironmentVariable(InlineCompletions, "1");

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
return await Verbs.Run(args, Console.Out, Console.Error, stop.Token);

/// <summary>The entry.</summary>
internal partial class Program
{
    /// <summary>Setting of the runtime's sockets.</summary>
    internal const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
}
