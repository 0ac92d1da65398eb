#nullable enable

using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Register model of the ST IIS3DWB: 26.7 kHz, -3 dB at 6.3 kHz, as the data sheet has it.</summary>
/// <param name="clock">Virtual time of the board.</param>
/// <param name="machine">What the sensor is bolted to.</param>
/// <param name="options">This part's own properties.</param>
public sealed class Iis3dwbModel(SimulatedClock clock, IMachine machine, Iis3dwbModelOptions? options = null)
    : StAccelerometerModel(clock, machine, options ?? new Iis3dwbModelOptions(), NominalRateHertz, 6300)
{
    private const double NominalRateHertz = 80000.0 / 3;

    /// <inheritdoc/>
    protected override bool IsFullRate(byte control) => control >> 5 == 0x05;

    /// <inheritdoc/>
    protected override double OutputRateHertz(byte control) => IsFullRate(control) ? NominalRateHertz : 0;
}
