using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Twins.Conditions;

/// <summary>Sums are exact, whatever comes first.</summary>
public sealed class ExactSumTests
{
    [TestCase(new[] { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 }, 1.0)]
    [TestCase(new[] { 1e16, 1, -1e16 }, 1.0)]
    [TestCase(new[] { 1e100, 1.5, -1e100 }, 1.5)]
    [TestCase(new[] { 9007199254740993.0, 0.5, 0.25 }, 9007199254740992.75)]
    [TestCase(new[] { 5e-324, 5e-324 }, 1e-323)]
    public void QL4_A_sum_is_that_of_the_numbers(double[] numbers, double expected)
    {
        foreach (var order in new[] { numbers, [.. numbers.Reverse()], [.. numbers.Order()] })
        {
            Assert.That(Convert.ToDouble(Sum(order).Sum().Value), Is.EqualTo(expected));
        }
    }

    [Test]
    public void QL4_Whole_numbers_have_a_whole_sum_and_nothing_has_none()
    {
        Assert.That(Sum(1, 2.0, 3).Sum().Value, Is.EqualTo(6L).And.TypeOf<long>());
        Assert.That(Sum(1, 2).Average().Value, Is.EqualTo(1.5));
        Assert.That(Sum().Sum().Kind, Is.EqualTo(PrimitiveKind.None));
        Assert.That(Sum(1e308, 1e308).Sum().Kind, Is.EqualTo(PrimitiveKind.None), "beyond all numbers");
    }

    [Test]
    public void QL4_The_order_does_not_matter()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 300).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20))).ToArray();
        var sums = Enumerable.Range(0, 20).Select(_ => Sum([.. numbers.OrderBy(_ => random.Next())]).Sum().Value).Distinct();
        Assert.That(sums.Count(), Is.EqualTo(1));
    }

    private static ExactSum Sum(params double[] numbers)
    {
        var sum = new ExactSum();
        foreach (var number in numbers)
        {
            sum.Add(Primitive.Of(number));
        }

        return sum;
    }
}
