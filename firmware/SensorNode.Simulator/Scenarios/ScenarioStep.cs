#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>Something that happens.</summary>
/// <param name="AtMs">When, in milliseconds since the start.</param>
/// <param name="Node">To which node, from 1; 0 = to all.</param>
/// <param name="Act">What.</param>
/// <param name="Amount">How much: milliseconds, percent, parts per million, a number of an operation.</param>
/// <param name="ForMs">How long, in milliseconds.</param>
/// <param name="Word">A cut, a kind of machine, a property or a method.</param>
/// <param name="Value">A value of JSON.</param>
public sealed record ScenarioStep(long AtMs, int Node, ScenarioAct Act, long Amount = 0, long ForMs = 0, string Word = "", string Value = "");
