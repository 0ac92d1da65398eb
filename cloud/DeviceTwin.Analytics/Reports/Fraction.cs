using System.Globalization;

namespace DeviceTwin.Analytics.Reports;

/// <summary>A share with what it is of. Where there is nothing to have a share of, it is not known: neither 0 nor 1.</summary>
/// <param name="Part">At most <paramref name="Whole"/>.</param>
/// <param name="Whole">0 = not known.</param>
public sealed record Fraction(long Part, long Whole)
{
    private const int Places = 4;

    /// <summary>Nothing is known of it.</summary>
    public static Fraction Unknown { get; } = new(0, 0);

    /// <summary>0 to 1 in four places; null = not known.</summary>
    public decimal? Value => Quotient(Part, Whole, Places);

    /// <summary>0.912 of 34, or that it is not known.</summary>
    public override string ToString() => Value is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{value:0.000} ({Part} of {Whole})")
        : "not known";

    /// <summary>A quotient, rounded half away from zero; null where there is nothing to divide by.</summary>
    internal static decimal? Quotient(decimal part, decimal whole, int places) =>
        whole == 0 ? null : Math.Round(part / whole, places, MidpointRounding.AwayFromZero);
}
