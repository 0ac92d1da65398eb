namespace DeviceTwin.Load;

/// <summary>The command line could not be understood; the message says what is wrong with it.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>A measurement could not be made.</summary>
/// <param name="code">A stable word.</param>
/// <param name="message">What happened and what to do.</param>
public sealed class LoadException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
