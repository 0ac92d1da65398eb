using System.CommandLine;
using System.Globalization;
using DeviceTwin.Cli.Detection;
using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin detect</c>: the node's own detector on recordings.</summary>
internal static class DetectCommand
{
    private const string UnknownScale = "unknown";
    private const double MostRpm = 60000;
    private const double MostOrder = 100;

    public static Command Create()
    {
        var source = new Argument<string>("file") { HelpName = "FILE|INDEX", Description = "A recording (raw 16 bit, .wav, .csv of one column), or an index.json or its folder." };
        var select = new Option<string?>("--select") { HelpName = "GLOB", Description = "Of an index only files that fit this pattern (* and ?)." };
        var settings = new Option<FileInfo?>("--settings") { HelpName = "FILE", Description = "JSON with the twin's names, e.g. {\"detection\":{\"bearingScoreLimitMilli\":2000}}." };
        var json = new Option<bool>("--json") { Description = "One JSON document per line and recording." };
        var evidence = new Option<DirectoryInfo?>("--evidence") { HelpName = "DIR", Description = "Write what `dtwin verify` needs, one file per recording." };
        var rate = new Option<double?>("--rate") { HelpName = "HZ", Description = "Of a FILE: its sampling rate." };
        var scale = new Option<string?>("--scale") { HelpName = "G", Description = "Of a FILE: weight of a count in g, or 'unknown' (as without it): levels are then refused." };
        var rpm = new Option<double?>("--rpm") { HelpName = "RPM", Description = "Of a FILE: shaft speed." };
        var orders = new Option<string?>("--orders") { HelpName = "BPFO,BPFI,BSF,FTF", Description = "Of a FILE: bearing orders; 0 = not asked." };
        var bearing = new Option<string?>("--bearing") { HelpName = "TYPE", Description = $"Of a FILE: a bearing of the catalogue ({string.Join(", ", BearingCatalogue.Names)})." };
        Option[] ofFile = [rate, scale, rpm, orders, bearing];
        Within(rate, 1, 2000000);
        Within(rpm, 0, MostRpm);
        scale.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && text != UnknownScale && !(Real(text) > 0))
            {
                result.AddError($"--scale takes the weight of a count in g, or '{UnknownScale}', not '{text}'.");
            }
        });
        orders.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ParseOrders(text) is null)
            {
                result.AddError($"--orders takes four orders of the shaft speed, BPFO,BPFI,BSF,FTF, such as 3.585,5.415,2.357,0.398, not '{text}'.");
            }
        });
        bearing.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && BearingCatalogue.Find(text) is null)
            {
                result.AddError($"The catalogue has no '{text}'; it has {string.Join(", ", BearingCatalogue.Names)}. State --orders instead.");
            }
        });

        var command = new Command("detect", "Judge recordings with the node's own detector.") { source, select, settings, json, evidence, rate, scale, rpm, orders, bearing };
        command.Validators.Add(result =>
        {
            if (result.GetResult(orders) is not null && result.GetResult(bearing) is not null)
            {
                result.AddError("--orders and --bearing say the same thing: give one of them.");
            }

            if (result.GetResult(source) is not { } argument || argument.Tokens.Count == 0)
            {
                return;
            }

            var isIndex = IsIndex(argument.Tokens[0].Value);
            if (isIndex && ofFile.FirstOrDefault(option => result.GetResult(option) is not null) is { } given)
            {
                result.AddError($"{given.Name} is for a single FILE: an index says it itself.");
            }

            if (!isIndex && result.GetResult(select) is not null)
            {
                result.AddError("--select chooses among the recordings of an index.");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetValue(source)!;
            var file = parsed.GetValue(settings) is { } given ? SettingsFile.Read(given.FullName) : SettingsFile.Empty;
            IReadOnlyList<DetectTarget> targets = IsIndex(path)
                ? Read(() => DetectTarget.OfIndex(path, parsed.GetValue(select), file))
                : [OfFile(path, parsed.GetValue(rate), Real(parsed.GetValue(scale)), file, parsed.GetValue(rpm), Orders(parsed.GetValue(orders), parsed.GetValue(bearing)))];
            try
            {
                return Task.FromResult(Run(targets, parsed.GetValue(json), parsed.GetValue(evidence), cancellation));
            }
            catch (AggregateException failures) when (failures.InnerExceptions.OfType<CommandFailedException>().FirstOrDefault() is { } failure)
            {
                throw failure;
            }
        });
        return command;
    }

    private static int Run(IReadOnlyList<DetectTarget> targets, bool json, DirectoryInfo? evidence, CancellationToken cancellation)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("file", "fault", "verdict", "confidence", "windows", "outer", "inner", "ball", "impulsive", "mm/s", "zone", "refusals");
        using var judges = new ThreadLocal<RecordingJudge>(() => new RecordingJudge());
        var failures = new List<RecordingException>();
        SayWhatIsNotAsked(targets);
        var results = targets.AsParallel().AsOrdered().WithCancellation(cancellation).WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(target => Judge(target, judges.Value!, evidence));
        foreach (var (report, error) in results)
        {
            if (report is null)
            {
                failures.Add(error!);
            }
            else if (json)
            {
                Output.JsonLine(report);
            }
            else
            {
                AddRow(table, report);
            }
        }

        if (!json && table.Rows.Count > 0)
        {
            Screen.Output.Write(table);
        }

        if (failures.Count == 0)
        {
            return ExitCode.Success.Number;
        }

        foreach (var failure in failures.SkipLast(1))
        {
            Console.Error.WriteLine($"dtwin: {failure.Message} ({failure.Code}) {failure.NextStep}");
        }

        throw new CommandFailedException(failures[^1]);
    }

    /// <summary>Without orders no bearing is judged, and "normal" is then said of the levels alone: nobody should have to guess that.</summary>
    private static void SayWhatIsNotAsked(IReadOnlyList<DetectTarget> targets)
    {
        var without = targets.Where(target => !target.AsksForBearing).ToArray();
        if (without.Length > 0)
        {
            var which = without.Length == 1 ? $"'{without[0].File}'" : $"{without.Length} recordings";
            Console.Error.WriteLine(
                $"dtwin: no bearing orders are known of {which}: no bearing is judged. State them with --orders or --bearing and the speed with --rpm, or in the index. (ordersUnknown)");
        }
    }

    private static (DetectReport? Report, RecordingException? Error) Judge(DetectTarget target, RecordingJudge judge, DirectoryInfo? evidence)
    {
        try
        {
            var (report, waveform) = target.Judge(judge);
            if (evidence is not null)
            {
                Evidence.Of(target, waveform, report).Write(evidence.FullName);
            }

            return (report, null);
        }
        catch (RecordingException error)
        {
            return (null, error);
        }
    }

    private static void AddRow(Table table, DetectReport report) => table.AddRow(
        Markup.Escape(report.File),
        Markup.Escape(report.Fault ?? "-"),
        Words.Verdict(report.Verdict),
        report.Confidence.ToString("F2", CultureInfo.InvariantCulture),
        Markup.Escape(string.Join(" ", report.Windows.Verdicts.Select(pair => $"{pair.Key} {pair.Value}"))),
        Thousandths(report.Scores["outerMilli"]),
        Thousandths(report.Scores["innerMilli"]),
        Thousandths(report.Scores["ballMilli"]),
        Thousandths(report.Features["impulsivenessMilli"]),
        Thousandths(report.Features["velocityUmPerSecond"]),
        report.Zone ?? "-",
        Markup.Escape(string.Join(" ", report.Refusals)));

    private static string Thousandths(object? value) => value is int number ? (number / 1000.0).ToString("F2", CultureInfo.InvariantCulture) : "-";

    private static DetectTarget OfFile(string path, double? rateHertz, double? gPerCount, SettingsFile file, double? rpm, BearingOrders? orders)
    {
        var settings = new DetectorSettings();
        file.Apply(settings);
        if (rpm is { } speed)
        {
            settings.ShaftSpeedMilliHertz = (int)Math.Round(speed * 1000 / 60);
        }

        orders?.Apply(settings);
        return new DetectTarget(path, path, null, null, gPerCount, settings, () => WaveformFile.Read(path, rateHertz, gPerCount));
    }

    private static IReadOnlyList<DetectTarget> Read(Func<IReadOnlyList<DetectTarget>> read)
    {
        try
        {
            return read();
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error);
        }
    }

    private static bool IsIndex(string path) => Directory.Exists(path) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static BearingOrders? Orders(string? orders, string? bearing) =>
        orders is not null ? ParseOrders(orders) : bearing is not null ? BearingCatalogue.Find(bearing)!.Orders : null;

    private static BearingOrders? ParseOrders(string text)
    {
        var milli = text.Split(',').Select(part => Real(part) is { } order and >= 0 and <= MostOrder ? (int)Math.Round(order * 1000) : -1).ToArray();
        return milli.Length == 4 && milli.All(order => order >= 0) && milli[3] <= 1000 ? new BearingOrders(milli[0], milli[1], milli[2], milli[3]) : null;
    }

    private static double? Real(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static void Within(Option<double?> option, double least, double most) => option.CustomParser = result =>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Real(text) is { } number && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from {least} to {most}, not '{text}'."));
        return null;
    };
}
