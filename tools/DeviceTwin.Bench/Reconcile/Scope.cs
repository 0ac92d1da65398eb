namespace DeviceTwin.Bench.Reconcile;

/// <summary>A sort of device.</summary>
public enum DeviceKind
{
    /// <summary>The firmware's twin agent.</summary>
    Agent,

    /// <summary>Built with an SDK; acknowledges.</summary>
    Acknowledging,

    /// <summary>Built with an SDK; reports plain values.</summary>
    Plain,
}

/// <summary>What may go wrong, each of it once.</summary>
[Flags]
public enum Faults
{
    None = 0,

    /// <summary>A message is lost, or the connection with all that is on its way.</summary>
    Loss = 1,

    /// <summary>A message arrives twice.</summary>
    Duplicate = 2,

    /// <summary>A message overtakes another.</summary>
    Reorder = 4,

    /// <summary>The device begins anew, with its settings and nothing else.</summary>
    Reboot = 8,

    /// <summary>The hub is killed and begins anew.</summary>
    Restart = 16,

    /// <summary>A clock jumps: a wait is over before its time, or the hub's wall clock is an hour behind what it was.</summary>
    Clock = 32,

    /// <summary>A person turns a setting at the device.</summary>
    Turned = 64,

    /// <summary>In a walk, where everything may happen over and over: something went wrong before.</summary>
    Earlier = 128,

    /// <summary>Everything that the network and the machines do.</summary>
    All = Loss | Duplicate | Reorder | Reboot | Restart | Clock,
}

/// <summary>What is explored.</summary>
/// <param name="Versions">Versions of the settings that the two editors make.</param>
/// <param name="Restored">The hub begins with a twin from a backup that is older than what the device has.</param>
/// <param name="Resends">How often the hub sends a document again for one version and connection.</param>
public sealed record Scope(DeviceKind Device, int Versions, Faults Faults, bool Restored = false, int Resends = 2)
{
    /// <summary>Messages on their way in each direction before nobody sends of himself.</summary>
    public const int InFlight = 2;

    /// <summary>All that every build explores, to its end.</summary>
    public static IReadOnlyList<Scope> Whole { get; } =
    [
        new(DeviceKind.Agent, 3, Faults.All, Resends: 1),
        new(DeviceKind.Acknowledging, 3, Faults.All & ~Faults.Reorder),
        new(DeviceKind.Acknowledging, 2, Faults.Loss | Faults.Restart | Faults.Turned),
        new(DeviceKind.Plain, 3, Faults.All & ~Faults.Reorder),
        new(DeviceKind.Agent, 3, Faults.All, Restored: true),
        new(DeviceKind.Acknowledging, 3, Faults.All & ~Faults.Reorder, Restored: true),
    ];

    /// <summary>What suffices to see a cell of the table that is wrong.</summary>
    public static IReadOnlyList<Scope> Small { get; } =
    [
        new(DeviceKind.Acknowledging, 2, Faults.Loss | Faults.Turned),
        new(DeviceKind.Plain, 3, Faults.Loss | Faults.Restart),
        new(DeviceKind.Acknowledging, 2, Faults.Loss, Restored: true),
        new(DeviceKind.Acknowledging, 2, Faults.Loss | Faults.Restart),
        new(DeviceKind.Agent, 2, Faults.Duplicate | Faults.Reorder | Faults.Clock),
        new(DeviceKind.Acknowledging, 3, Faults.None),
    ];

    /// <summary>The scope in words.</summary>
    public override string ToString() =>
        $"{(Device == DeviceKind.Agent ? "firmware" : Device == DeviceKind.Acknowledging ? "acknowledging device" : "plain device")}, {Versions} versions, {Faults}{(Restored ? ", hub from a backup" : "")}";
}
