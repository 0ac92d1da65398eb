namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>The node restarted while something was being staged: what it was told before is gone, and the session with it.</summary>
public sealed class BoardRestartedException() : Exception("The node restarted in the middle: what was staged is gone.");
