#nullable enable

using System;
using System.IO;
using System.Threading;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.SensorNode.Simulator.Bench;

/// <summary>A board on a bench and the cable to it.</summary>
public sealed class BenchBoard : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string? _link;
    private PseudoTerminal? _port;
    private long _nowMs;

    internal BenchBoard(string name, string mac, ProvisionableBoard board, string? link)
    {
        Name = name;
        Mac = mac;
        Board = board;
        _link = link;
        Plug();
    }

    /// <summary>Its name on the bench: <c>board-01</c>.</summary>
    public string Name { get; }

    /// <summary>Address of its radio.</summary>
    public string Mac { get; }

    /// <summary>The board. While the bench runs it is stepped there: what is more than a switch goes through <see cref="Do"/>.</summary>
    public ProvisionableBoard Board { get; }

    /// <summary>What a tool opens: the link where the bench has a folder of them, else the port itself; empty while the cable is pulled.</summary>
    public string PortName
    {
        get
        {
            lock (_gate)
            {
                return _port == null ? "" : _link ?? _port.PortName;
            }
        }
    }

    /// <summary>What happens to bytes on their way to the board (true) or to the tool, to be broken by tests: what arrives in their place.</summary>
    public Func<bool, byte[], byte[]>? Noise { get; set; }

    /// <summary>Pulls the cable: the port is gone. Nothing where it is out already.</summary>
    public void Pull()
    {
        lock (_gate)
        {
            if (_link != null)
            {
                File.Delete(_link);
            }

            _port?.Dispose();
            _port = null;
        }
    }

    /// <summary>Plugs it in again, into the same socket. Nothing where it is in already.</summary>
    public void Plug()
    {
        lock (_gate)
        {
            if (_port != null)
            {
                return;
            }

            _port = new PseudoTerminal();
            if (_link != null)
            {
                File.Delete(_link);
                File.CreateSymbolicLink(_link, _port.PortName);
            }
        }
    }

    /// <summary>Does something to the board between two of its steps, such as cutting its power.</summary>
    /// <param name="what">Gets the board and the bench's time in milliseconds.</param>
    public void Do(Action<ProvisionableBoard, long> what)
    {
        lock (_gate)
        {
            what(Board, _nowMs);
        }
    }

    /// <summary>Takes it off the bench.</summary>
    public void Dispose()
    {
        Pull();
        Do((board, _) => board.Dispose());
    }

    internal void Step(long nowMs)
    {
        lock (_gate)
        {
            _nowMs = nowMs;
            byte[] bytes = new byte[SerialPipe.DriverBytes];
            int count = _port?.Read(bytes) ?? 0;
            if (count > 0)
            {
                Board.Pipe.Send(Heard(true, bytes[..count]));
            }

            Board.Step(nowMs);
            byte[] answer = Board.Pipe.Receive();
            if (answer.Length > 0)
            {
                _port?.Write(Heard(false, answer));
            }
        }
    }

    private byte[] Heard(bool isToBoard, byte[] bytes) => Noise?.Invoke(isToBoard, bytes) ?? bytes;
}
