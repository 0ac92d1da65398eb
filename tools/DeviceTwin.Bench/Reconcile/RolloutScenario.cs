namespace DeviceTwin.Bench.Reconcile;

/// <summary>A plant of which rollouts are simulated. Rates are per node and window; a window is a day, and a node measures each minute.</summary>
public sealed record RolloutScenario
{
    /// <summary>Nodes.</summary>
    public int Nodes { get; init; } = 200;

    /// <summary>Nodes of the canary.</summary>
    public int Canary { get; init; } = 40;

    /// <summary>New alarms that a node raises without any change, in the mean of all nodes.</summary>
    public double Alarms { get; init; } = 0.15;

    /// <summary>How machines differ: standard deviation of the logarithm of their alarm rates (and of their rates of reconnection).</summary>
    public double Spread { get; init; } = 1;

    /// <summary>By what the change multiplies the alarm rate of the nodes that have it.</summary>
    public double Effect { get; init; } = 1;

    /// <summary>How alarm rates drift: standard deviation of the logarithm's step from window to window, of the whole plant's rate and again of each line's.</summary>
    public double Drift { get; init; } = 0.1;

    /// <summary>By what the alarm rate of the whole plant is multiplied from the moment on at which the canary gets the change.</summary>
    public double PlantRise { get; init; } = 1;

    /// <summary>Machines that really fall ill, and then raise three alarms a window until somebody comes, which nobody does.</summary>
    public double Faults { get; init; } = 0.001;

    /// <summary>Reconnections.</summary>
    public double Reconnects { get; init; } = 0.1;

    /// <summary>Reboots; each is a new connection.</summary>
    public double Reboots { get; init; } = 0.02;

    /// <summary>Nodes that fall silent for a quarter of a window.</summary>
    public double Silences { get; init; } = 0.005;

    /// <summary>Outages of a line's network, per line: all its nodes are silent for an eighth of a window and connect anew.</summary>
    public double LineOutages { get; init; } = 0.02;

    /// <summary>Lapses of coverage.</summary>
    public double CoverageLapses { get; init; } = 0.01;

    /// <summary>Lapses of memory.</summary>
    public double HeapLapses { get; init; } = 0.002;

    /// <summary>By what the change multiplies reconnections and silences.</summary>
    public double Instability { get; init; } = 1;

    /// <summary>Windows of history before the change.</summary>
    public int BaselineWindows { get; init; } = 14;

    /// <summary>Windows after which a stage is put before a person.</summary>
    public int LongestStageWindows { get; init; } = 21;
}
