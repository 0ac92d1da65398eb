using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Training;

/// <summary>
/// Grows a forest of CART trees: the split that lowers the Gini impurity most, among a random third of the features, on a bootstrap of the
/// bearings. Equal seeds grow equal forests.
/// </summary>
/// <param name="Trees">Number of trees; odd, so that two families never share a majority.</param>
/// <param name="Depth">Questions on the longest way through a tree.</param>
/// <param name="LeastRows">Rows on each side of a split.</param>
/// <param name="Step">Thresholds are multiples of this: finer ones would only repeat the noise of the windows.</param>
public sealed record ForestTrainer(int Seed, int Trees = 31, int Depth = 4, int LeastRows = 6, int Step = 25)
{
    private const int FeaturesPerSplit = 4;

    /// <summary>Grows a forest on rows.</summary>
    /// <returns>No tree where there is no row.</returns>
    public IReadOnlyList<ForestNode> Train(IReadOnlyList<TrainingRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var random = new Random(Seed);
        var bearings = rows.GroupBy(row => row.Bearing).OrderBy(bearing => bearing.Key, StringComparer.Ordinal).Select(bearing => bearing.ToArray()).ToArray();
        var trees = new ForestNode[Trees];
        for (int tree = 0; tree < Trees; tree++)
        {
            // Windows of one bearing are alike: drawing single windows would let every tree see every bearing.
            TrainingRow[] drawn = [.. Enumerable.Range(0, bearings.Length).SelectMany(_ => bearings[random.Next(bearings.Length)])];
            trees[tree] = Grow(drawn, Depth, random);
        }

        return trees;
    }

    /// <summary>Grows a forest and writes it; "" where there is nothing to learn from.</summary>
    public string TrainText(IReadOnlyList<TrainingRow> rows)
    {
        // What one bearing alone shows may be that bearing's own way.
        int[] learned = [.. rows.GroupBy(row => row.Family).Where(family => family.Select(row => row.Bearing).Distinct().Count() > 1).Select(family => family.Key)];
        var trees = Train(rows);
        return trees.Count == 0 ? "" : ForestNode.ToText(trees, learned);
    }

    private ForestNode Grow(TrainingRow[] rows, int depth, Random random)
    {
        double[] families = Families(rows);
        int best = Array.IndexOf(families, families.Max());
        if (depth == 0 || families.Count(weight => weight > 0) < 2)
        {
            return new ForestNode(best);
        }

        int[] features = [.. Enumerable.Range(0, ForestFeatures.Count)];
        random.Shuffle(features);
        (double Impurity, int Feature, int Threshold) split = (Impurity(families) * families.Sum() - 1e-9, -1, 0);
        foreach (int feature in features.Take(FeaturesPerSplit))
        {
            foreach (int threshold in rows.Select(row => Quantised(row.Features[feature])).Distinct().Order())
            {
                double impurity = ImpurityOf(rows, feature, threshold);
                if (impurity < split.Impurity)
                {
                    split = (impurity, feature, threshold);
                }
            }
        }

        if (split.Feature < 0)
        {
            return new ForestNode(best);
        }

        var left = Grow([.. rows.Where(row => row.Features[split.Feature] <= split.Threshold)], depth - 1, random);
        var right = Grow([.. rows.Where(row => row.Features[split.Feature] > split.Threshold)], depth - 1, random);
        // A question whose answers are the same is no question.
        return left.Left is null && right.Left is null && left.Family == right.Family
            ? left
            : new ForestNode(best, split.Feature, split.Threshold, left, right);
    }

    private double ImpurityOf(TrainingRow[] rows, int feature, int threshold)
    {
        double[] left = new double[Verdict.Count];
        double[] right = new double[Verdict.Count];
        int count = 0;
        foreach (var row in rows)
        {
            if (row.Features[feature] <= threshold)
            {
                left[row.Family] += row.Weight;
                count++;
            }
            else
            {
                right[row.Family] += row.Weight;
            }
        }

        return count < LeastRows || rows.Length - count < LeastRows
            ? double.PositiveInfinity
            : (Impurity(left) * left.Sum()) + (Impurity(right) * right.Sum());
    }

    private int Quantised(int value) => Math.Clamp((int)Math.Floor((double)value / Step) * Step, -ForestFeatures.Largest, ForestFeatures.Largest);

    private static double[] Families(TrainingRow[] rows)
    {
        double[] families = new double[Verdict.Count];
        foreach (var row in rows)
        {
            families[row.Family] += row.Weight;
        }

        return families;
    }

    private static double Impurity(double[] weights)
    {
        double sum = weights.Sum();
        return sum == 0 ? 0 : 1 - weights.Sum(weight => weight / sum * (weight / sum));
    }
}
