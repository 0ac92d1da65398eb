using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml.Linq;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Spectra;
using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.Tests.Cli.Detection;

namespace DeviceTwin.Tests.Cli.Spectra;

/// <summary><c>dtwin spectrum</c>: what is drawn is what is in the recording.</summary>
[NonParallelizable]
public sealed class SpectrumTests
{
    private const int Rate = 12000;

    [TestCase(8192)]
    [TestCase(20000)]
    [TestCase(300)]
    public void A_sine_stands_at_its_frequency_with_its_amplitude(int samples)
    {
        // On a line of the transform, so that nothing leaks beside it; a length that is no power of two is averaged over windows.
        var length = samples >= 8192 ? 8192 : 256;
        var line = length / 8;
        var counts = Enumerable.Range(0, samples).Select(i => (short)Math.Round(10000 * Math.Sin(2 * Math.PI * line * i / length))).ToArray();
        var spectrum = Spectrum.Of("sine", new Waveform(counts, Rate * 1000, 100_000), new DetectorSettings());
        var (hertz, value) = spectrum.Amplitude.Peaks(1).Single();
        Assert.That(hertz, Is.EqualTo(Rate / 8.0).Within(1e-9));
        Assert.That(value, Is.EqualTo(1.0).Within(0.001), "10000 counts of 100 µg");
        Assert.That(spectrum.Unit, Is.EqualTo("g"));
        Assert.That(spectrum.Amplitude.TopHertz, Is.EqualTo(Rate / 2.0));
    }

    [Test]
    public void An_outer_race_defect_stands_at_its_marker_in_the_envelope()
    {
        var spectrum = Outer();
        var outer = spectrum.Markers.Single(marker => marker is { Word: "bpfo", Harmonic: 1 }).Hertz;
        var highest = spectrum.Envelope!.Peaks(1, 20).Single().Hertz;
        Assert.That(highest, Is.EqualTo(outer).Within(2 * spectrum.Envelope.StepHertz));
        Assert.That(spectrum.Markers.Single(marker => marker is { Word: "bsf", Harmonic: 2 }).Label, Is.EqualTo("2×2BSF"));
        Assert.That(spectrum.Refusals, Is.EqualTo(new[] { "unitUnknown" }), "levels alone");
    }

    [Test]
    public void What_the_detector_refuses_is_said_and_not_drawn()
    {
        var spectrum = Spectrum.Of("short", new Waveform(new short[300], Rate * 1000, 0), new DetectorSettings());
        Assert.That(spectrum.Envelope, Is.Null);
        Assert.That(spectrum.Refusals, Is.Not.Empty);
        Assert.That(spectrum.Unit, Is.EqualTo("counts"));
        Assert.That(Panel.Of(spectrum), Has.Count.EqualTo(1));
        var missing = Assert.Throws<RecordingException>(() => Spectrum.Of("too short", new Waveform(new short[255], Rate * 1000, 0), new DetectorSettings()));
        Assert.That(missing!.Code, Is.EqualTo(RecordingException.TooShort));
    }

    [TestCase(40)]
    [TestCase(80)]
    [TestCase(200)]
    public void A_plot_fits_its_screen_and_its_highest_bar_reaches_the_top(int width)
    {
        var spectrum = Outer();
        var rows = BraillePlot.Draw(spectrum.Envelope!, spectrum.Envelope!.TopHertz, spectrum.Markers, width, 6);
        Assert.That(rows.Select(row => row.Length), Has.All.LessThanOrEqualTo(width));
        Assert.That(rows, Has.Count.EqualTo(8));
        Assert.That(rows[0].Count(letter => letter is > '\u2800' and <= '\u28FF'), Is.InRange(1, 2));
        Assert.That(rows[6], Does.Contain('o').And.Contain('s'));
        Assert.That(rows[7], Does.StartWith(new string(' ', 10) + "0 ").And.EndWith(" Hz"));
        Assert.That(BraillePlot.Draw(new SpectrumLines(1, new double[32]), 31, [], width, 3)[0].Trim(), Is.EqualTo("0"), "silence");
    }

    [Test]
    public void The_pictures_are_what_they_say_they_are()
    {
        var spectrum = Outer();
        var svg = XDocument.Parse(SpectrumSvg.Write(spectrum with { File = "a<b.wav" }));
        Assert.That(svg.Root!.Name.LocalName, Is.EqualTo("svg"));
        Assert.That(svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value), Does.Contain("a<b.wav").And.Contain("BPFO").And.Contain("2×BPFI"));

        var png = SpectrumPng.Write(spectrum);
        Assert.That(png[..8], Is.EqualTo(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }));
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var compressed = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, compressed), CompressionMode.Decompress);
        using var pixels = new MemoryStream();
        zlib.CopyTo(pixels);
        Assert.That(pixels.Length, Is.EqualTo(((width * 3) + 1) * height), "a filter byte and three for each pixel of a row");
        Assert.That(pixels.ToArray().Count(value => value != 255), Is.GreaterThan(1000), "something is drawn");

        // The check value of CRC-32 over the chunk that ends every PNG.
        Assert.That(png[^4..], Is.EqualTo(new byte[] { 0xAE, 0x42, 0x60, 0x82 }));
    }

    [Test]
    public void Both_pictures_are_saved_where_they_are_asked_for()
    {
        var folder = Directory.CreateTempSubdirectory("dtwin-spectrum-");
        try
        {
            var file = Path.Combine(folder.FullName, "r.csv");
            File.WriteAllLines(file, MadeUpRecordings.Bearing(3.585, 20000, 3).Select(count => count.ToString()));
            var run = Tool.Run("spectrum", file, "--rate", "12000", "--svg", file + ".svg", "--png", file + ".png");
            Assert.That(run.Code, Is.Zero, run.Talk);
            Assert.That(File.Exists(file + ".svg") && File.Exists(file + ".png"));
            Assert.That(Tool.Run("spectrum", file).Code, Is.EqualTo(ExitCode.RecordingsUnusable.Number), "a CSV does not say its rate");
            Assert.That(Tool.Run("spectrum", file, "--rate", "12000", "--svg", Path.Combine(folder.FullName, "no", "f.svg")).Code, Is.EqualTo(ExitCode.FileUnusable.Number));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Spectrum Outer()
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = (int)(MadeUpRecordings.ShaftHertz * 1000) };
        BearingCatalogue.Find("6205")!.Orders.Apply(settings);
        return Spectrum.Of("outer", new Waveform(MadeUpRecordings.Bearing(3.585, 26400, 7), Rate * 1000, 0), settings);
    }
}
