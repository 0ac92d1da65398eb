#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>The board has lost its power: whatever runs on it ends here. Not an I/O failure that a program could live with.</summary>
public sealed class PowerCutException() : Exception("The power is cut.");
