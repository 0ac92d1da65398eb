#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Housing temperature of a machine as one heat store: T(t) = ambient + rise (1 - (1 - warm) exp(-t / tau)).
/// Heating curve of a body of uniform temperature under constant loss, as IEC 60034-1 assumes for continuous duty.
/// </summary>
/// <param name="AmbientCelsius">Temperature around it.</param>
/// <param name="RiseKelvin">Final excess over ambient.</param>
/// <param name="TauSeconds">Time constant; after it 63 % of the way is done.</param>
/// <param name="Warm">Share of the rise that is there at virtual time 0; 1 = long since in balance.</param>
public sealed record FirstOrderThermal(double AmbientCelsius, double RiseKelvin, double TauSeconds, double Warm = 1)
{
    /// <summary>Temperature in degrees Celsius at a virtual time.</summary>
    public double At(double seconds) => AmbientCelsius + (RiseKelvin * (1 - ((1 - Warm) * Math.Exp(-Math.Max(0, seconds) / TauSeconds))));

    /// <summary>
    /// When it reaches a temperature, in seconds of virtual time; 0 where it is there at the start, infinity where it never gets there.
    /// </summary>
    public double Reaches(double celsius)
    {
        double missing = 1 - ((celsius - AmbientCelsius) / RiseKelvin);
        return missing <= 0 ? double.PositiveInfinity : Math.Max(0, TauSeconds * Math.Log((1 - Warm) / missing));
    }
}
