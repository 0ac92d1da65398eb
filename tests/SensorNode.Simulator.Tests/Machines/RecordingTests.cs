using System.Text.Json;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

/// <summary>The player of recordings and the reader of their index, on recordings made up here.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class RecordingTests
{
    private const double Rate = 80000.0 / 3;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("devicetwin-recordings-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void An_item_carries_what_the_index_says()
    {
        RecordingItem item = Item(seconds: 2);
        Assert.That(item.Fault, Is.EqualTo("outer"));
        Assert.That(item.Dataset, Is.EqualTo("SET"));
        Assert.That(item.ShaftSpeedMilliHertz, Is.EqualTo(29933));
        Assert.That(item.Orders, Is.EqualTo(new BearingOrders(3585, 5415, 2357, 398)));
        Assert.That(item.Seconds, Is.EqualTo(2));
        RecordingMachine machine = new(item);
        Assert.That((machine.Label, machine.Name, machine.AmplitudeKnown), Is.EqualTo(("outer", "a", true)));
        Assert.That((machine.ShaftSpeedMilliHertz, machine.Orders), Is.EqualTo((item.ShaftSpeedMilliHertz, item.Orders)));
    }

    [Test]
    public void Items_of_other_kinds_are_left_alone_and_unknown_facts_are_unknown()
    {
        WriteSamples("a.i16", new short[100]);
        WriteIndex(
            new() { ["kind"] = "run-to-failure trend", ["file"] = "t.csv" },
            new() { ["kind"] = "remarks" },
            new() { ["kind"] = "waveform", ["file"] = "a.i16", ["format"] = Format, ["scale"] = 1, ["samples"] = 100, ["fs_hz"] = 12000, ["shaft_rpm"] = null, ["orders"] = null });
        RecordingItem item = RecordingIndex.Read(_folder).Single();
        Assert.That((item.Fault, item.ShaftSpeedMilliHertz, item.Orders, item.UnitIsG), Is.EqualTo(("unknown", 0, BearingOrders.None, false)));
    }

    [TestCase("file", RecordingException.KeyMissing)]
    [TestCase("kind", RecordingException.KeyMissing)]
    [TestCase("format", RecordingException.KeyMissing)]
    [TestCase("scale", RecordingException.KeyMissing)]
    [TestCase("samples", RecordingException.KeyMissing)]
    [TestCase("fs_hz", RecordingException.KeyMissing)]
    public void A_missing_key_is_named_with_the_item(string key, string code)
    {
        Dictionary<string, object?> item = Waveform(100);
        item.Remove(key);
        WriteIndex(Waveform(100), item);
        RecordingException error = Assert.Throws<RecordingException>(() => RecordingIndex.Read(_folder))!;
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.Message, Does.Contain("index.json").And.Contain("item 2").And.Contain($"'{key}'"));
    }

    [TestCase("format", "float32", RecordingException.FormatUnsupported)]
    [TestCase("scale", 0, RecordingException.ValueInvalid)]
    [TestCase("scale", "1", RecordingException.ValueInvalid)]
    [TestCase("samples", 1.5, RecordingException.ValueInvalid)]
    [TestCase("samples", -1, RecordingException.ValueInvalid)]
    [TestCase("fs_hz", -12000, RecordingException.ValueInvalid)]
    [TestCase("shaft_rpm", "fast", RecordingException.ValueInvalid)]
    [TestCase("shaft_rpm", -5, RecordingException.ValueInvalid)]
    [TestCase("shaft_rpm", 60001, RecordingException.ValueInvalid)]
    [TestCase("orders", 3, RecordingException.ValueInvalid)]
    [TestCase("kind", 3, RecordingException.ValueInvalid)]
    [TestCase("file", "../a.i16", RecordingException.FileOutside)]
    [TestCase("file", "/etc/passwd", RecordingException.FileOutside)]
    public void A_value_that_makes_no_sense_is_named_with_the_item(string key, object value, string code)
    {
        Dictionary<string, object?> item = Waveform(100);
        item[key] = value;
        WriteIndex(item);
        RecordingException error = Assert.Throws<RecordingException>(() => RecordingIndex.Read(_folder))!;
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.Message, Does.Contain("item 1"));
    }

    [TestCase("BPFO", 100.1)]
    [TestCase("FTF", 1.1)]
    [TestCase("BSF", -0.1)]
    public void Orders_that_no_node_takes_are_named_with_the_item(string order, double value)
    {
        Dictionary<string, object?> item = Waveform(100);
        item["orders"] = new Dictionary<string, double> { [order] = value };
        WriteIndex(item);
        RecordingException error = Assert.Throws<RecordingException>(() => RecordingIndex.Read(_folder))!;
        Assert.That(error.Code, Is.EqualTo(RecordingException.ValueInvalid));
        Assert.That(error.Message, Does.Contain("item 1").And.Contain($"orders.{order}"));
    }

    [TestCase(null, RecordingException.IndexMissing)]
    [TestCase("{", RecordingException.IndexMalformed)]
    [TestCase("[]", RecordingException.IndexMalformed)]
    [TestCase("{\"items\":3}", RecordingException.IndexMalformed)]
    [TestCase("{\"items\":[3]}", RecordingException.IndexMalformed)]
    public void A_missing_or_malformed_index_is_said_with_its_folder(string? content, string code)
    {
        if (content != null)
        {
            File.WriteAllText(Path.Combine(_folder, "index.json"), content);
        }

        RecordingException error = Assert.Throws<RecordingException>(() => RecordingIndex.Read(_folder))!;
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.Message, Does.Contain(_folder));
    }

    [Test]
    public void A_missing_file_and_one_of_another_length_are_said_with_their_name()
    {
        WriteIndex(Waveform(40000));
        RecordingItem item = RecordingIndex.Read(_folder).Single();
        RecordingException error = Assert.Throws<RecordingException>(() => new RecordingMachine(item))!;
        Assert.That((error.Code, error.Message.Contains("a.i16")), Is.EqualTo((RecordingException.FileMissing, true)));
        WriteSamples("a.i16", new short[39999]);
        error = Assert.Throws<RecordingException>(() => new RecordingMachine(item))!;
        Assert.That((error.Code, error.Message.Contains("a.i16")), Is.EqualTo((RecordingException.FileLength, true)));
    }

    [Test]
    public void A_recording_shorter_than_a_capture_is_refused()
    {
        RecordingItem item = Item(seconds: 1);
        RecordingException error = Assert.Throws<RecordingException>(() => new RecordingMachine(item))!;
        Assert.That(error.Code, Is.EqualTo("recordingTooShort"));
        Assert.That(error.Message, Does.Contain("a.i16").And.Contain("1.290 s"));
        Assert.That(() => new RecordingMachine(item, 0.5), Throws.Nothing, "long enough for shorter captures");
    }

    [Test]
    public void A_slow_shaft_needs_a_longer_recording()
    {
        Assert.That(() => new RecordingMachine(Item(seconds: 1.5, rpm: 600)), Throws.TypeOf<RecordingException>());
        Assert.That(() => new RecordingMachine(Item(seconds: 1.7, rpm: 600)), Throws.Nothing);
    }

    [Test]
    public void Successive_captures_move_on_and_never_contain_a_splice()
    {
        // A rising ramp over the whole recording: a splice would be a step back.
        const double seconds = 4.2;
        int samples = (int)(seconds * 12000);
        RecordingMachine machine = new(Item(seconds, data: i => (short)(i * 30000L / samples)));
        List<int> starts = [];
        for (int capture = 0; capture < 7; capture++)
        {
            double[] values = Spectrum.Capture(machine, 32768, 60 * capture);
            starts.Add(machine.CaptureStart);
            for (int i = 1; i < values.Length; i++)
            {
                Assert.That(values[i] - values[i - 1], Is.InRange(-0.001, 0.003), $"capture {capture}, sample {i}");
            }
        }

        Assert.That(starts, Is.EqualTo(new[] { 0, 32768, 65536, 0, 32768, 65536, 0 }));
    }

    [Test]
    public void A_capture_longer_than_promised_ends_with_the_recording()
    {
        RecordingMachine machine = new(Item(seconds: 2));
        machine.BeginCapture(0, Rate);
        float[] buffer = new float[60000];
        int count = machine.Read(buffer);
        Assert.That(count / Rate, Is.InRange(1.99, 2));
        Assert.That(machine.Read(buffer), Is.Zero);
    }

    [Test]
    public void A_recording_of_unknown_unit_is_played_at_a_quarter_of_full_scale_and_says_so()
    {
        RecordingMachine machine = new(Item(2, unit: "unknown: gain differs", data: Tone(8000)));
        Assert.That(machine.AmplitudeKnown, Is.False);
        Assert.That(Spectrum.Capture(machine, 32768).Max(Math.Abs), Is.EqualTo(4).Within(1).Percent);
    }

    [TestCase(1e-60)]
    [TestCase(1e-40)]
    [TestCase(1e60)]
    public void Of_a_recording_of_unknown_unit_the_scale_does_not_matter(double scale)
    {
        RecordingMachine machine = new(Item(2, unit: "V", data: Tone(8000), scale: scale));
        Assert.That(Spectrum.Capture(machine, 32768).Max(Math.Abs), Is.EqualTo(4).Within(1).Percent);
    }

    [TestCase("V", 4)]
    [TestCase("g", 2)]
    public void The_zero_of_an_amplifier_is_taken_out(string unit, double peak)
    {
        Func<int, short> tone = Tone(2000);
        RecordingMachine machine = new(Item(2, unit: unit, data: i => (short)(30000 + tone(i))));
        Assert.That(machine.AmplitudeKnown, Is.EqualTo(unit == "g"));
        double[] values = Spectrum.Capture(machine, 32768);
        Assert.That((values.Max(), values.Min()), Is.EqualTo((peak, -peak)).Using<(double, double)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 0.05 && Math.Abs(a.Item2 - b.Item2) < 0.05));
    }

    [Test]
    public void A_recording_beyond_16_g_is_scaled_down_and_says_so()
    {
        RecordingMachine machine = new(Item(2, unit: "g", data: Tone(25000)));
        Assert.That(machine.AmplitudeKnown, Is.False);
        Assert.That(Spectrum.Capture(machine, 32768).Max(Math.Abs), Is.EqualTo(15.2).Within(1).Percent);
    }

    [Test]
    public void A_recording_in_g_keeps_its_level()
    {
        RecordingMachine machine = new(Item(2, unit: "g (nominal)", data: Tone(8000)));
        Assert.That(machine.AmplitudeKnown, Is.True);
        Assert.That(Spectrum.Capture(machine, 32768).Max(Math.Abs), Is.EqualTo(8).Within(1).Percent);
    }

    [Test]
    public void Recordings_are_chosen_in_turn_over_their_faults_and_by_seed()
    {
        WriteIndex([.. from fault in new[] { "normal", "outer", "inner" } from i in Enumerable.Range(0, 5) select Waveform(40000, $"wave/{fault}{i}.i16", fault)]);
        IReadOnlyList<RecordingItem> items = RecordingIndex.Read(_folder);
        IReadOnlyList<RecordingItem> chosen = RecordingChoice.Choose(items, null, 7, 1);
        Assert.That(chosen.Select(item => item.Fault), Is.EqualTo(new[] { "inner", "normal", "outer", "inner", "normal", "outer", "inner" }));
        Assert.That(chosen.Distinct().Count(), Is.EqualTo(7));
        Assert.That(RecordingChoice.Choose(items, null, 7, 1), Is.EqualTo(chosen));
        Assert.That(RecordingChoice.Choose(items, null, 7, 2), Is.Not.EqualTo(chosen));
        Assert.That(RecordingChoice.Choose(items, null, 100, 1), Has.Count.EqualTo(15));
        Assert.That(RecordingChoice.Choose(items, "wave/out*", 9, 1).Select(item => item.Fault), Is.EqualTo(Enumerable.Repeat("outer", 5)));
        Assert.That(RecordingChoice.Choose(items, "inner3.i16", 9, 1).Single().File, Is.EqualTo("wave/inner3.i16"));
        Assert.That(
            Assert.Throws<RecordingException>(() => RecordingChoice.Choose(items, "ball*", 9, 1))!.Code, Is.EqualTo(RecordingException.NothingSelected));
    }

    [Test]
    public void Recordings_shorter_than_a_capture_come_last_of_their_fault()
    {
        WriteIndex(Waveform(12000, "short.i16", "outer"), Waveform(40000, "long.i16", "outer"));
        IReadOnlyList<RecordingItem> items = RecordingIndex.Read(_folder);
        Assert.That(RecordingChoice.Choose(items, null, 1, 1).Single().File, Is.EqualTo("long.i16"));
        Assert.That(RecordingChoice.Choose(items, null, 9, 1).Select(item => item.File), Is.EqualTo(new[] { "long.i16", "short.i16" }));
    }

    [Test]
    public void A_refused_recording_gives_no_sample_and_says_why()
    {
        RefusedRecording machine = new(Item(seconds: 1));
        machine.BeginCapture(0, 26667);
        Assert.That(machine.Read(new float[100]), Is.Zero);
        Assert.That(machine.Reason, Does.Contain("a.i16").And.Contain("1.290 s"));
    }

    private const string Format = "int16 little-endian, value = sample*scale";

    private static Func<int, short> Tone(double peak) => i => (short)(peak * Math.Sin(2 * Math.PI * 100 * i / 12000));

    private static Dictionary<string, object?> Waveform(int samples, string file = "a.i16", string fault = "outer", string unit = "g", double rpm = 1796, double scale = 0.001) => new()
    {
        ["file"] = file,
        ["kind"] = "waveform",
        ["format"] = Format,
        ["scale"] = scale,
        ["samples"] = samples,
        ["fs_hz"] = 12000,
        ["unit"] = unit,
        ["fault"] = fault,
        ["dataset"] = "SET",
        ["shaft_rpm"] = rpm,
        ["orders"] = new Dictionary<string, double> { ["BPFO"] = 3.5848, ["BPFI"] = 5.4152, ["BSF"] = 2.35675, ["FTF"] = 0.39828 },
    };

    private RecordingItem Item(double seconds, string unit = "g", double rpm = 1796, Func<int, short>? data = null, double scale = 0.001)
    {
        int samples = (int)(seconds * 12000);
        WriteSamples("a.i16", [.. Enumerable.Range(0, samples).Select(data ?? (_ => (short)0))]);
        WriteIndex(Waveform(samples, unit: unit, rpm: rpm, scale: scale));
        return RecordingIndex.Read(_folder).Single();
    }

    private void WriteSamples(string file, short[] samples) =>
        File.WriteAllBytes(Path.Combine(_folder, file), [.. samples.SelectMany(sample => new[] { (byte)sample, (byte)(sample >> 8) })]);

    private void WriteIndex(params Dictionary<string, object?>[] items) =>
        File.WriteAllText(Path.Combine(_folder, "index.json"), JsonSerializer.Serialize(new { items }));
}
