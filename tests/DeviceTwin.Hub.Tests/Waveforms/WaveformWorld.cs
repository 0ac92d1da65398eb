using System.Runtime.InteropServices;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>Intake and keeper over a database and a folder of their own, on a clock that the test moves. May crash.</summary>
internal sealed class WaveformWorld : IAsyncDisposable, IAlarmWaveforms
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("devicetwin-waveforms-");
    private readonly Func<WaveformOptions, WaveformOptions> adapt;
    private WaveformIntake intake;
    private int life;

    public WaveformWorld(Func<WaveformOptions, WaveformOptions>? adapt = null)
    {
        this.adapt = adapt ?? (options => options);
        (Store, Files, Keeper, intake) = Build();
    }

    public ManualTime Time { get; } = new();

    public SqliteHubStore Store { get; private set; }

    public WaveformFiles Files { get; private set; }

    public WaveformKeeper Keeper { get; private set; }

    public List<AlarmWaveform> Alarms { get; } = [];

    private string Folder => Path.Combine(root.FullName, $"life-{life}");

    public IReadOnlyList<AlarmWaveform> Of(string deviceId) => [.. Alarms.Where(alarm => alarm.DeviceId == deviceId)];

    public static byte[] Content(int seed, int length = 20)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Sends a piece as a message would bring it and waits until it is durable.</summary>
    public async Task Chunk(string deviceId, byte[] content, int start, int end, string? sha256 = null, string rate = "26667000")
    {
        var properties = Properties(content, start, sha256, rate);
        var part = intake.Take(new TelemetryMessage(deviceId, Time.GetUtcNow(), properties, content.AsMemory(start, end - start)))!;
        Assert.That(part.Instead, Is.True, "the message itself is not kept");

        // As the fleet does, but the verification waits for the test.
        await Store.Write(part.Changes);
    }

    /// <summary>Sends a whole waveform and has it verified.</summary>
    public async Task<string> Upload(string deviceId, byte[] content, string? sha256 = null)
    {
        sha256 ??= WaveformFiles.HashOf(content);
        await Chunk(deviceId, content, 0, content.Length, sha256);
        await Keeper.Verify(deviceId, sha256);
        return sha256;
    }

    public WaveformStatus Status(string deviceId, string sha256) => Store.ReadWaveformStatus(deviceId, sha256);

    /// <summary>The contents of a device, oldest first, as seeds of <see cref="Content"/> that the test remembers by hash.</summary>
    public IReadOnlyList<string> Kept(string deviceId) => [.. Store.ReadWaveforms(deviceId, null, null, 1000).Reverse().Select(waveform => waveform.Head.Sha256)];

    public int FileCount => Directory.GetFiles(Files.Folder, "*", SearchOption.AllDirectories).Length;

    /// <summary>The process dies as it stands: another one begins with the files as they are on the disk.</summary>
    public async Task Crash()
    {
        var from = Folder;
        life++;
        Copy(new DirectoryInfo(from), Folder);
        await Keeper.DisposeAsync();
        Store.Dispose();
        (Store, Files, Keeper, intake) = Build();
    }

    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        Store.Dispose();
        root.Delete(recursive: true);
    }

    public static Dictionary<string, string?> Properties(byte[] content, int start, string? sha256 = null, string rate = "26667000") => new()
    {
        ["kind"] = "waveform",
        ["sha256"] = sha256 ?? WaveformFiles.HashOf(content),
        ["offset"] = $"{start}",
        ["length"] = $"{content.Length}",
        ["axis"] = "z",
        ["rate"] = rate,
        ["scale"] = "488000",
        ["capture"] = "7",
        ["bootId"] = "b1",
    };

    /// <summary>A piece of a content as <c>format=rice1</c>.</summary>
    public static byte[] Compress(byte[] content, int start, int end)
    {
        var counts = MemoryMarshal.Cast<byte, short>(content.AsSpan(start, end - start)).ToArray();
        var bytes = new byte[RiceEncoder.MostBytes(counts.Length)];
        var encoder = new RiceEncoder();
        encoder.Start(counts, 0, counts.Length, 1, bytes);
        int length;
        do
        {
            length = encoder.Step();
        }
        while (length < 0);

        return bytes[..length];
    }

    private (SqliteHubStore, WaveformFiles, WaveformKeeper, WaveformIntake) Build()
    {
        Directory.CreateDirectory(Folder);
        var store = SqliteHubStore.Open(new SqliteStoreOptions { Path = Path.Combine(Folder, "hub.db") });
        var options = adapt(new WaveformOptions { Folder = Path.Combine(Folder, "waveforms") });
        var files = new WaveformFiles(options.Folder);
        var keeper = new WaveformKeeper(store, files, this, options, Time, NullLogger<WaveformKeeper>.Instance);
        return (store, files, keeper, new WaveformIntake(store, keeper, Time, NullLogger<WaveformIntake>.Instance));
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.GetFiles().Where(file => !file.Name.EndsWith(".lock", StringComparison.Ordinal) && !file.Name.EndsWith("-shm", StringComparison.Ordinal)))
        {
            using var source = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var target = File.Create(Path.Combine(to, file.Name));
            source.CopyTo(target);
        }

        foreach (var folder in from.GetDirectories())
        {
            Copy(folder, Path.Combine(to, folder.Name));
        }
    }
}
