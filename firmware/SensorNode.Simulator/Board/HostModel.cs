#nullable enable

using System;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// When a step really runs: the runtime's scheduler and its garbage collector between the moment a loop wanted to run and the moment it does.
/// Seeded: the same seed gives the same pauses.
/// </summary>
/// <remarks>
/// nanoFramework's interpreter looks at threads whose sleep is over when the running thread's quantum of 20 ms ends or the thread waits, and a
/// higher priority only buys more quanta (ScheduleThreads, GetQuantumDebit in its source): while another thread computes, a step is
/// up to 20 ms late whatever its priority. The collector stops everything; how long depends on the heap.
/// </remarks>
/// <param name="seed">Decides the pauses.</param>
public sealed class HostModel(ulong seed)
{
    /// <summary>The scheduler's quantum.</summary>
    public const int QuantumMicroseconds = 20_000;

    private readonly Xoshiro256 _random = new(seed);

    /// <summary>The tick of timers: a sleeping thread is up to so much late on a machine that has nothing else to do.</summary>
    public int TickMicroseconds { get; init; } = 1000;

    /// <summary>Share of the steps that find another thread computing, of which the rest of a quantum is left.</summary>
    public double OtherThreadShare { get; init; }

    /// <summary>Longest time that such a thread computes on; at most a quantum.</summary>
    public int OtherThreadMicroseconds { get; init; } = QuantumMicroseconds;

    /// <summary>Share of the steps that the collector comes before.</summary>
    public double CollectionShare { get; init; }

    /// <summary>How long a collection takes.</summary>
    public int CollectionMicroseconds { get; init; }

    /// <summary>The longest a step was late so far.</summary>
    public long LongestMicroseconds { get; private set; }

    /// <summary>A node with nothing else to do during a capture: the loop that talks is parked, library threads wait for the network.</summary>
    public static HostModel Normal(ulong seed) => new(seed)
    {
        OtherThreadShare = 0.1,
        OtherThreadMicroseconds = 2000,
        CollectionShare = 0.01,
        CollectionMicroseconds = 6000,
    };

    /// <summary>A node whose other loop computes during the capture: composes a report, checks a certificate.</summary>
    public static HostModel Busy(ulong seed) => new(seed)
    {
        OtherThreadShare = 0.5,
        CollectionShare = 0.01,
        CollectionMicroseconds = 6000,
    };

    /// <summary>How late a step is, in microseconds.</summary>
    public long Pause()
    {
        double pause = TickMicroseconds * _random.NextUniform();
        if (_random.NextUniform() < OtherThreadShare)
        {
            pause += Math.Min(OtherThreadMicroseconds, QuantumMicroseconds) * _random.NextUniform();
        }

        if (_random.NextUniform() < CollectionShare)
        {
            pause += CollectionMicroseconds;
        }

        LongestMicroseconds = Math.Max(LongestMicroseconds, (long)pause);
        return (long)pause;
    }
}
