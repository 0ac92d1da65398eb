namespace DeviceTwin.Bench;

/// <summary>The command line could not be understood; the message says what is wrong with it.</summary>
public sealed class UsageException(string message) : Exception(message);
