#nullable enable

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using System.Text.Json;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>One waveform of an index: what it is, and where its samples are.</summary>
public sealed class RecordingItem
{
    internal RecordingItem(string folder)
    {
        Folder = folder;
    }

    /// <summary>Folder of the index.</summary>
    public string Folder { get; }

    /// <summary>File relative to the folder, as the index writes it.</summary>
    public required string File { get; init; }

    /// <summary>Number of samples.</summary>
    public required int Samples { get; init; }

    /// <summary>Sampling rate in hertz.</summary>
    public required double RateHertz { get; init; }

    /// <summary>Weight of one count.</summary>
    public required double Scale { get; init; }

    /// <summary>Unit of the scaled values as the index has it, or "".</summary>
    public required string Unit { get; init; }

    /// <summary>The index's fault, or "unknown".</summary>
    public required string Fault { get; init; }

    /// <summary>Data set, or "".</summary>
    public required string Dataset { get; init; }

    /// <summary>Shaft speed in millihertz; 0 = not known.</summary>
    public required int ShaftSpeedMilliHertz { get; init; }

    /// <summary>Bearing orders; 0 where not known.</summary>
    public required BearingOrders Orders { get; init; }

    /// <summary>Whether the scaled values are g. The index writes "g", perhaps with a remark behind it.</summary>
    public bool UnitIsG => Unit == "g" || Unit.StartsWith("g ", StringComparison.Ordinal);

    /// <summary>Duration in seconds.</summary>
    public double Seconds => Samples / RateHertz;

    /// <summary>Reads the samples, scaled.</summary>
    /// <exception cref="RecordingException">The file is missing or has another length.</exception>
    public float[] Load()
    {
        string path = Path.Combine(Folder, File);
        byte[] bytes;
        try
        {
            bytes = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecordingException(RecordingException.FileMissing, $"The index of {Folder} names '{File}', but there is no such file.", e);
        }

        if (bytes.Length != Samples * 2L)
        {
            throw new RecordingException(
                RecordingException.FileLength, $"'{File}' in {Folder} has {bytes.Length} bytes; {Samples} samples of 16 bits would be {Samples * 2L}.");
        }

        float[] samples = new float[Samples];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = (float)(BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * 2)) * Scale);
        }

        return samples;
    }
}

/// <summary>
/// Reads an index.json: {"items": [...]}, of which the items of kind "waveform" are recordings. Each needs file, format
/// ("int16 little-endian, value = sample*scale"), scale, samples and fs_hz; unit, fault, dataset, shaft_rpm and orders
/// {BPFO, BPFI, BSF, FTF} may be missing or null. Other kinds are left alone.
/// </summary>
public static class RecordingIndex
{
    private const string FileName = "index.json";
    private const string Format = "int16 little-endian, value = sample*scale";

    /// <summary>All waveforms of a folder, in the order of the index.</summary>
    /// <exception cref="RecordingException">The index is missing or wrong; the message names the item.</exception>
    public static IReadOnlyList<RecordingItem> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new RecordingException(RecordingException.IndexMissing, $"There is no {FileName} in {folder}.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("items", out JsonElement items)
                || items.ValueKind != JsonValueKind.Array)
            {
                throw new RecordingException(RecordingException.IndexMalformed, $"{path} has no array 'items'.");
            }

            List<RecordingItem> recordings = [];
            int number = 0;
            foreach (JsonElement item in items.EnumerateArray())
            {
                number++;
                if (new ItemReader(folder, path, number, item).Read() is { } recording)
                {
                    recordings.Add(recording);
                }
            }

            return recordings;
        }
        catch (JsonException e)
        {
            throw new RecordingException(RecordingException.IndexMalformed, $"{path} is not JSON: {e.Message}", e);
        }
    }

    /// <summary>
    /// Chooses recordings for nodes: those whose file (its whole path in the index, or its name) fits the pattern, one fault after the other
    /// in turn, in an order that the seed decides. Recordings shorter than a capture are passed over.
    /// </summary>
    /// <param name="items">All recordings.</param>
    /// <param name="pattern">With * and ?; null = all.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="seed">Equal seeds choose equally.</param>
    /// <exception cref="RecordingException">Nothing fits, or everything that fits is shorter than a capture.</exception>
    public static IReadOnlyList<RecordingItem> Choose(IReadOnlyList<RecordingItem> items, string? pattern, int count, ulong seed)
    {
        List<RecordingItem> fitting = [.. items.Where(item => pattern == null || Fits(pattern, item.File))];
        if (fitting.Count == 0)
        {
            throw new RecordingException(
                RecordingException.NothingSelected,
                pattern == null ? "The index has no waveform." : $"None of the {items.Count} waveforms of the index fits '{pattern}'.");
        }

        List<RecordingItem> playable = fitting.FindAll(RecordingMachine.IsLongEnough);
        if (playable.Count == 0)
        {
            throw RecordingMachine.TooShort(fitting[0]);
        }

        List<Queue<RecordingItem>> faults = [];
        foreach (IGrouping<string, RecordingItem> fault in playable.GroupBy(item => item.Fault).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            RecordingItem[] shuffled = [.. fault];
            Shuffle(shuffled, new Xoshiro256(Xoshiro256.Mix(seed, (ulong)faults.Count)));
            faults.Add(new Queue<RecordingItem>(shuffled));
        }

        List<RecordingItem> chosen = [];
        while (chosen.Count < count && faults.Exists(queue => queue.Count > 0))
        {
            foreach (Queue<RecordingItem> queue in faults)
            {
                if (chosen.Count < count && queue.TryDequeue(out RecordingItem? item))
                {
                    chosen.Add(item);
                }
            }
        }

        return chosen;
    }

    private static bool Fits(string pattern, string file) =>
        FileSystemName.MatchesSimpleExpression(pattern, file) || FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file));

    private static void Shuffle(RecordingItem[] items, Xoshiro256 random)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)(random.NextUniform() * (i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Reads one item and says which one it is where it is wrong.</summary>
    private readonly struct ItemReader(string folder, string path, int number, JsonElement item)
    {
        public RecordingItem? Read()
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw new RecordingException(RecordingException.IndexMalformed, $"{path}: item {number} is not an object.");
            }

            string file = Text("file");
            if (Text("kind") != "waveform")
            {
                return null;
            }

            if (Path.IsPathRooted(file) || file.Split('/', '\\').Contains(".."))
            {
                throw Wrong(RecordingException.FileOutside, "its path leads out of the folder");
            }

            string format = Text("format");
            if (format != Format)
            {
                throw Wrong(RecordingException.FormatUnsupported, $"its format is '{format}'; only '{Format}' is supported");
            }

            double samples = Positive("samples");
            if (samples > int.MaxValue || samples != Math.Floor(samples))
            {
                throw Wrong(RecordingException.ValueInvalid, "'samples' is not a whole number in range");
            }

            return new RecordingItem(folder)
            {
                File = file,
                Samples = (int)samples,
                RateHertz = Positive("fs_hz"),
                Scale = Positive("scale"),
                Unit = OptionalText("unit"),
                Fault = OptionalText("fault") is { Length: > 0 } fault ? fault : "unknown",
                Dataset = OptionalText("dataset"),
                ShaftSpeedMilliHertz = Milli(Optional(item, "shaft_rpm") / 60, "shaft_rpm"),
                Orders = Orders(),
            };
        }

        private BearingOrders Orders()
        {
            if (!item.TryGetProperty("orders", out JsonElement orders) || orders.ValueKind == JsonValueKind.Null)
            {
                return BearingOrders.None;
            }

            if (orders.ValueKind != JsonValueKind.Object)
            {
                throw Wrong(RecordingException.ValueInvalid, "'orders' is not an object");
            }

            return new BearingOrders(
                Milli(Optional(orders, "BPFO"), "orders.BPFO"),
                Milli(Optional(orders, "BPFI"), "orders.BPFI"),
                Milli(Optional(orders, "BSF"), "orders.BSF"),
                Milli(Optional(orders, "FTF"), "orders.FTF"));
        }

        private int Milli(double value, string key)
        {
            double milli = Math.Round(value * 1000);
            return milli is >= 0 and <= 100_000_000 ? (int)milli : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is out of range");
        }

        private string Text(string key)
        {
            JsonElement value = Required(key);
            return value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a text");
        }

        private string OptionalText(string key) => item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        private double Positive(string key)
        {
            JsonElement value = Required(key);
            return value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and < double.PositiveInfinity and var number
                ? number
                : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a positive number");
        }

        private double Optional(JsonElement from, string key)
        {
            if (!from.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return 0;
            }

            return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(RecordingException.ValueInvalid, $"'{key}' is not a number");
        }

        private JsonElement Required(string key) => item.TryGetProperty(key, out JsonElement value)
            ? value
            : throw Wrong(RecordingException.KeyMissing, $"it lacks '{key}'");

        private RecordingException Wrong(string code, string what)
        {
            string name = item.TryGetProperty("file", out JsonElement file) && file.ValueKind == JsonValueKind.String ? $" ('{file.GetString()}')" : "";
            return new RecordingException(code, $"{path}, item {number}{name}: {what}.");
        }
    }
}
