using DeviceTwin.Bench.Training;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Bench.Training;

/// <summary>The trainer's forests: reproducible, small, and understood by the node as the trainer meant them.</summary>
public sealed class ForestTrainerTests
{
    [Test]
    public void Equal_seeds_grow_equal_forests()
    {
        var rows = Rows(new Random(1), bearings: 8, each: 30);

        string first = new ForestTrainer(7).TrainText(rows);
        Assert.That(new ForestTrainer(7).TrainText(rows), Is.EqualTo(first));
        Assert.That(new ForestTrainer(8).TrainText(rows), Is.Not.EqualTo(first));
    }

    [Test]
    public void The_node_answers_what_the_trainer_predicts()
    {
        var random = new Random(2);
        for (int round = 0; round < 10; round++)
        {
            var rows = Rows(random, bearings: 6, each: 25);
            var trees = new ForestTrainer(round, Trees: 9).Train(rows);
            int[] all = [Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage];
            Forest forest = Forest.Parse(ForestNode.ToText(trees, all));
            Assert.That(forest.Reason, Is.Null);
            for (int i = 0; i < 200; i++)
            {
                DetectorResult result = Result(random);
                int[] features = new int[ForestFeatures.Count];
                ForestFeatures.Fill(result, features);
                var votes = trees.GroupBy(tree => tree.Predict(features)).ToDictionary(family => family.Key, family => family.Count());
                int expected = votes.FirstOrDefault(vote => vote.Value * 1000 >= trees.Count * Forest.AgreePermille, new(result.Bearing, 0)).Key;

                Assert.That(forest.Choose(result, result.Bearing), Is.EqualTo(expected));
            }
        }
    }

    [Test]
    public void The_largest_forest_fits_a_desired_property()
    {
        // Random labels: nothing to find, so every tree grows to its limits.
        var random = new Random(3);
        TrainingRow[] rows = [.. Rows(random, bearings: 12, each: 40).Select(row => row with { Family = random.Next(Verdict.Outer, Verdict.Cage + 1) })];
        string text = new ForestTrainer(1).TrainText(rows);

        Assert.That(text.Length, Is.LessThanOrEqualTo(Forest.LongestText));
        Assert.That(Forest.Parse(text).Reason, Is.Null);
    }

    [Test]
    public void A_clear_difference_is_learned()
    {
        var rows = Rows(new Random(4), bearings: 8, each: 30);
        var trees = new ForestTrainer(1).Train(rows);
        var right = rows.Count(row => trees.GroupBy(tree => tree.Predict(row.Features)).MaxBy(votes => votes.Count())!.Key == row.Family);

        Assert.That((double)right / rows.Length, Is.GreaterThan(0.95));
    }

    [Test]
    public void What_only_one_bearing_shows_is_not_learned()
    {
        var random = new Random(5);
        TrainingRow[] rows = [.. Rows(random, bearings: 6, each: 20).Where(row => row.Family != Verdict.Ball), .. Rows(random, 3, 20).Where(row => row.Family == Verdict.Ball)];
        Assume.That(rows.Where(row => row.Family == Verdict.Ball).Select(row => row.Bearing).Distinct().Count(), Is.EqualTo(1));
        byte[] bytes = Convert.FromBase64String(new ForestTrainer(1).TrainText(rows));

        Assert.That(bytes[3], Is.EqualTo(Verdict.Flag(Verdict.Outer) | Verdict.Flag(Verdict.Inner)));
    }

    [Test]
    public void Nothing_is_learned_from_nothing() => Assert.That(new ForestTrainer(1).TrainText([]), Is.Empty);

    /// <summary>Bearings in turn with an outer, an inner and a ball defect; the family's score stands out.</summary>
    private static TrainingRow[] Rows(Random random, int bearings, int each)
    {
        var rows = new List<TrainingRow>();
        for (int bearing = 0; bearing < bearings; bearing++)
        {
            int family = Verdict.Outer + (bearing % 3);
            for (int i = 0; i < each; i++)
            {
                DetectorResult result = Result(random);
                result.OuterScoreMilli += family == Verdict.Outer ? 2500 : 0;
                result.InnerScoreMilli += family == Verdict.Inner ? 2500 : 0;
                result.BallScoreMilli += family == Verdict.Ball ? 2500 : 0;
                int[] features = new int[ForestFeatures.Count];
                ForestFeatures.Fill(result, features);
                rows.Add(new TrainingRow($"bearing {bearing:00}", features, family, 1.0 / each));
            }
        }

        return [.. rows];
    }

    private static DetectorResult Result(Random random)
    {
        var result = new DetectorResult();
        result.Clear();
        result.Bearing = random.Next(Verdict.Outer, Verdict.Cage + 1);
        result.OuterScoreMilli = random.Next(2000);
        result.InnerScoreMilli = random.Next(2000);
        result.BallScoreMilli = random.Next(2000);
        result.CageScoreMilli = random.Next(2000);
        result.ShaftScoreMilli = random.Next(4000);
        result.ImpulsivenessMilli = random.Next(600, 3000);
        result.CrestMilli = random.Next(3000, 9000);
        result.KurtosisMilli = random.Next(2000, 50000);
        result.HighRatioMilli = random.Next(-1, 50000);
        return result;
    }
}
