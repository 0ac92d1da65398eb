namespace DeviceTwin.Hub.Options;

/// <summary>The hub cannot start; the message is one sentence that says what to do, and nobody needs a stack trace.</summary>
public sealed class StartException(ExitCode code, string message, Exception? cause = null) : Exception(message, cause)
{
    public ExitCode Code { get; } = code;
}
