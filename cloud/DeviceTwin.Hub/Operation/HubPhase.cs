namespace DeviceTwin.Hub.Operation;

/// <summary>Where the process stands between its start and its end. Goes forward only.</summary>
internal sealed class HubPhase
{
    private volatile bool started;
    private volatile bool draining;

    /// <summary>Both ports listen.</summary>
    public bool IsStarted => started;

    /// <summary>The process was told to stop: nothing new is taken in.</summary>
    public bool IsDraining => draining;

    public void Started() => started = true;

    public void Drain() => draining = true;
}
