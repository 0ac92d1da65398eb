using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>Fourier transforms of real and complex samples.</summary>
internal static class TransformOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        Real(256, 33_000),
        Real(512, 69_000),
        Real(1024, 155_000),
        Real(2048, 320_000),
        Real(4096, 715_000),
        Real(8192, 1_470_000),
        Complex(1024, 240_000),
        Complex(4096, 1_130_000),
    ];

    private static Operation Real(int length, long budget) => new($"fft.real.{length}", budget, () =>
    {
        var transform = new RealFft(length);
        float[] samples = Inputs.FloatNoise(length);
        var re = new float[(length >> 1) + 1];
        var im = new float[(length >> 1) + 1];
        return () => transform.Forward(samples, 0, re, im);
    });

    private static Operation Complex(int length, long budget) => new($"fft.complex.{length}", budget, () =>
    {
        var transform = new ComplexFft(length);
        float[] re = Inputs.FloatNoise(length);
        float[] im = Inputs.FloatNoise(length);
        return () => transform.Transform(re, im);
    });
}
