using System.Text;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The evaluator of forests: what it accepts, and what it may change.</summary>
public sealed class ForestTests
{
    private const byte Outer = Forest.Leaf + Verdict.Outer;
    private const byte Inner = Forest.Leaf + Verdict.Inner;
    private const byte Ball = Forest.Leaf + Verdict.Ball;
    private static readonly int[] Races = [Verdict.Outer, Verdict.Inner];

    [Test]
    public void Trees_that_agree_name_another_element()
    {
        // Feature 6 is outer minus inner: inner where the inner race scores at least 100 more.
        Forest forest = Parse(Races, [6, 0xFF, 0x9C, 5, Inner, Outer]);

        Assert.That(Choose(forest, Result(Verdict.Outer, outer: 3000, inner: 3100)), Is.EqualTo(Verdict.Inner), "-100 is not above -100");
        Assert.That(forest.AgreedPermille, Is.EqualTo(1000));
        Assert.That(Choose(forest, Result(Verdict.Outer, outer: 3000, inner: 3099)), Is.EqualTo(Verdict.Outer));
    }

    [Test]
    public void Less_than_two_thirds_of_the_trees_change_nothing()
    {
        Assert.That(Choose(Parse(Races, [Inner], [Inner], [Outer]), Result(Verdict.Outer)), Is.EqualTo(Verdict.Outer), "666 of 1000");
        Assert.That(Choose(Parse(Races, [Inner], [Inner], [Inner], [Outer]), Result(Verdict.Outer)), Is.EqualTo(Verdict.Inner));
    }

    [TestCase(Verdict.Normal)]
    [TestCase(DetectorResult.NotAvailable)]
    public void No_forest_makes_a_defect_of_what_the_rule_calls_sound_or_cannot_judge(int ruled)
    {
        Forest forest = Parse([Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage], [Inner]);

        Assert.That(Choose(forest, Result(ruled)), Is.EqualTo(ruled));
    }

    [Test]
    public void No_forest_of_any_shape_raises_an_alarm_or_takes_one_away()
    {
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            Forest forest = Parse([.. Enumerable.Range(Verdict.Outer, 4).Where(_ => random.Next(2) == 0)], RandomTree(random, 4), RandomTree(random, 4));
            foreach (int ruled in new[] { DetectorResult.NotAvailable, Verdict.Normal, Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage })
            {
                int chosen = Choose(forest, Result(ruled, random.Next(4000), random.Next(4000), random.Next(-1, 4000)));

                Assert.That(chosen is >= Verdict.Outer and <= Verdict.Cage, Is.EqualTo(ruled is >= Verdict.Outer and <= Verdict.Cage));
            }
        }
    }

    [Test]
    public void An_element_that_was_not_learned_is_neither_named_nor_disputed()
    {
        Assert.That(Choose(Parse(Races, [Ball]), Result(Verdict.Outer)), Is.EqualTo(Verdict.Outer));
        Assert.That(Choose(Parse(Races, [Inner]), Result(Verdict.Ball)), Is.EqualTo(Verdict.Ball));
    }

    [Test]
    public void An_element_that_was_not_measured_is_not_named() =>
        Assert.That(Choose(Parse(Races, [Inner]), Result(Verdict.Outer, inner: DetectorResult.NotAvailable)), Is.EqualTo(Verdict.Outer));

    [TestCase(0, "version")]
    [TestCase(1, "list of features")]
    [TestCase(2, "number of trees")]
    [TestCase(3, "family")]
    public void A_header_from_elsewhere_is_said(int at, string reason)
    {
        byte[] bytes = Bytes(Races, [Inner]);
        bytes[at] = 0x42;

        Assert.That(Forest.Parse(Sealed(bytes)).Reason, Does.Contain(reason).Or.Contain("malformed"));
    }

    [TestCase(new byte[] { ForestFeatures.Count, 0, 0, 5, Inner, Outer }, TestName = "a feature that does not exist")]
    [TestCase(new byte[] { 0, 0, 0, 4, Inner, Outer }, TestName = "a right child inside the left one")]
    [TestCase(new byte[] { 0, 0, 0, 6, Inner, Outer }, TestName = "a right child behind where it is")]
    [TestCase(new byte[] { 0, 0, 0, 0, Inner, Outer }, TestName = "a node that leads to itself")]
    [TestCase(new byte[] { 0, 0, 0, 5, Inner }, TestName = "no right child")]
    [TestCase(new byte[] { Forest.Leaf + Verdict.Normal }, TestName = "a leaf that says normal")]
    [TestCase(new byte[] { Forest.Leaf + Verdict.Unbalance }, TestName = "a leaf that names no element")]
    [TestCase(new byte[] { 255 }, TestName = "a leaf beyond the catalogue")]
    [TestCase(new byte[] { }, TestName = "no tree")]
    public void A_malformed_tree_is_refused(byte[] tree) => Assert.That(Forest.Parse(Text(Races, tree)).Reason, Does.Contain("malformed"));

    [Test]
    public void A_tree_may_be_so_deep_and_no_deeper()
    {
        Assert.That(Forest.Parse(Text(Races, Chain(Forest.MostDepth))).Reason, Is.Null);
        Assert.That(Forest.Parse(Text(Races, Chain(Forest.MostDepth + 1))).Reason, Does.Contain("malformed"));
    }

    [Test]
    public void Something_behind_the_last_tree_is_refused() =>
        Assert.That(Forest.Parse(Sealed([.. Bytes(Races, [Inner]), Inner])).Reason, Does.Contain("behind"));

    [TestCase(null, "empty")]
    [TestCase("", "empty")]
    [TestCase("AAAA", "cut off")]
    [TestCase("AAA", "base64")]
    [TestCase("AA A", "base64")]
    [TestCase("====", "base64")]
    [TestCase("AAAAAAAAAAA=\n", "base64")]
    public void A_text_that_is_no_forest_says_why_and_changes_nothing(string? text, string reason)
    {
        Forest forest = Forest.Parse(text!);

        Assert.That(forest.Reason, Does.Contain(reason));
        Assert.That(Choose(forest, Result(Verdict.Outer)), Is.EqualTo(Verdict.Outer));
    }

    [Test]
    public void A_text_may_be_so_long_and_no_longer()
    {
        byte[][] trees = [.. Enumerable.Repeat(Chain(5), Forest.MostTrees)];
        Assert.That(Text(Races, trees).Length, Is.LessThanOrEqualTo(Forest.LongestText));
        Assert.That(Forest.Parse(new string('A', Forest.LongestText + 4)).Reason, Does.Contain("longer"));
    }

    [Test]
    public void Any_changed_character_is_noticed()
    {
        string text = Text(Races, [6, 0, 10, 5, Inner, Outer], [Outer], [0, 1, 2, 10, 1, 3, 4, 5, Inner, Outer, Inner]);
        Assert.That(Forest.Parse(text).Reason, Is.Null);
        for (int i = 0; i < text.Length; i++)
        {
            var changed = new StringBuilder(text);
            changed[i] = text[i] == 'A' ? 'B' : 'A';
            Assert.That(Forest.Parse(changed.ToString()).Reason, Is.Not.Null, $"character {i}");
        }
    }

    [Test]
    public void Random_texts_are_refused_without_a_throw()
    {
        var random = new Random(4);
        for (int i = 0; i < 20000; i++)
        {
            char[] text = [.. Enumerable.Range(0, random.Next(60)).Select(_ => (char)random.Next(' ', 128))];
            Assert.That(Forest.Parse(new string(text)).Reason, Is.Not.Null);
        }
    }

    [Test]
    public void Random_bytes_under_a_good_checksum_are_refused_or_evaluated_without_a_throw()
    {
        var random = new Random(5);
        int accepted = 0;
        for (int i = 0; i < 50000; i++)
        {
            byte[] bytes = [Forest.Version, ForestFeatures.ListId, (byte)random.Next(1, 3), 12, .. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (byte)random.Next(12))];
            for (int at = 4; at < bytes.Length; at++)
            {
                bytes[at] = random.Next(2) == 0 ? Inner : bytes[at];
            }

            Forest forest = Forest.Parse(Sealed(bytes));
            accepted += forest.Reason == null ? 1 : 0;
            Assert.That(Choose(forest, Result(Verdict.Outer)), Is.AnyOf(Verdict.Outer, Verdict.Inner));
        }

        Assert.That(accepted, Is.Positive);
    }

    [Test]
    public void The_checksum_is_the_one_everybody_uses() => Assert.That(Crc32.Of("123456789"u8.ToArray(), 9), Is.EqualTo(unchecked((int)0xCBF43926)));

    [Test]
    public void Features_stay_within_two_bytes()
    {
        var result = Result(Verdict.Outer, int.MaxValue, -1, int.MaxValue);
        result.KurtosisMilli = int.MaxValue;
        int[] features = new int[ForestFeatures.Count];
        ForestFeatures.Fill(result, features);

        Assert.That(features, Is.All.InRange(-ForestFeatures.Largest, ForestFeatures.Largest));
    }

    internal static DetectorResult Result(int ruled, int outer = 3000, int inner = 3000, int ball = 3000)
    {
        var result = new DetectorResult();
        result.Clear();
        result.Bearing = ruled;
        result.OuterScoreMilli = outer;
        result.InnerScoreMilli = inner;
        result.BallScoreMilli = ball;
        result.CageScoreMilli = 1000;
        return result;
    }

    private static int Choose(Forest forest, DetectorResult result) => forest.Choose(result, result.Bearing);

    private static Forest Parse(int[] learned, params byte[][] trees)
    {
        Forest forest = Forest.Parse(Text(learned, trees));
        Assert.That(forest.Reason, Is.Null);
        return forest;
    }

    private static string Text(int[] learned, params byte[][] trees) => Sealed(Bytes(learned, trees));

    private static byte[] Bytes(int[] learned, params byte[][] trees) =>
        [Forest.Version, ForestFeatures.ListId, (byte)trees.Length, (byte)learned.Sum(Verdict.Flag), .. trees.SelectMany(tree => tree)];

    private static string Sealed(byte[] bytes)
    {
        uint checksum = (uint)Crc32.Of(bytes, bytes.Length);
        return Convert.ToBase64String([.. bytes, (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]);
    }

    private static byte[] Chain(int depth) => depth == 0 ? [Outer] : [0, 0, 7, 5, Inner, .. Chain(depth - 1)];

    private static byte[] RandomTree(Random random, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            return [(byte)(Forest.Leaf + random.Next(Verdict.Outer, Verdict.Cage + 1))];
        }

        byte[] left = RandomTree(random, depth - 1);
        return [(byte)random.Next(ForestFeatures.Count), (byte)random.Next(256), (byte)random.Next(256), (byte)(4 + left.Length), .. left, .. RandomTree(random, depth - 1)];
    }
}
