#nullable enable

using System;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>Geometry of a rolling bearing with a fixed outer ring.</summary>
/// <param name="Balls">Number of rolling elements.</param>
/// <param name="BallDiameterMm">Diameter of a rolling element in millimetres.</param>
/// <param name="PitchDiameterMm">Pitch diameter in millimetres.</param>
/// <param name="ContactAngleDegrees">Contact angle; 0 for a deep-groove ball bearing under radial load.</param>
public sealed record BearingGeometry(int Balls, double BallDiameterMm, double PitchDiameterMm, double ContactAngleDegrees = 0)
{
    /// <summary>Deep-groove ball bearing 6205: 9 balls of 7.938 mm on a pitch circle of 38.5 mm.</summary>
    public static BearingGeometry Type6205 { get; } = new(9, 7.938, 38.5);

    /// <summary>Deep-groove ball bearing 6309: 8 balls of 17.462 mm on a pitch circle of 72.5 mm.</summary>
    public static BearingGeometry Type6309 { get; } = new(8, 17.462, 72.5);

    private double Ratio => BallDiameterMm / PitchDiameterMm * Math.Cos(ContactAngleDegrees * Math.PI / 180);

    /// <summary>Cage speed per shaft turn: (1 - r) / 2 with r = d/D cos(contact angle).</summary>
    public double Ftf => (1 - Ratio) / 2;

    /// <summary>Balls that pass a point of the outer race per shaft turn: n (1 - r) / 2.</summary>
    public double Bpfo => Balls * (1 - Ratio) / 2;

    /// <summary>Balls that pass a point of the inner race per shaft turn: n (1 + r) / 2.</summary>
    public double Bpfi => Balls * (1 + Ratio) / 2;

    /// <summary>Spin of a ball per shaft turn: D / (2 d) (1 - r²).</summary>
    public double Bsf => PitchDiameterMm / (2 * BallDiameterMm) * (1 - (Ratio * Ratio));

    /// <summary>The same in thousandths.</summary>
    public BearingOrders Orders => new(Milli(Bpfo), Milli(Bpfi), Milli(Bsf), Milli(Ftf));

    private static int Milli(double order) => (int)Math.Round(order * 1000);
}
