#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Files of a simulated board that live as long as the object: a restarted node finds them again.</summary>
public sealed class MemoryFiles : IFiles
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _growing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public byte[]? Read(string name) => _files.TryGetValue(name, out byte[]? content) ? (byte[])content.Clone() : null;

    /// <inheritdoc/>
    public void Write(string name, byte[] content) => _files[name] = (byte[])content.Clone();

    /// <inheritdoc/>
    public void Delete(string name)
    {
        _files.Remove(name);
        _growing.Remove(name);
    }

    /// <inheritdoc/>
    public void Append(string name, byte[] bytes, int count) => _growing[name] = [.. _growing.GetValueOrDefault(name, []), .. bytes.AsSpan(0, count)];

    /// <inheritdoc/>
    public int ReadAt(string name, int position, byte[] buffer, int count)
    {
        int read = Math.Max(0, Math.Min(count, Length(name) - position));
        if (read > 0)
        {
            Array.Copy(_growing[name], position, buffer, 0, read);
        }

        return read;
    }

    /// <inheritdoc/>
    public int Length(string name) => _growing.GetValueOrDefault(name, []).Length;

    /// <inheritdoc/>
    public string[] List() => [.. _growing.Keys];
}
