#nullable enable

using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Register model of the accelerometer of the ST ISM330DHCX. The FIFO is modelled at 6.667 kHz only; the output registers follow every rate of
/// ODR_XL. The low-pass ends at 0.45 of the rate.
/// </summary>
/// <param name="clock">Virtual time of the board.</param>
/// <param name="machine">What the sensor is bolted to.</param>
/// <param name="options">This part's own properties.</param>
public sealed class Ism330dhcxModel(SimulatedClock clock, IMachine machine, Ism330dhcxModelOptions? options = null)
    : StAccelerometerModel(clock, machine, options ?? new Ism330dhcxModelOptions(), NominalRateHertz, 3000)
{
    private const double NominalRateHertz = 20000.0 / 3;

    /// <inheritdoc/>
    protected override bool IsFullRate(byte control) => control >> 4 == 0x0A;

    /// <inheritdoc/>
    protected override double OutputRateHertz(byte control)
    {
        // ODR_XL: 1 is 12.5 Hz nominal, each further step doubles, 10 is 6.667 kHz.
        int rate = control >> 4;
        return rate is < 1 or > 10 ? 0 : NominalRateHertz / (1 << (10 - rate));
    }
}
