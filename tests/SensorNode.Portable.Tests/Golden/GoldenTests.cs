using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceTwin.SensorNode.Benchmarks;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Golden;

/// <summary>
/// The exactness contract: .NET computes the bits that golden.json names, and the program SensorNode.Benchmarks prints the same lines on a
/// board or on the virtual device.
/// </summary>
public sealed class GoldenTests
{
    private const string File = "tests/SensorNode.Portable.Tests/Golden/golden.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<string> VectorNames() => Enumerable.Range(0, GoldenVectors.Count).Select(GoldenVectors.Name);

    private static Dictionary<string, string> Expected() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllText(TestFiles.InRepository(File)))!;

    [TestCaseSource(nameof(VectorNames))]
    public void A_vector_has_the_bits_that_were_written_down(string name)
    {
        int index = VectorNames().ToList().IndexOf(name);

        string hash = new GoldenVectors().Hash(index);

        Assert.That(hash, Is.EqualTo(Expected()[name]), $"\"{name}\": \"{hash}\"");
    }

    [Test]
    public void Every_written_vector_is_still_computed() => Assert.That(Expected().Keys, Is.EqualTo(VectorNames()));

    [Test]
    public void A_vector_does_not_depend_on_what_ran_before()
    {
        var vectors = new GoldenVectors();
        int outer = VectorNames().ToList().IndexOf("detector.outer");
        int slow = VectorNames().ToList().IndexOf("detector.slowShaft");
        string first = vectors.Hash(outer);
        vectors.Hash(slow);

        Assert.That(vectors.Hash(outer), Is.EqualTo(first));
    }

    [Test]
    public void One_bit_of_one_sample_alters_the_hash()
    {
        Assert.That(HashOfDecimation(flippedBit: 1), Is.Not.EqualTo(HashOfDecimation(flippedBit: 0)));
    }

    [Test]
    public void One_bit_of_one_result_alters_the_hash()
    {
        var hash = new GoldenHash();
        hash.Add(1f);
        string one = hash.Text();
        hash.Reset();
        hash.Add(MathF.BitIncrement(1f));

        Assert.That(hash.Text(), Is.Not.EqualTo(one));
    }

    private static IEnumerable<FieldInfo> ResultFields() =>
        typeof(DetectorResult).GetFields(BindingFlags.Instance | BindingFlags.Public);

    [TestCaseSource(nameof(ResultFields))]
    public void Every_field_of_a_result_is_in_its_hash(FieldInfo field)
    {
        string before = HashOf(Filled());
        DetectorResult result = Filled();
        switch (field.GetValue(result))
        {
            case int value:
                field.SetValue(result, value + 1);
                break;
            case bool value:
                field.SetValue(result, !value);
                break;
            case int[] values:
                values[0]++;
                break;
            default:
                Assert.Fail($"a field of type {field.FieldType} cannot be hashed");
                break;
        }

        Assert.That(HashOf(result), Is.Not.EqualTo(before), "GoldenHash.Add(DetectorResult) leaves it out");

        // Every list of the result holds something.
        static DetectorResult Filled() => new() { VelocitySpectrumCount = 5, EnvelopeSpectrumCount = 5, PeakCount = 2 };
    }

    [Test]
    public void The_build_id_is_the_start_of_the_hash_over_all_vectors_that_bear_on_a_verdict()
    {
        var sha = new Sha256();

        // What a technician asks for and how messages are packed on their way change no verdict.
        foreach ((string name, string hash) in Expected().Take(GoldenVectors.BuildCount))
        {
            byte[] line = System.Text.Encoding.ASCII.GetBytes(name + " " + hash + "\n");
            sha.Add(line, 0, line.Length);
        }

        Assert.That(Fingerprint.BuildId, Is.EqualTo(Sha256.Hex(sha.Finish(), 4)),
            "The detector computes something new: it needs a new name (Fingerprint.BuildId).");
    }

    [Test, Explicit("Writes golden.json and, where the recordings are at hand, recordings.json anew; the build id and a run on the virtual device follow.")]
    public void Write_the_vectors()
    {
        var vectors = new GoldenVectors();
        Write(File, VectorNames().Select((name, index) => (name, vectors.Hash(index))));
        if (System.IO.File.Exists(Path.Combine(TestFiles.RecordingsFolder, "index.json")))
        {
            Write(RecordingVectors.File, RecordingVectors.Compute(TestFiles.RecordingsFolder));
        }
        else
        {
            Assert.Warn($"No recordings: {RecordingVectors.File} was left as it is.");
        }
    }

    private static void Write(string file, IEnumerable<(string Name, string Hash)> hashes)
    {
        string json = JsonSerializer.Serialize(hashes.ToDictionary(vector => vector.Name, vector => vector.Hash), Indented);
        System.IO.File.WriteAllText(TestFiles.InRepository(file), json.ReplaceLineEndings("\n") + "\n");
    }

    private static string HashOf(DetectorResult result)
    {
        var hash = new GoldenHash();
        hash.Add(result);
        return hash.Text();
    }

    private static string HashOfDecimation(int flippedBit)
    {
        var samples = new short[256];
        GoldenInputs.Noise(samples, samples.Length, 1, 1024);
        samples[100] ^= (short)flippedBit;
        var output = new float[128];
        new DeviceTwin.SensorNode.Signal.WindowDecimator(new float[DeviceTwin.SensorNode.Signal.WindowDecimator.ScratchLength]).Read(samples, samples.Length, 0f, 1, 0, output, output.Length);
        var hash = new GoldenHash();
        hash.Add(output, output.Length);
        return hash.Text();
    }
}
