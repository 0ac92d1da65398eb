namespace DeviceTwin.Twins.Conditions;

/// <summary>
/// A sum of numbers that does not depend on their order: partial sums without overlap (J. R. Shewchuk, Adaptive Precision Floating-Point
/// Arithmetic, 1997), rounded once at the end. Whoever adds them up, an index or a table, comes to the same.
/// </summary>
public sealed class ExactSum
{
    private readonly List<double> partials = [];
    private Int128 integers;

    /// <summary>Numbers added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a number; whatever else there is adds nothing.</summary>
    public void Add(Primitive value)
    {
        // 1.0 is 1: a sum must not depend on how its numbers are written.
        switch (value.Kind == PrimitiveKind.Number ? value.Canonical().Value : null)
        {
            case long integer:
                integers += integer;
                Count++;
                break;
            case double real:
                Add(real);
                Count++;
                break;
        }
    }

    /// <summary>The sum; an integer where it is one that fits. None where nothing was added, or it is beyond all numbers.</summary>
    public Primitive Sum() => Count == 0 ? Primitive.None
        : partials.Count == 0 && integers >= long.MinValue && integers <= long.MaxValue ? Primitive.Of((long)integers)
        : Primitive.Of(Total()).Canonical();

    /// <summary>The mean; None where nothing was added.</summary>
    public Primitive Average() => Count == 0 ? Primitive.None : Primitive.Of(Total() / Count).Canonical();

    private double Total()
    {
        // Both halves of the integers are exact as doubles, or nearly so where there are 2^74 of them.
        var all = new ExactSum();
        all.partials.AddRange(partials);
        var high = integers >> 40;
        all.Add((double)high * (1L << 40));
        all.Add((double)(integers - (high << 40)));
        return all.Rounded();
    }

    private void Add(double value)
    {
        var kept = 0;
        for (var index = 0; index < partials.Count; index++)
        {
            var partial = partials[index];
            var (large, small) = Math.Abs(value) < Math.Abs(partial) ? (partial, value) : (value, partial);
            var sum = large + small;
            var rest = small - (sum - large);
            if (rest != 0)
            {
                partials[kept++] = rest;
            }

            value = sum;
        }

        partials.RemoveRange(kept, partials.Count - kept);
        partials.Add(value);
    }

    private double Rounded()
    {
        // From the largest down, until something is lost; then a tie is broken by what follows.
        var index = partials.Count - 1;
        var sum = index < 0 ? 0 : partials[index];
        var rest = 0.0;
        while (--index >= 0)
        {
            var before = sum;
            sum = before + partials[index];
            rest = partials[index] - (sum - before);
            if (rest != 0)
            {
                break;
            }
        }

        if (index > 0 && ((rest < 0 && partials[index - 1] < 0) || (rest > 0 && partials[index - 1] > 0)))
        {
            var doubled = rest * 2;
            var moved = sum + doubled;
            if (doubled == moved - sum)
            {
                sum = moved;
            }
        }

        return sum;
    }
}
