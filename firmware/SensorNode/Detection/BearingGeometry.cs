using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Defect frequencies of a rolling bearing with a fixed outer ring, from its geometry, in whole thousandths of the shaft speed. Integers
/// only: the same on every runtime, and within half a thousandth of the formulas.
/// </summary>
/// <remarks>
/// With n rolling elements of diameter d on a pitch circle D, contact angle a and r = d/D cos a, per turn of the shaft: cage FTF = (1 - r)/2,
/// outer race BPFO = n (1 - r)/2, inner race BPFI = n (1 + r)/2, spin BSF = D/(2d) (1 - r²). They hold for pure rolling; real bearings slip
/// by a percent or two, which the detector looks for.
/// </remarks>
public static class BearingGeometry
{
    /// <summary>Most rolling elements.</summary>
    public const int MostElements = 200;

    /// <summary>Largest pitch diameter in micrometres: 2 m.</summary>
    public const int LargestPitchUm = 2000000;

    /// <summary>Largest contact angle in thousandths of a degree.</summary>
    public const int LargestAngleMilliDegrees = 90000;

    private const long One = 1L << 30;

    /// <summary>Pi / 180 000 in units of 2^-30, times a million.</summary>
    private const long MilliDegreeMicro = 18740330145L;

    /// <summary>Sets the four orders.</summary>
    /// <param name="elements">Number of rolling elements (of one row), 3 to <see cref="MostElements"/>.</param>
    /// <param name="elementDiameterUm">Diameter of a rolling element in micrometres, below the pitch diameter.</param>
    /// <param name="pitchDiameterUm">Pitch diameter in micrometres, up to <see cref="LargestPitchUm"/>.</param>
    /// <param name="contactAngleMilliDegrees">Contact angle in thousandths of a degree, 0 to <see cref="LargestAngleMilliDegrees"/>.</param>
    /// <param name="settings">Its orders are set; left alone where the geometry is impossible.</param>
    /// <returns>Whether there can be such a bearing.</returns>
    public static bool Orders(
        int elements, int elementDiameterUm, int pitchDiameterUm, int contactAngleMilliDegrees, DetectorSettings settings)
    {
        if (elements < 3 || elements > MostElements || pitchDiameterUm > LargestPitchUm
            || elementDiameterUm < 1 || elementDiameterUm >= pitchDiameterUm
            || contactAngleMilliDegrees < 0 || contactAngleMilliDegrees > LargestAngleMilliDegrees)
        {
            return false;
        }

        long ratio = Division.LongNearest(elementDiameterUm * Cosine(contactAngleMilliDegrees), pitchDiameterUm);
        long squared = (ratio * ratio) >> 30;
        settings.BpfoMilliOrders = (int)Division.LongNearest(elements * 500L * (One - ratio), One);
        settings.BpfiMilliOrders = (int)Division.LongNearest(elements * 500L * (One + ratio), One);
        settings.BsfMilliOrders = (int)Division.LongNearest(pitchDiameterUm * 500L * (One - squared), elementDiameterUm * One);
        settings.FtfMilliOrders = (int)Division.LongNearest(500L * (One - ratio), One);
        return true;
    }

    /// <summary>Cosine of an angle from 0 to 90 degrees in units of 2^-30, by its power series: good to a few units.</summary>
    public static long Cosine(int milliDegrees)
    {
        long angle = Division.LongNearest(milliDegrees * MilliDegreeMicro, 1000000);
        long square = (angle * angle) >> 30;
        long term = One;
        long sum = One;
        for (int k = 1; k < 20; k += 2)
        {
            term = -Division.LongNearest((term * square) >> 30, k * (k + 1));
            sum += term;
        }

        return sum < 0 ? 0 : sum;
    }
}
