using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>Fourier transforms of real and complex samples.</summary>
internal static class TransformOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        Real(256, 15_000),
        Real(512, 36_000),
        Real(1024, 85_000),
        Real(2048, 190_000),
        Real(4096, 420_000),
        Real(8192, 920_000),
        Complex(128, 16_000),
        Complex(256, 34_000),
        Complex(512, 72_000),
        Complex(1024, 155_000),
        Complex(2048, 410_000),
    ];

    private static Operation Real(int length, long budget) => new($"fft.real.{length}", budget, () =>
    {
        var transform = new RealFft(length);
        float[] samples = Inputs.FloatNoise(length);
        var re = new float[(length >> 1) + 1];
        var im = new float[(length >> 1) + 1];
        return () => transform.Forward(samples, re, im);
    });

    private static Operation Complex(int length, long budget) => new($"fft.complex.{length}", budget, () =>
    {
        var transform = new ComplexFft(length);
        float[] re = Inputs.FloatNoise(length);
        float[] im = Inputs.FloatNoise(length);
        var output = new float[2 * length];
        return () => transform.Transform(re, im, output, 0, output, length);
    });
}
