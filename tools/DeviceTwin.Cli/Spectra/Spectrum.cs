using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Cli.Spectra;

/// <summary>Lines from 0 Hz on, equally far apart.</summary>
/// <param name="StepHertz">Distance of two lines.</param>
internal sealed record SpectrumLines(double StepHertz, IReadOnlyList<double> Values)
{
    public double TopHertz => StepHertz * Math.Max(1, Values.Count);

    /// <summary>The largest line from one frequency (inclusive) to another (exclusive); 0 where there is none.</summary>
    public double Largest(double fromHertz, double toHertz)
    {
        var first = (int)Math.Clamp(Math.Ceiling(fromHertz / StepHertz), 0, Values.Count);
        var end = (int)Math.Clamp(Math.Ceiling(toHertz / StepHertz), 0, Values.Count);
        if (end == first && first < Values.Count)
        {
            // Narrower than a line: the line it lies in.
            return Values[Math.Clamp((int)Math.Round((fromHertz + toHertz) / 2 / StepHertz), 0, Values.Count - 1)];
        }

        var largest = 0.0;
        for (var line = first; line < end; line++)
        {
            largest = Math.Max(largest, Values[line]);
        }

        return largest;
    }

    /// <summary>The highest lines that are higher than their neighbours, by frequency.</summary>
    public IReadOnlyList<(double Hertz, double Value)> Peaks(int most, double fromHertz = 0) =>
    [
        .. Enumerable.Range(1, Math.Max(0, Values.Count - 2))
            .Where(line => line * StepHertz >= fromHertz && Values[line] > Values[line - 1] && Values[line] >= Values[line + 1])
            .OrderByDescending(line => Values[line]).Take(most).Order().Select(line => (line * StepHertz, Values[line])),
    ];
}

/// <summary>A frequency to look at.</summary>
/// <param name="Word">What lies there: <c>shaft, bpfo, bpfi, bsf, ftf</c>.</param>
/// <param name="Harmonic">1 = the fundamental.</param>
internal sealed record Marker(string Word, int Harmonic, double Hertz)
{
    /// <summary>A letter for a narrow screen.</summary>
    public char Letter => Word switch
    {
        "shaft" => 's',
        "bpfo" => 'o',
        "bpfi" => 'i',
        "bsf" => 'b',
        _ => 'c',
    };

    /// <summary>As a drawing names it, e.g. <c>2×BPFO</c>; twice the spin is where a ball's defect shows.</summary>
    public string Label => (Harmonic == 1 ? "" : $"{Harmonic}×") + (Word == "bsf" ? "2BSF" : Word.ToUpperInvariant());
}

/// <summary>
/// The two spectra of a recording by the firmware's own transform and envelope analysis: amplitudes at the recorder's rate, averaged over
/// windows that overlap by half, and the envelope's spectrum as the node reports it, in multiples of its own floor.
/// </summary>
/// <param name="Unit">Of the amplitudes: <c>g</c>, or <c>counts</c> where the weight of a count is not known.</param>
/// <param name="Windows">Windows that were averaged.</param>
/// <param name="Envelope">Null where the node's detector refuses to look at it.</param>
/// <param name="Refusals">Why, in the detector's words.</param>
internal sealed record Spectrum(string File, double RateHertz, int Samples, string Unit, int Windows, SpectrumLines Amplitude, SpectrumLines? Envelope, IReadOnlyList<string> Refusals, IReadOnlyList<Marker> Markers)
{
    private const int Harmonics = 3;

    /// <exception cref="RecordingException">It is shorter than the shortest transform.</exception>
    public static Spectrum Of(string file, Waveform waveform, DetectorSettings settings)
    {
        var (amplitude, windows) = Amplitudes(file, waveform);
        var result = new DetectorResult();
        new RecordingJudge().AnalyzeWhole(waveform, settings, result);
        var envelope = result.EnvelopeSpectrumCount > 1
            ? new SpectrumLines(result.EnvelopeBinMilliHertz / 1000.0, [.. result.EnvelopeSpectrum.Take(result.EnvelopeSpectrumCount).Select(value => value / 1000.0)])
            : null;
        return new Spectrum(
            file, waveform.RateMilliHertz / 1000.0, waveform.Samples.Length, waveform.NanoGPerCount > 0 ? "g" : "counts", windows, amplitude, envelope,
            [.. Enumerable.Range(0, Refusal.Count).Where(reason => (result.Refusals & (1 << reason)) != 0).Select(Refusal.Word)], Find(settings));
    }

    private static (SpectrumLines Lines, int Windows) Amplitudes(string file, Waveform waveform)
    {
        var length = Workspace.LongestWindow;
        while (length > waveform.Samples.Length && length > 256)
        {
            length >>= 1;
        }

        if (length > waveform.Samples.Length)
        {
            throw new RecordingException(RecordingException.TooShort, $"'{file}' has {waveform.Samples.Length} samples; a spectrum takes 256 at least.");
        }

        var (transform, hann) = (new RealFft(length), new float[(length / 2) + 1]);
        HannWindow.FillHalf(hann, length);
        var mean = (float)waveform.Samples.Average(count => (double)count);
        var (buffer, re, im) = (new float[length], new float[(length / 2) + 1], new float[(length / 2) + 1]);
        var power = new double[length / 2];
        var windows = 0;
        for (var from = 0; from + length <= waveform.Samples.Length; from += length / 2, windows++)
        {
            for (var i = 0; i < length; i++)
            {
                buffer[i] = (waveform.Samples[from + i] - mean) * hann[i <= length / 2 ? i : length - i];
            }

            transform.Forward(buffer, re, im);
            for (var line = 0; line < power.Length; line++)
            {
                power[line] += ((double)re[line] * re[line]) + ((double)im[line] * im[line]);
            }
        }

        // A sine of amplitude a stands as a · N/2 · 1/2 (Hann's mean) in its line.
        var weight = waveform.NanoGPerCount > 0 ? waveform.NanoGPerCount * 1e-9 : 1;
        return (new SpectrumLines(waveform.RateMilliHertz / 1000.0 / length, [.. power.Select(sum => Math.Sqrt(sum / windows) * 4 / length * weight)]), windows);
    }

    private static IReadOnlyList<Marker> Find(DetectorSettings settings)
    {
        var shaft = settings.ShaftSpeedMilliHertz / 1000.0;
        (string Word, double Order)[] orders =
        [
            ("shaft", 1), ("bpfo", settings.BpfoMilliOrders / 1000.0), ("bpfi", settings.BpfiMilliOrders / 1000.0),
            ("bsf", settings.BsfMilliOrders / 500.0), ("ftf", settings.FtfMilliOrders / 1000.0),
        ];
        return [.. orders.Where(line => shaft * line.Order > 0)
            .SelectMany(line => Enumerable.Range(1, Harmonics).Select(harmonic => new Marker(line.Word, harmonic, harmonic * line.Order * shaft)))];
    }
}
