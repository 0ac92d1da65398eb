using System.Globalization;
using System.Numerics;
using DeviceTwin.Bench.Features;
using DeviceTwin.Bench.Il;
using DeviceTwin.Bench.Size;
using DeviceTwin.SensorNode.Signal;
using Mono.Cecil;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>The table of real transforms as it stands in the documentation: what they execute, and how far that is from what it could be.</summary>
public static class FftTable
{
    /// <summary>Executed IL of a textbook complex radix-2 transform of 1024 points in float, counted on an instrumented interpreter.</summary>
    private const double TextbookAt1024 = 522883;

    /// <summary>The lengths and the codelets that a transform of each executes.</summary>
    public static readonly IReadOnlyList<(int Length, string[] Codelets)> Lengths =
    [
        (256, ["RealColumns.Apart16", "RealRows.FoldedApart16", "RealRows.MiddleApart32"]),
        (512, ["RealColumns.Full16", "RealRows.Folded32", "RealRows.Middle64"]),
        (1024, ["RealColumns.Full32", "RealRows.Folded32", "RealRows.Middle64"]),
        (2048, ["RealColumns.Full64", "RealRows.Folded32", "RealRows.Middle64"]),
        (4096, ["RealColumns.Full128", "RealRows.Folded32", "RealRows.Middle64"]),
        (8192, ["RealColumns.Full128", "RealRows.Folded64"]),
    ];

    private static readonly Lazy<string> Written = new(WriteAll);

    /// <summary>The table.</summary>
    public static string Write() => Written.Value;

    private static string WriteAll()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(RealFft).Assembly.Location);
        Dictionary<string, int> code = module.Types.SelectMany(type => type.Methods.Where(method => method.HasBody)
            .Select(method => (Name: $"{type.Name}.{method.Name}", Bytes: method.Body.CodeSize)))
            .GroupBy(method => method.Name).ToDictionary(group => group.Key, group => group.Sum(method => method.Bytes));
        IEnumerable<string> rows = Lengths.Select(row =>
        {
            double il = IlTable.Of($"fft.real.{row.Length}");
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {row.Length} | {il / 1000:0.0} | {Textbook(row.Length) / il:0.0} | {il / Operations(row.Length):0.0} | {Floor(row.Length) / 1000:0.0} | {SignalToNoise(row.Length):0} | {new HeapModel().Add(new RealFft(row.Length)):#,0} | {row.Codelets.Sum(name => code[name]):#,0} |");
        });
        return string.Join('\n', rows
            .Prepend("|---|---|---|---|---|---|---|---|")
            .Prepend("| N | IL, thousands | Textbook takes × | IL per operation | Floor, thousands | SNR, dB | Instance, bytes | Code, bytes |"));
    }

    /// <summary>Additions and multiplications of a split-radix transform of real samples: the arithmetic bound.</summary>
    public static double Operations(int length) => (2.0 * length * Math.Log2(length)) - (4 * length) + 6;

    /// <summary>IL of the textbook transform: in proportion to its N/2 · log2 N butterflies.</summary>
    public static double Textbook(int length) => TextbookAt1024 * (length / 2 * Math.Log2(length)) / (512 * 10);

    /// <summary>What two passes can hardly do without: three instructions for each operation, and four array accesses of five for each sample.</summary>
    public static double Floor(int length) => (3 * Operations(length)) + (20.0 * length);

    /// <summary>Signal to noise ratio against double precision, of seeded full-scale noise, in decibels, rounded down.</summary>
    private static double SignalToNoise(int length)
    {
        float[] samples = Inputs.FloatNoise(length);
        Complex[] expected = [.. samples.Select(sample => new Complex(sample, 0))];
        DoubleFft.Forward(expected);
        var re = new float[(length / 2) + 1];
        var im = new float[(length / 2) + 1];
        new RealFft(length).Forward(samples, re, im);
        double signal = 0;
        double noise = 0;
        for (int k = 0; k <= length / 2; k++)
        {
            signal += Math.Pow(expected[k].Magnitude, 2);
            noise += Math.Pow((expected[k] - new Complex(re[k], im[k])).Magnitude, 2);
        }

        return Math.Floor(10 * Math.Log10(signal / noise));
    }
}
