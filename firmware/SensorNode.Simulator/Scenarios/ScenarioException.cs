#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>A scenario that cannot be read: which line, why, and what to write instead.</summary>
/// <param name="line">From 1.</param>
/// <param name="message">What is wrong, and the hint.</param>
public sealed class ScenarioException(int line, string message) : Exception($"line {line}: {message}")
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
