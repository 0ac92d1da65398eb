using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeviceTwin.Analytics.Replays;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>Stored captures in memory: small ones, of noise and blows, as a board without PSRAM takes them.</summary>
internal sealed class Scene : IWaveformSource
{
    public const int Rate = 6_667_000;
    public const int Samples = 2048;
    public const int Window = 1024;

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 6, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, byte[]> contents = [];
    private readonly Dictionary<string, WaveformRead> answers = [];

    /// <summary>Every buffer that was handed in, and how large the largest part of one was.</summary>
    public ConcurrentDictionary<byte[], int> Buffers { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Called before every reading with its number, from 1.</summary>
    public Action<int> OnRead { get; set; } = _ => { };

    public int Reads => reads;

    private int reads;

    /// <summary>Settings under which a capture of <see cref="Samples"/> is judged: a bearing on a fast shaft, acceleration in a band.</summary>
    public static ReplaySettings Settings(params (string Path, int Value)[] more) => ReplaySettings.Of(new Dictionary<string, int>
    {
        ["detection.velocityLimitUmPerSecond"] = 0,
        ["detection.band1HighHertz"] = 2000,
        ["detection.band1LowHertz"] = 10,
        ["detection.band1LimitMilliG"] = 500,
    }).With(more.ToDictionary(pair => pair.Path, pair => pair.Value));

    /// <summary>A capture of noise of a level, so many seconds after the start.</summary>
    public StoredCapture Capture(double second, int level, int seed = 1, int samples = Samples)
    {
        var random = new Random(seed);
        var counts = new short[samples];
        for (var i = 0; i < samples; i++)
        {
            counts[i] = (short)(level * (random.NextDouble() + random.NextDouble() - 1));
        }

        return Store(second, MemoryMarshal.AsBytes(counts.AsSpan()).ToArray());
    }

    /// <summary>A content as it is.</summary>
    public StoredCapture Store(double second, byte[] content)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(content));
        contents[name] = content;
        return new StoredCapture(name, Start.AddSeconds(second), content.Length, Rate, 488_000);
    }

    /// <summary>Answers so where this content is asked for.</summary>
    public void Answer(StoredCapture capture, WaveformRead read) => answers[capture.Sha256] = read;

    /// <summary>Spoils a content.</summary>
    public void Damage(StoredCapture capture) => contents[capture.Sha256][7] ^= 1;

    public static ReplaySeries Series(string machine, IEnumerable<StoredCapture> captures, ReplaySettings? old = null, ReplaySettings? proposed = null) =>
        new(machine, "de", $"node-{machine}", [.. captures], old ?? Settings(), proposed ?? Settings(("detection.band1LimitMilliG", 100))) { DetectorWindow = Window };

    public ValueTask<WaveformRead> ReadAsync(StoredCapture capture, Memory<byte> content, CancellationToken cancellation)
    {
        Assert.That(MemoryMarshal.TryGetArray<byte>(content, out var room));
        Buffers.AddOrUpdate(room.Array!, content.Length, (_, most) => Math.Max(most, content.Length));
        OnRead(Interlocked.Increment(ref reads));
        cancellation.ThrowIfCancellationRequested();
        if (answers.TryGetValue(capture.Sha256, out var answer))
        {
            return ValueTask.FromResult(answer);
        }

        contents[capture.Sha256].CopyTo(content);
        return ValueTask.FromResult(WaveformRead.Done);
    }

    /// <summary>This scene with the contents of <see cref="Plant"/>.</summary>
    public Scene Prepared()
    {
        Plant();
        return this;
    }

    /// <summary>Four machines with twelve captures in all, of rising level, one missing, and findings on two.</summary>
    public ReplayRequest Plant(int order = 0)
    {
        var series = Enumerable.Range(0, 4).Select(machine => Series(
            $"m{machine}",
            Shuffled(Enumerable.Range(0, 3).Select(index => Capture(index * 60, 400 * (1 + index + machine), (machine * 10) + index)), order))).ToArray();
        Answer(series[1].Captures.OrderBy(capture => capture.TakenAt).ElementAt(1), WaveformRead.Missing);
        ReplayFinding[] findings =
        [
            new("m1", "", ReplayFinding.NoFault, Start, Start.AddHours(1)),
            new("m3", "de", "outer", Start.AddSeconds(60), null),
        ];
        return new ReplayRequest(Shuffled(series, order), Shuffled(findings, order));
    }

    private static T[] Shuffled<T>(IEnumerable<T> items, int order)
    {
        var list = items.ToArray();
        if (order > 0)
        {
            new Random(order).Shuffle(list);
        }

        return list;
    }
}
