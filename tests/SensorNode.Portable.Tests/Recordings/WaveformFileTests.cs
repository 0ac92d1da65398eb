using System.Text;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.SensorNode.Portable.Recordings;

/// <summary>Single files of samples: raw counts, WAV, and text of one column; and what is said of files that are none.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class WaveformFileTests
{
    private static readonly short[] Samples = [0, 1, -1, short.MaxValue, short.MinValue, 258];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("devicetwin-waveforms-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Raw_counts_are_little_endian()
    {
        Waveform waveform = WaveformFile.Read(Save("a.i16", Raw(Samples)), 12000.5, 0.000488);

        Assert.That(waveform.Samples, Is.EqualTo(Samples));
        Assert.That((waveform.RateMilliHertz, waveform.NanoGPerCount), Is.EqualTo((12000500, 488000)));
    }

    [Test]
    public void A_wav_file_carries_its_rate_and_may_have_other_chunks()
    {
        byte[] wav = Wav(Format(1, 1, 48000, 16), Chunk("LIST", [1, 2, 3]), Chunk("data", Raw(Samples)));
        Waveform waveform = WaveformFile.Read(Save("a.wav", wav), null, null);

        Assert.That(waveform.Samples, Is.EqualTo(Samples));
        Assert.That((waveform.RateMilliHertz, waveform.NanoGPerCount), Is.EqualTo((48000000, 0)));
    }

    [Test]
    public void The_hash_is_of_the_counts_whatever_file_they_came_from()
    {
        string raw = WaveformFile.Read(Save("a.i16", Raw(Samples)), 8000, null).Hash();
        string wav = WaveformFile.Read(Save("a.wav", Wav(Format(1, 1, 8000, 16), Chunk("data", Raw(Samples)))), null, null).Hash();
        string csv = WaveformFile.Read(Save("a.csv", "counts\n" + string.Join('\n', Samples) + "\n"), 8000, null).Hash();

        Assert.That(raw, Has.Length.EqualTo(64));
        Assert.That(new[] { wav, csv }, Is.All.EqualTo(raw));
    }

    [Test]
    public void Fractions_become_counts_of_whole_nano_g()
    {
        double[] g = [0.5, -1.25, 0.001, 2];
        Waveform waveform = WaveformFile.Read(Save("a.csv", string.Join('\n', g.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))), 8000, 1);

        Assert.That(waveform.NanoGPerCount, Is.EqualTo((int)Math.Ceiling(2e9 / short.MaxValue)));
        Assert.That(waveform.Samples.Select(count => count * waveform.NanoGPerCount * 1e-9), Is.EqualTo(g).Within(waveform.NanoGPerCount * 0.5e-9));
    }

    [TestCase("a.i16", RecordingException.FileMissing)]
    [TestCase("a.wav", RecordingException.FileMissing)]
    public void A_missing_file_is_named(string file, string code) => Refused(Path.Combine(_folder, file), 8000, code, file);

    [Test]
    public void An_odd_number_of_bytes_is_no_whole_number_of_samples() =>
        Refused(Save("a.i16", [1, 2, 3]), 8000, RecordingException.OddLength, "3 bytes");

    [Test]
    public void A_rate_that_nobody_stated_is_asked_for() => Refused(Save("a.i16", [1, 2]), null, RecordingException.RateUnknown, "sampling rate");

    [Test]
    public void A_rate_that_contradicts_the_file_is_refused() =>
        Refused(Save("a.wav", Wav(Format(1, 1, 8000, 16), Chunk("data", Raw(Samples)))), 9000, RecordingException.ValueInvalid, "8000");

    [TestCase(3, 1, 32, "format 3")]
    [TestCase(1, 1, 24, "24 bits")]
    [TestCase(1, 2, 16, "2 channels")]
    public void Other_kinds_of_wav_are_said(int tag, int channels, int bits, string why) =>
        Refused(Save("a.wav", Wav(Format(tag, channels, 8000, bits), Chunk("data", Raw(Samples)))), null, RecordingException.WavUnsupported, why);

    [TestCase("nothing of a WAV file", "does not begin")]
    [TestCase("", "does not begin")]
    public void A_file_that_is_no_wav_is_said(string content, string why) =>
        Refused(Save("a.wav", content), null, RecordingException.WavUnsupported, why);

    [Test]
    public void A_wav_that_ends_early_is_said()
    {
        byte[] wav = Wav(Format(1, 1, 8000, 16), Chunk("data", Raw(Samples)));
        Refused(Save("a.wav", wav[..^1]), null, RecordingException.WavUnsupported, "beyond its end");
        Refused(Save("b.wav", Wav(Format(1, 1, 8000, 16))), null, RecordingException.WavUnsupported, "no samples");
        Refused(Save("c.wav", Wav(Chunk("data", Raw(Samples)))), null, RecordingException.WavUnsupported, "before their format");
        Refused(Save("d.wav", Wav(Format(1, 1, 8000, 16), Chunk("data", [1, 2, 3]))), null, RecordingException.OddLength, "3 bytes");
    }

    [TestCase("1\n2\nthree\n", "line 3")]
    [TestCase("1;2\n3;4\n", "line 2")]
    [TestCase("heading\n", "no number")]
    public void A_text_that_is_not_one_column_of_numbers_is_said(string content, string why) =>
        Refused(Save("a.csv", content), 8000, RecordingException.CsvMalformed, why);

    [Test]
    public void A_file_cut_at_any_place_is_read_or_refused()
    {
        byte[] wav = Wav(Format(1, 1, 8000, 16), Chunk("LIST", [1, 2, 3]), Chunk("data", Raw(Samples)));
        for (int length = 0; length < wav.Length; length++)
        {
            string path = Save("a.wav", wav[..length]);
            Assert.That(() => WaveformFile.Read(path, null, null), Throws.TypeOf<RecordingException>(), $"cut after {length} bytes");
        }
    }

    private static void Refused(string path, double? rate, string code, string why)
    {
        RecordingException error = Assert.Throws<RecordingException>(() => WaveformFile.Read(path, rate, null))!;
        Assert.That((error.Code, error.Message), Is.EqualTo((code, error.Message)));
        Assert.That(error.Message, Does.Contain(why).And.Contain(Path.GetFileName(path)));
    }

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Save(string name, string content) => Save(name, Encoding.UTF8.GetBytes(content));

    private static byte[] Raw(short[] samples) => [.. samples.SelectMany(sample => new[] { (byte)sample, (byte)(sample >> 8) })];

    private static byte[] Wav(params byte[][] chunks)
    {
        byte[] content = [.. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(content.Length), .. content];
    }

    private static byte[] Format(int tag, int channels, int rate, int bits) => Chunk("fmt ",
    [
        .. BitConverter.GetBytes((short)tag), .. BitConverter.GetBytes((short)channels), .. BitConverter.GetBytes(rate),
        .. BitConverter.GetBytes(rate * channels * bits / 8), .. BitConverter.GetBytes((short)(channels * bits / 8)), .. BitConverter.GetBytes((short)bits),
    ]);

    private static byte[] Chunk(string name, byte[] content) =>
        [.. Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(content.Length), .. content, .. content.Length % 2 == 1 ? new byte[1] : []];
}
