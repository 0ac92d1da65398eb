using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// What the velocity at the shaft's orders looks like, by the rules of vibration diagnostics (ISO 13373-3 and VDI 3839 describe the patterns
/// in words: unbalance stands at 1×, misalignment at 1× and 2×, sometimes 3×, looseness at many multiples and at halves). The numbers below
/// are this detector's, on the ratios customary among practitioners; they say nothing about severity, which is the velocity's own.
/// </summary>
public static class ShaftRules
{
    /// <summary>Share of the band's velocity, in thousandths, from which 1× dominates: unbalance. Its square is 64 % of the energy.</summary>
    public const int UnbalancePermille = 800;

    /// <summary>Velocity at 2× or 3× over that at 1×, in thousandths, from which it is strong: misalignment.</summary>
    public const int MisalignmentPermille = 500;

    /// <summary>Velocity of an order over the largest of orders 1 to 3, in thousandths, from which it counts as one of many: looseness.</summary>
    public const int LoosenessPermille = 200;

    /// <summary>Orders beyond the third that make many multiples.</summary>
    public const int LoosenessOrders = 3;

    /// <summary>Highest order looked at.</summary>
    public const int HighestOrder = 10;

    /// <summary>Share of the band's velocity, in thousandths, that orders 1 to 3 must hold for a pattern to be the shaft's.</summary>
    public const int ShaftPermille = 500;

    /// <summary>The pattern of the lines at a shaft's orders, whatever their level.</summary>
    /// <param name="lines">Lines of the spectrum.</param>
    /// <param name="shaftHertz">Speed of the shaft, refined.</param>
    /// <param name="total">Mean square of the band's velocity, in the lines' unit.</param>
    /// <returns>A <see cref="Verdict"/>: unbalance, misalignment, looseness, or normal where no rule fits.</returns>
    public static int Judge(VelocityLines lines, float shaftHertz, float total)
    {
        float first = lines.At(shaftHertz);
        float second = lines.At(shaftHertz * 2f);
        float third = lines.At(shaftHertz * 3f);
        float largest = first > second ? first : second;
        if (third > largest)
        {
            largest = third;
        }

        if (largest <= 0f || first + second + third < total * Square(ShaftPermille))
        {
            return Verdict.Normal;
        }

        float counts = largest * Square(LoosenessPermille);
        bool halves = lines.At(shaftHertz * 0.5f) >= counts || lines.At(shaftHertz * 1.5f) >= counts || lines.At(shaftHertz * 2.5f) >= counts;
        int many = 0;
        for (int order = 4; order <= HighestOrder; order++)
        {
            if (lines.At(shaftHertz * order) >= counts)
            {
                many++;
            }
        }

        if (halves || many >= LoosenessOrders)
        {
            return Verdict.Looseness;
        }

        float strong = first * Square(MisalignmentPermille);
        if (second > 0f && second >= strong)
        {
            return Verdict.Misalignment;
        }

        if (third > 0f && third >= strong)
        {
            return Verdict.Misalignment;
        }

        return first >= total * Square(UnbalancePermille) ? Verdict.Unbalance : Verdict.Normal;
    }

    /// <summary>Thousandths of a velocity as a factor on its square.</summary>
    private static float Square(int permille)
    {
        return permille * permille * 0.000001f;
    }
}
