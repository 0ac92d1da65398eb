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
}
