namespace DeviceTwin.Bench.Generation.Filters;

/// <summary>
/// Designs half-band filters: linear phase, weight ½ in the middle, every other weight 0, gain exactly 1 at 0 Hz. The error is as small as it
/// can be everywhere up to an edge: its mirror image about a quarter of the rate is what comes through beyond half the rate less that edge.
/// </summary>
public static class HalfBand
{
    private const int Points = 200;
    private const int Rounds = 250;

    /// <summary>The weights of the samples 1, 3, 5, … to either side.</summary>
    /// <param name="pairs">How many of them.</param>
    /// <param name="edge">Edge of the band that is to pass, as a share of the input rate, below 0.25.</param>
    public static double[] Design(int pairs, double edge)
    {
        // The first weight follows from the gain at 0 Hz; the others are found by least squares, weighted anew with the error that is left
        // (Lawson): where it is largest the weight grows, until it is equally large at all its peaks.
        int unknowns = pairs - 1;
        var importance = new double[Points];
        Array.Fill(importance, 1.0 / Points);
        var weights = new double[pairs];
        double[] best = weights;
        double smallest = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            var normal = new double[unknowns, unknowns + 1];
            for (int point = 0; point < Points; point++)
            {
                double angle = Angle(point, edge);
                double target = 0.5 - (0.5 * Math.Cos(angle));
                for (int row = 0; row < unknowns; row++)
                {
                    double value = Basis(row, angle);
                    for (int column = row; column < unknowns; column++)
                    {
                        normal[row, column] += importance[point] * value * Basis(column, angle);
                    }

                    normal[row, unknowns] += importance[point] * value * target;
                }
            }

            weights = new double[pairs];
            Solve(normal, unknowns).CopyTo(weights, 1);
            weights[0] = 0.25 - weights.Sum();
            double[] errors = [.. Enumerable.Range(0, Points).Select(point => Math.Abs(Gain(weights, Angle(point, edge)) - 1))];
            if (errors.Max() < smallest)
            {
                smallest = errors.Max();
                best = weights;
            }

            double sum = errors.Zip(importance, (error, share) => error * share).Sum();
            for (int point = 0; point < Points; point++)
            {
                importance[point] *= errors[point] / sum;
            }
        }

        return best;
    }

    /// <summary>Gain at an angle per input sample.</summary>
    public static double Gain(IReadOnlyList<double> weights, double angle) =>
        0.5 + weights.Select((weight, index) => 2 * weight * Math.Cos(((2 * index) + 1) * angle)).Sum();

    private static double Angle(int point, double edge) => 2 * Math.PI * edge * (point + 1) / Points;

    private static double Basis(int row, double angle) => 2 * (Math.Cos(((2 * row) + 3) * angle) - Math.Cos(angle));

    /// <summary>Gauss without pivoting on the upper half of a symmetric system.</summary>
    private static double[] Solve(double[,] system, int n)
    {
        for (int pivot = 0; pivot < n; pivot++)
        {
            for (int row = pivot + 1; row < n; row++)
            {
                double factor = system[pivot, row] / system[pivot, pivot];
                for (int column = row; column <= n; column++)
                {
                    system[row, column] -= factor * system[pivot, column];
                }
            }
        }

        var result = new double[n];
        for (int row = n - 1; row >= 0; row--)
        {
            double value = system[row, n];
            for (int column = row + 1; column < n; column++)
            {
                value -= system[row, column] * result[column];
            }

            result[row] = value / system[row, row];
        }

        return result;
    }
}
