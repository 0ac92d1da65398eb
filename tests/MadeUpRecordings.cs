using System.Text.Json;

namespace DeviceTwin.Tests;

/// <summary>A folder of made-up recordings with an index: bearings that sound as they should, without the machines.</summary>
internal sealed class MadeUpRecordings : IDisposable
{
    public const int Rate = 12000;
    public const double ShaftHertz = 29.95;
    private const string Format = "int16 little-endian, value = sample*scale";
    private readonly List<Dictionary<string, object?>> items = [];

    public MadeUpRecordings() => Folder = Directory.CreateTempSubdirectory("devicetwin-recordings-").FullName;

    public string Folder { get; }

    public string Index => Path.Combine(Folder, "index.json");

    /// <summary>Noise, and blows at an order of the shaft speed that let a housing ring at 3 kHz; 0 = noise alone.</summary>
    public static short[] Bearing(double order, int samples, int seed, double blow = 6000)
    {
        var random = new Random(seed);
        var signal = new short[samples];
        double next = 0;
        double since = 1;
        for (var i = 0; i < samples; i++)
        {
            if (order > 0 && i >= next)
            {
                // Real elements slip a little.
                next += Rate / (order * ShaftHertz) * (1 + (0.01 * (random.NextDouble() - 0.5)));
                since = 0;
            }

            var noise = 400 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
            signal[i] = (short)Math.Round(noise + (order > 0 ? blow * Math.Exp(-since * 900) * Math.Sin(2 * Math.PI * 3000 * since) : 0));
            since += 1.0 / Rate;
        }

        return signal;
    }

    /// <summary>Writes a recording and its entry; <paramref name="change"/> may spoil the entry.</summary>
    public MadeUpRecordings Add(
        string file, string fault, double order, int seed, string set = "MADE-UP", double seconds = 2.2, Action<Dictionary<string, object?>>? change = null)
    {
        var samples = Bearing(order, (int)(seconds * Rate), seed);
        Write(file, samples);
        var item = new Dictionary<string, object?>
        {
            ["file"] = file,
            ["kind"] = "waveform",
            ["format"] = Format,
            ["scale"] = 0.0001,
            ["samples"] = samples.Length,
            ["fs_hz"] = Rate,
            ["unit"] = "g",
            ["fault"] = fault,
            ["fault_size"] = "1 mm",
            ["physical_id"] = $"{set}-{fault}-{seed}",
            ["dataset"] = set,
            ["shaft_rpm"] = ShaftHertz * 60,
            ["orders"] = new Dictionary<string, double> { ["BPFO"] = 3.585, ["BPFI"] = 5.415, ["BSF"] = 2.357, ["FTF"] = 0.398 },
        };
        change?.Invoke(item);
        items.Add(item);
        return WriteIndex();
    }

    /// <summary>Adds an entry that is no waveform.</summary>
    public MadeUpRecordings Add(Dictionary<string, object?> item)
    {
        items.Add(item);
        return WriteIndex();
    }

    public string Write(string file, short[] samples)
    {
        var path = Path.Combine(Folder, file);
        File.WriteAllBytes(path, [.. samples.SelectMany(sample => new[] { (byte)sample, (byte)(sample >> 8) })]);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private MadeUpRecordings WriteIndex()
    {
        File.WriteAllText(Index, JsonSerializer.Serialize(new { items }));
        return this;
    }
}
