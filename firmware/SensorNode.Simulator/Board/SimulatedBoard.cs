#nullable enable

using System.Device.I2c;
using System.Device.Spi;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A board bolted to a machine: the two sensors by their registers, clock, files, radio and power. What the firmware's composition
/// root takes from a real board it takes from here.
/// </summary>
public sealed class SimulatedBoard
{
    /// <summary>The board's name as the node reports it.</summary>
    public const string BoardName = "simulated";

    /// <param name="machine">What the sensors are bolted to.</param>
    /// <param name="clock">Virtual time.</param>
    /// <param name="sensor">Properties of the accelerometer; a perfect-rate part where null.</param>
    /// <param name="files">Where the node keeps its settings; memory where null.</param>
    public SimulatedBoard(IMachine machine, SimulatedClock clock, Iis3dwbModelOptions? sensor = null, IFiles? files = null)
    {
        Machine = machine;
        Clock = clock;
        Accelerometer = new Iis3dwbModel(clock, machine, sensor);
        Thermometer = new Mcp9808Model(clock, machine);
        AccelerometerBus = SimulatedBus.Spi(Accelerometer);
        TemperatureBus = SimulatedBus.I2c(Thermometer);
        Files = files ?? new MemoryFiles();
    }

    /// <summary>What the sensors are bolted to.</summary>
    public IMachine Machine { get; }

    /// <summary>The board's clocks.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>The accelerometer, to break it.</summary>
    public Iis3dwbModel Accelerometer { get; }

    /// <summary>The thermometer, to break it.</summary>
    public Mcp9808Model Thermometer { get; }

    /// <summary>The bus of the accelerometer's driver.</summary>
    public SpiDevice AccelerometerBus { get; }

    /// <summary>The bus of the thermometer's driver.</summary>
    public I2cDevice TemperatureBus { get; }

    /// <summary>The node's files.</summary>
    public IFiles Files { get; }

    /// <summary>The network.</summary>
    public SimulatedRadio Radio { get; } = new();

    /// <summary>Sleep and restart.</summary>
    public SimulatedPower Power { get; } = new();

    /// <summary>The lamp.</summary>
    public SimulatedIndicator Indicator { get; } = new();
}
