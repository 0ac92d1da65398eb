using System.CommandLine;
using System.Globalization;
using DeviceTwin.Cli.Spectra;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin spectrum</c>: what a recording holds, to be seen.</summary>
internal static class SpectrumCommand
{
    private const int PlotHeight = 9;
    private const int Peaks = 5;
    private const int PlainWidth = 100;

    public static Command Create(string name, string description)
    {
        var file = new Argument<FileInfo>("file") { HelpName = "FILE", Description = "A recording (raw 16 bit, .wav, .csv of one column)." };
        var recording = new RecordingOptions();
        var top = new Option<double?>("--to-hz") { HelpName = "HZ", Description = "Where the amplitude's axis ends; without it, half the rate." };
        var svg = new Option<FileInfo?>("--svg") { HelpName = "FILE", Description = "Save both spectra as SVG." };
        var png = new Option<FileInfo?>("--png") { HelpName = "FILE", Description = "Save both spectra as PNG." };
        var command = new Command(name, description) { file, top, svg, png };
        recording.AddTo(command);
        command.SetAction(parsed =>
        {
            TextFiles.CheckPlace(parsed.GetValue(svg));
            TextFiles.CheckPlace(parsed.GetValue(png));
            var spectrum = Read(parsed.GetValue(file)!, recording, parsed);
            if (parsed.GetValue(svg) is { } drawing)
            {
                TextFiles.Write(drawing, SpectrumSvg.Write(spectrum));
            }

            if (parsed.GetValue(png) is { } picture)
            {
                using var stream = TextFiles.Create(picture);
                stream.Write(SpectrumPng.Write(spectrum));
            }

            if (CommonOptions.Json(parsed))
            {
                Output.Json(Document(spectrum));
            }
            else
            {
                Show(spectrum, parsed.GetValue(top));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Spectrum Read(FileInfo file, RecordingOptions recording, ParseResult parsed)
    {
        try
        {
            return Spectrum.Of(file.ToString(), WaveformFile.Read(file.FullName, recording.RateHertz(parsed), recording.GPerCount(parsed)), recording.Settings(parsed));
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error);
        }
    }

    private static void Show(Spectrum spectrum, double? topHertz)
    {
        var width = ScreenForm.IsFolded ? Screen.Width : PlainWidth;
        Output.Line(string.Create(
            CultureInfo.InvariantCulture, $"{spectrum.File}: {spectrum.Samples} samples at {spectrum.RateHertz:0.###} Hz, {spectrum.Windows} windows"));
        Plot($"Amplitude in {spectrum.Unit}", spectrum.Amplitude, topHertz ?? spectrum.Amplitude.TopHertz, [.. spectrum.Markers.Where(marker => marker.Word == "shaft")], width);
        if (spectrum.Envelope is not { } envelope)
        {
            Talk.Say($"The envelope is refused: {(spectrum.Refusals.Count > 0 ? string.Join(", ", spectrum.Refusals) : "there is nothing to see")}.");
            return;
        }

        Plot("Envelope, in multiples of its floor", envelope, envelope.TopHertz, spectrum.Markers, width);
        if (spectrum.Markers.Count > 0)
        {
            var names = new Dictionary<char, string> { ['s'] = "s shaft", ['o'] = "o outer race (BPFO)", ['i'] = "i inner race (BPFI)", ['b'] = "b ball (2 BSF)", ['c'] = "c cage (FTF)" };
            Screen.Unfolded($"[grey]{string.Join(", ", spectrum.Markers.Select(marker => marker.Letter).Distinct().Select(letter => names[letter]))}; three harmonics each[/]");
        }
    }

    private static void Plot(string title, SpectrumLines lines, double topHertz, IReadOnlyList<Marker> markers, int width)
    {
        Output.Line("");
        Screen.Unfolded($"[bold]{Markup.Escape(title)}[/]");
        foreach (var row in BraillePlot.Draw(lines, topHertz, markers, width, PlotHeight))
        {
            Output.Line(row);
        }

        var peaks = lines.Peaks(Peaks, 2 * lines.StepHertz).Where(peak => peak.Hertz <= topHertz);
        Output.Line("peaks: " + string.Join(", ", peaks.Select(peak => string.Create(CultureInfo.InvariantCulture, $"{peak.Hertz:0.0} Hz {BraillePlot.Short(peak.Value)}"))));
    }

    private static object Document(Spectrum spectrum) => new
    {
        file = spectrum.File,
        rateHertz = spectrum.RateHertz,
        samples = spectrum.Samples,
        windows = spectrum.Windows,
        amplitude = Lines(spectrum.Amplitude, spectrum.Unit, 9),
        envelope = spectrum.Envelope is { } envelope ? Lines(envelope, "floor", 3) : null,
        refusals = spectrum.Refusals,
        markers = spectrum.Markers.Select(marker => new { word = marker.Word, harmonic = marker.Harmonic, hertz = Math.Round(marker.Hertz, 3) }),
    };

    private static object Lines(SpectrumLines lines, string unit, int digits) => new
    {
        unit,
        stepHertz = lines.StepHertz,
        peaks = lines.Peaks(Peaks, 2 * lines.StepHertz).Select(peak => new { hertz = Math.Round(peak.Hertz, 3), value = Math.Round(peak.Value, digits) }),
        lines = lines.Values.Select(value => Math.Round(value, digits)),
    };
}
