using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>Fourier transforms of real samples, and the power of those of complex ones.</summary>
internal static class TransformOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        Real(256, 15_000),
        Real(512, 35_000),
        Real(1024, 75_000),
        Real(2048, 161_000),
        Real(4096, 345_000),
        Real(8192, 735_000),
        Power(128, 16_000),
        Power(256, 34_000),
        Power(512, 72_000),
        Power(1024, 155_000),
    ];

    private static Operation Real(int length, long budget) => new($"fft.real.{length}", budget, () =>
    {
        var transform = new RealFft(length);
        float[] samples = Inputs.FloatNoise(length);
        var re = new float[(length >> 1) + 1];
        var im = new float[(length >> 1) + 1];
        return () => transform.Forward(samples, re, im);
    });

    private static Operation Power(int length, long budget) => new($"fft.power.{length}", budget, () =>
    {
        var transform = new ComplexFft(length);
        float[] re = Inputs.FloatNoise(length);
        float[] im = Inputs.FloatNoise(length);
        var power = new float[length];
        return () => transform.Power(re, im, power);
    });
}
