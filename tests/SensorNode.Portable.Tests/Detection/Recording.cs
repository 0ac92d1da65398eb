using System.Text.Json;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>A waveform item of a recordings index, as the sensor would have delivered it.</summary>
internal sealed record Recording(
    string File, string Dataset, string Fault, double RateHertz, double Scale, double ShaftHertz, bool AmplitudeKnown,
    double Bpfo, double Bpfi, double Bsf, double Ftf, string Folder)
{
    /// <summary>Rate and weight of a count of the sensor at ±16 g.</summary>
    public const int SensorRateMilliHertz = 26667000;

    /// <summary>Weight of a count at ±16 g, in micro-g.</summary>
    public const int MicroGPerCount = 488;

    /// <summary>All waveform items of an index.</summary>
    public static List<Recording> ReadIndex(string folder)
    {
        using JsonDocument index = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, "index.json")));
        var recordings = new List<Recording>();
        foreach (JsonElement item in index.RootElement.GetProperty("items").EnumerateArray())
        {
            if (item.GetProperty("kind").GetString() != "waveform")
            {
                continue;
            }

            JsonElement orders = item.GetProperty("orders");
            recordings.Add(new Recording(
                item.GetProperty("file").GetString()!,
                item.GetProperty("dataset").GetString()!,
                item.GetProperty("fault").GetString()!,
                item.GetProperty("fs_hz").GetDouble(),
                item.GetProperty("scale").GetDouble(),
                item.GetProperty("shaft_rpm").GetDouble() / 60,
                !item.GetProperty("unit").GetString()!.StartsWith("unknown", StringComparison.Ordinal),
                orders.GetProperty("BPFO").GetDouble(),
                orders.GetProperty("BPFI").GetDouble(),
                orders.GetProperty("BSF").GetDouble(),
                orders.GetProperty("FTF").GetDouble(),
                folder));
        }

        return recordings;
    }

    /// <summary>The one default setting for every machine; only what is known of the machine itself differs.</summary>
    public DetectorSettings Settings() => new()
    {
        ShaftSpeedMilliHertz = (int)Math.Round(ShaftHertz * 1000),
        BpfoMilliOrders = (int)Math.Round(Bpfo * 1000),
        BpfiMilliOrders = (int)Math.Round(Bpfi * 1000),
        BsfMilliOrders = (int)Math.Round(Bsf * 1000),
        FtfMilliOrders = (int)Math.Round(Ftf * 1000),
        VelocityLimitUmPerSecond = AmplitudeKnown ? 7100 : 0,
    };

    /// <summary>
    /// The recording as sensor counts at 26 667 Hz. An unknown gain is replaced by one that puts the peak at 25 % of full scale; a recording
    /// that exceeds the sensor is scaled down to 90 %.
    /// </summary>
    public short[] SensorCounts(int maximumSamples)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(Path.Combine(Folder, File));
        int needed = (int)Math.Min(bytes.Length / 2, Math.Ceiling((maximumSamples + 200.0) * RateHertz * 1000 / SensorRateMilliHertz));
        var source = new float[needed];
        for (int i = 0; i < needed; i++)
        {
            source[i] = (float)(BitConverter.ToInt16(bytes, i * 2) * Scale);
        }

        float[] g = RateHertz * 1000 == SensorRateMilliHertz
            ? source
            : Resampler.Resample(source, RateHertz, SensorRateMilliHertz / 1000.0, maximumSamples);
        double peak = g.Max(Math.Abs);
        const double FullScale = 32767 * MicroGPerCount * 1e-6;
        double gain = !AmplitudeKnown ? 0.25 * FullScale / peak : peak > 0.9 * FullScale ? 0.9 * FullScale / peak : 1;
        return Array.ConvertAll(g, value => (short)Math.Round(value * gain / (MicroGPerCount * 1e-6)));
    }

    /// <summary>Consecutive captures of the planned length; where the recording is shorter than one, the whole recording.</summary>
    public List<Capture> Captures(int maximumCaptures)
    {
        int length = CapturePlan.SamplesFor(Settings(), SensorRateMilliHertz);
        short[] counts = SensorCounts(length * maximumCaptures);
        var captures = new List<Capture>();
        int taken = Math.Min(length, counts.Length);
        for (int start = 0; start + taken <= counts.Length && captures.Count < maximumCaptures; start += taken)
        {
            var capture = new Capture(taken)
            {
                Count = taken,
                SampleRateMilliHertz = SensorRateMilliHertz,
                NanoGPerCount = MicroGPerCount * 1000,
                CoveragePermille = taken * 1000 / length,
                Sequence = captures.Count + 1,
            };
            Array.Copy(counts, start, capture.Samples, 0, taken);
            captures.Add(capture);
        }

        return captures;
    }
}
