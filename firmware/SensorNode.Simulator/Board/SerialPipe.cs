#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A serial line in memory: the node's end is an <see cref="ISerialLink"/>, the tool's end takes and gives bytes. The node's side holds as
/// many bytes as the UART driver of an ESP32 does, and like it throws all of them away where one more comes. Both ends may be used from different threads.
/// </summary>
public sealed class SerialPipe : ISerialLink
{
    /// <summary>What nanoFramework's driver on the ESP32 holds.</summary>
    public const int DriverBytes = 256;

    private readonly object _gate = new();
    private readonly Queue<byte> _toNode = new();
    private readonly Queue<byte> _toTool = new();

    /// <summary>How often the node's side was full and lost what it had.</summary>
    public int Overflows { get; private set; }

    /// <summary>What happens to a byte on its way to the tool, to be broken by tests: the bytes to deliver in its place.</summary>
    public Func<byte, byte[]>? Noise { get; set; }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            int taken = 0;
            while (taken < count && _toNode.TryDequeue(out byte next))
            {
                buffer[offset + taken++] = next;
            }

            return taken;
        }
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            for (int index = 0; index < count; index++)
            {
                byte next = buffer[offset + index];
                foreach (byte delivered in Noise?.Invoke(next) ?? [next])
                {
                    _toTool.Enqueue(delivered);
                }
            }
        }
    }

    /// <summary>The tool sends.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (byte next in bytes)
            {
                if (_toNode.Count == DriverBytes)
                {
                    _toNode.Clear();
                    Overflows++;
                }

                _toNode.Enqueue(next);
            }
        }
    }

    /// <summary>The tool takes all that has arrived.</summary>
    public byte[] Receive()
    {
        lock (_gate)
        {
            byte[] bytes = [.. _toTool];
            _toTool.Clear();
            return bytes;
        }
    }
}
