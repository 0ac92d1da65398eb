using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>
/// How fast stored captures are replayed on one core: captures of a simulated bearing as the board with PSRAM takes them by default, from memory,
/// hashes compared, with one set of limits against another.
/// </summary>
/// <param name="Captures">Replayed.</param>
/// <param name="SamplesPerCapture">What a node captures by default at this rate.</param>
/// <param name="SampleRateMilliHertz">Of the accelerometer.</param>
/// <param name="IntervalSeconds">From the start of one capture to the next: the model's default.</param>
/// <param name="AnalysesPerCapture">1 where both settings measure the same, 2 where each capture is analysed by both.</param>
/// <param name="Seconds">Processor time that it took: the shortest of the repetitions, each on one thread.</param>
/// <param name="ResultHash">Of the report.</param>
public sealed record ReplayFigures(
    int Captures, int SamplesPerCapture, int SampleRateMilliHertz, int IntervalSeconds, int AnalysesPerCapture, double Seconds, string ResultHash)
{
    /// <summary>Samples that a node with an IIS3DWB captures by default: 1.2 s, filled up to a block of the velocity meter, and a sixty-fourth.</summary>
    public const int DefaultSamples = 33280;

    private const int Rate = 26_667_000;
    private const int Interval = 60;
    private const int Recordings = 8;
    private const int Repetitions = 3;
    private const double ShaftHertz = 29.95;
    private const double OuterOrders = 3.585;

    /// <summary>Seconds of one capture.</summary>
    public double CaptureSeconds => SamplesPerCapture * 1000.0 / SampleRateMilliHertz;

    /// <summary>Seconds of samples replayed in a second.</summary>
    public double SignalTimesRealTime => Captures * CaptureSeconds / Seconds;

    /// <summary>Seconds of a node's schedule replayed in a second: captures of this length this far apart.</summary>
    public double ScheduleTimesRealTime => Captures * (double)IntervalSeconds / Seconds;

    /// <summary>Measures.</summary>
    /// <param name="captures">At least 1.</param>
    /// <param name="isMeasuredTwice">Whether the settings differ in what is measured (the score limit), so that each capture is analysed by both.</param>
    /// <param name="seed">Of the signals.</param>
    public static ReplayFigures Measure(int captures, bool isMeasuredTwice, int seed, int samples = DefaultSamples)
    {
        var source = new MemorySource();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var names = Enumerable.Range(0, Math.Min(captures, Recordings)).Select(recording => source.Add(Signal(samples, seed + recording))).ToArray();
        var stored = Enumerable.Range(0, captures)
            .Select(index => new StoredCapture(names[index % names.Length], start.AddSeconds(index * (double)Interval), samples * 2, Rate, 488_000)).ToArray();
        var old = ReplaySettings.Of(new Dictionary<string, int>
        {
            ["machine.shaftSpeedMilliHertz"] = (int)(ShaftHertz * 1000),
            ["machine.bpfoMilliOrders"] = (int)(OuterOrders * 1000),
            ["machine.bpfiMilliOrders"] = 5415,
            ["machine.bsfMilliOrders"] = 2357,
            ["machine.ftfMilliOrders"] = 398,
        });
        var changed = old.With(new Dictionary<string, int>
        {
            [isMeasuredTwice ? "detection.bearingScoreLimitMilli" : "detection.velocityLimitUmPerSecond"] = 4500,
        });
        var request = new ReplayRequest([new ReplaySeries("machine", "point", "node", stored, old, changed)]);
        var shortest = double.MaxValue;
        var hash = "";
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var before = ProcessorSeconds();
            hash = Replay.RunAsync(request, source, new ReplayOptions { Parallelism = 1 }).GetAwaiter().GetResult().ResultHash;
            shortest = Math.Min(shortest, ProcessorSeconds() - before);
        }

        return new ReplayFigures(captures, samples, Rate, Interval, isMeasuredTwice ? 2 : 1, shortest, hash);
    }

    /// <summary>One line for people: the ratios, and what they are of.</summary>
    public string Line() => string.Create(CultureInfo.InvariantCulture,
        $"{Captures} captures of {CaptureSeconds:0.000} s ({SamplesPerCapture} samples at {SampleRateMilliHertz / 1000.0:0} Hz) every {IntervalSeconds} s, "
        + $"{AnalysesPerCapture} analysis/analyses each, {Seconds:0.000} s of one core: {SignalTimesRealTime:0} times real time of the samples, "
        + $"{ScheduleTimesRealTime:0} times that of the schedule");

    private static double ProcessorSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>Noise, and blows of a defective outer race that let a housing ring at 3 kHz.</summary>
    private static short[] Signal(int samples, int seed)
    {
        var random = new Random(seed);
        var signal = new short[samples];
        double next = 0;
        double since = 1;
        for (var i = 0; i < samples; i++)
        {
            if (i >= next)
            {
                next += Rate / 1000.0 / (OuterOrders * ShaftHertz) * (1 + (0.01 * (random.NextDouble() - 0.5)));
                since = 0;
            }

            var noise = 400 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
            signal[i] = (short)Math.Round(noise + (3000 * Math.Exp(-since * 900) * Math.Sin(2 * Math.PI * 3000 * since)));
            since += 1000.0 / Rate;
        }

        return signal;
    }

    private sealed class MemorySource : IWaveformSource
    {
        private readonly Dictionary<string, byte[]> _contents = [];

        public string Add(short[] samples)
        {
            var content = MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();
            var name = Convert.ToHexStringLower(SHA256.HashData(content));
            _contents[name] = content;
            return name;
        }

        public ValueTask<WaveformRead> ReadAsync(StoredCapture capture, Memory<byte> content, CancellationToken cancellation)
        {
            _contents[capture.Sha256].CopyTo(content);
            return ValueTask.FromResult(WaveformRead.Done);
        }
    }
}
