#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Files of a simulated board that live as long as the object: a restarted node finds them again.</summary>
public sealed class MemoryFiles : IFiles
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public byte[]? Read(string name) => _files.TryGetValue(name, out byte[]? content) ? (byte[])content.Clone() : null;

    /// <inheritdoc/>
    public void Write(string name, byte[] content) => _files[name] = (byte[])content.Clone();

    /// <inheritdoc/>
    public void Delete(string name) => _files.Remove(name);
}
