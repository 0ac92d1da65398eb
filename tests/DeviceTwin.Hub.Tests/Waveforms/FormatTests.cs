using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>What is fetched is what was measured: other programs read the same samples, with the same hash.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FormatTests : IDisposable
{
    private static readonly short[] Counts = [0, 1, -1, short.MaxValue, short.MinValue, 256, -12345];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-formats-");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void The_hash_is_that_of_evidence()
    {
        Assert.That(WaveformFiles.HashOf(Bytes(Counts)), Is.EqualTo(new Waveform(Counts, 1000, 1).Hash()));
    }

    [TestCase("wav", null)]
    [TestCase("csv", 26667.123)]
    public void The_tool_that_verifies_evidence_reads_the_same_samples(string ending, double? rate)
    {
        var content = Bytes(Counts);
        var path = Path.Combine(folder.FullName, "x." + ending);
        File.WriteAllBytes(path, ending == "wav" ? WaveformFormats.Wav(Head(content, "z"), content) : WaveformFormats.Csv(Head(content, "z"), content).ToArray());
        var read = WaveformFile.Read(path, rate, 0.000488);
        Assert.That(read.Samples, Is.EqualTo(Counts));
        Assert.That(read.Hash(), Is.EqualTo(WaveformFiles.HashOf(content)));
        Assert.That(read.RateMilliHertz, Is.EqualTo(ending == "wav" ? 26_667_000 : 26_667_123));
    }

    [TestCase("z", 1)]
    [TestCase("x,y,z", 3)]
    public void The_header_of_wav_is_exact(string axes, int channels)
    {
        var content = Bytes([1, 2, 3, 4, 5, 6]);
        var wav = WaveformFormats.Wav(Head(content, axes), content);
        Assert.That(Encoding.ASCII.GetString(wav, 0, 4) + Encoding.ASCII.GetString(wav, 8, 8), Is.EqualTo("RIFFWAVEfmt "));
        Assert.That(BitConverter.ToUInt32(wav, 4), Is.EqualTo(wav.Length - 8));
        Assert.That(
            (BitConverter.ToInt32(wav, 16), BitConverter.ToInt16(wav, 20), BitConverter.ToInt16(wav, 22), BitConverter.ToInt32(wav, 24)),
            Is.EqualTo((16, (short)1, (short)channels, 26667)));
        Assert.That(
            (BitConverter.ToInt32(wav, 28), BitConverter.ToInt16(wav, 32), BitConverter.ToInt16(wav, 34)),
            Is.EqualTo((26667 * 2 * channels, (short)(2 * channels), (short)16)));
        var list = BitConverter.ToInt32(wav, 40);
        Assert.That(Encoding.ASCII.GetString(wav, 36, 4) + Encoding.ASCII.GetString(wav, 44, 8), Is.EqualTo("LISTINFOICMT"));
        Assert.That(Encoding.ASCII.GetString(wav, 56, BitConverter.ToInt32(wav, 52) - 1), Does.StartWith("rate 26667.123 Hz; 488000 nano-g per count; axis " + axes).And.Contain("capture 7 of boot b1"));
        Assert.That(list % 2, Is.Zero);
        Assert.That(Encoding.ASCII.GetString(wav, 44 + list, 4), Is.EqualTo("data"));
        Assert.That(wav.AsSpan(44 + list + 8).ToArray(), Is.EqualTo(content));
    }

    [Test]
    public void Three_axes_are_columns_and_lists()
    {
        var content = Bytes([1, 2, 3, -4, -5, -6]);
        var head = Head(content, "x,y,z");
        Assert.That(Encoding.ASCII.GetString(WaveformFormats.Csv(head, content).Span), Is.EqualTo("x,y,z\n1,2,3\n-4,-5,-6\n"));
        var json = JsonNode.Parse(WaveformFormats.JsonText(new StoredWaveform(head, DateTimeOffset.UnixEpoch, 9, false), content).Span)!;
        Assert.That(json["samples"]!.ToJsonString(), Is.EqualTo("""{"x":[1,-4],"y":[2,-5],"z":[3,-6]}"""));
        Assert.That(((int)json["frames"]!, (int)json["rateMilliHertz"]!, (int)json["nanoGPerCount"]!), Is.EqualTo((2, 26_667_123, 488_000)));
    }

    private static byte[] Bytes(short[] counts) => [.. counts.SelectMany(BitConverter.GetBytes)];

    private static WaveformHead Head(byte[] content, string axes) => new(
        "press-1", WaveformFiles.HashOf(content), new WaveformFacts(content.Length, axes, 26_667_123, 488_000), new CaptureFacts("b1", 7, null, 1000, 0, false));
}
