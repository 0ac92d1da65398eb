using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

public sealed class HannWindowTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(500)]
    [TestCase(2048)]
    [TestCase(2666)]
    [TestCase(4096)]
    [TestCase(8191)]
    [TestCase(8192)]
    public void Weights_are_those_of_the_formula_for_any_length(int length)
    {
        var half = new float[(HannWindow.MaximumLength / 2) + 1];

        HannWindow.FillHalf(half, length);

        for (int i = 0; i <= length / 2; i++)
        {
            double expected = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / length));
            Assert.That(half[i], Is.EqualTo(expected).Within(1e-5), $"weight {i}");
        }
    }

    [Test]
    public void The_weights_have_the_same_bits_whatever_table_they_come_from([Values(1024, 2048, 4096)] int period)
    {
        float[] cosine = CosineTable.Quarter(period);
        foreach (int length in new[] { 1, 2, 3, 16, 64, 112, 128, 500, 512, 896, 1000, 1023, 1024, 2048, 2666 })
        {
            var expected = new float[(length / 2) + 1];
            var half = new float[(length / 2) + 1];
            HannWindow.FillHalf(expected, length);
            HannWindow.FillHalf(half, length, cosine);
            Assert.That(half.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToInt32Bits)), $"{length} weights");
        }
    }
}
