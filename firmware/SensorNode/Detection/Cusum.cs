namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// One-sided cumulative sum (E. S. Page, 1954) of a standardised level, in thousandths of a standard deviation: it grows by what the level
/// stands above the reference value and never falls below zero.
/// </summary>
public sealed class Cusum
{
    /// <summary>Reference value k.</summary>
    public const int ReferenceMilliSigma = 4000;

    /// <summary>Largest standardised value that counts: a single outlier cannot carry the sum over a decision level of 12.</summary>
    public const int LargestMilliSigma = 8000;

    /// <summary>Largest sum.</summary>
    public const int Largest = 1000000;

    /// <summary>The sum in thousandths of a standard deviation.</summary>
    public int SumMilliSigma { get; private set; }

    /// <summary>Takes one standardised value.</summary>
    /// <returns>The sum.</returns>
    public int Step(int milliSigma)
    {
        int value = milliSigma > LargestMilliSigma ? LargestMilliSigma : milliSigma < -LargestMilliSigma ? -LargestMilliSigma : milliSigma;
        int sum = SumMilliSigma + value - ReferenceMilliSigma;
        sum = sum < 0 ? 0 : sum;
        SumMilliSigma = sum > Largest ? Largest : sum;
        return SumMilliSigma;
    }

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        SumMilliSigma = 0;
    }
}
