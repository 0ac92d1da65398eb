#nullable enable

using System.Device.I2c;
using System.Device.Spi;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Machines;
using nanoFramework.Device.OneWire;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A board bolted to a machine: its sensors by their registers, clock, files, radio and power. What the firmware's composition
/// root takes from a real board it takes from here.
/// </summary>
public sealed class SimulatedBoard
{
    /// <summary>The board's name as the node reports it.</summary>
    public const string BoardName = "simulated";

    /// <param name="machine">What the sensors are bolted to.</param>
    /// <param name="clock">Virtual time.</param>
    /// <param name="sensor">
    /// Properties of the accelerometer, and by their type the kind of board: IIS3DWB and MCP9808, or ISM330DHCX and DS18B20. A perfect-rate
    /// IIS3DWB where null.
    /// </param>
    /// <param name="files">Where the node keeps its settings; memory where null.</param>
    /// <param name="timing">What transfers take; nothing where null.</param>
    public SimulatedBoard(
        IMachine machine, SimulatedClock clock, AccelerometerModelOptions? sensor = null, IFiles? files = null, HostTiming? timing = null)
    {
        Machine = machine;
        Clock = clock;
        IsLowCost = sensor is Ism330dhcxModelOptions;
        Accelerometer = sensor is Ism330dhcxModelOptions small
            ? new Ism330dhcxModel(clock, machine, small)
            : new Iis3dwbModel(clock, machine, sensor as Iis3dwbModelOptions);
        Thermometer = new Mcp9808Model(clock, machine);
        LineThermometer = new Ds18b20Model(clock, machine);
        AccelerometerBus = SimulatedBus.Spi(timing == null ? Accelerometer : new TimedSpi(Accelerometer, clock, timing));
        TemperatureBus = SimulatedBus.I2c(timing == null ? Thermometer : new TimedI2c(Thermometer, clock, timing));
        TemperatureLine = SimulatedBus.OneWire(timing == null ? LineThermometer : new TimedOneWire(LineThermometer, clock, timing));
        Files = files ?? new MemoryFiles();
    }

    /// <summary>What the sensors are bolted to.</summary>
    public IMachine Machine { get; }

    /// <summary>The board's clocks.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>Whether it is the board with ISM330DHCX and DS18B20.</summary>
    public bool IsLowCost { get; }

    /// <summary>The name of its accelerometer.</summary>
    public string AccelerometerWord => IsLowCost ? SensorName.Ism330dhcx : SensorName.Iis3dwb;

    /// <summary>The name of its thermometer.</summary>
    public string TemperatureWord => IsLowCost ? SensorName.Ds18b20 : SensorName.Mcp9808;

    /// <summary>The accelerometer, to break it.</summary>
    public StAccelerometerModel Accelerometer { get; }

    /// <summary>The thermometer on I2C, to break it.</summary>
    public Mcp9808Model Thermometer { get; }

    /// <summary>The thermometer on 1-Wire, to break it.</summary>
    public Ds18b20Model LineThermometer { get; }

    /// <summary>The bus of the accelerometer's driver.</summary>
    public SpiDevice AccelerometerBus { get; }

    /// <summary>The bus of the thermometer's driver, where it is the one on I2C.</summary>
    public I2cDevice TemperatureBus { get; }

    /// <summary>The line of the thermometer's driver, where it is the one on 1-Wire.</summary>
    public OneWireHost TemperatureLine { get; }

    /// <summary>The node's files.</summary>
    public IFiles Files { get; }

    /// <summary>The network.</summary>
    public SimulatedRadio Radio { get; } = new();

    /// <summary>Sleep and restart.</summary>
    public SimulatedPower Power { get; } = new();

    /// <summary>The lamp.</summary>
    public SimulatedIndicator Indicator { get; } = new();

    /// <summary>What a node is made of here; session, identity and sizes are its own.</summary>
    public NodeParts Parts() => new()
    {
        Clock = Clock,
        Files = Files,
        Radio = Radio,
        Power = Power,
        Indicator = Indicator,
        Accelerometer = AccelerometerWord,
        AccelerometerBus = AccelerometerBus,
        TemperatureSensor = TemperatureWord,
        TemperatureBus = TemperatureBus,
        TemperatureLine = TemperatureLine,
        BoardName = BoardName,
    };
}
