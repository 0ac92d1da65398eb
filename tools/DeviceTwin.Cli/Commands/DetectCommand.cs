using System.CommandLine;
using System.Globalization;
using DeviceTwin.Cli.Detection;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin detect</c>: the node's own detector on recordings.</summary>
internal static class DetectCommand
{
    public static Command Create(string name, string description)
    {
        var source = new Argument<string>("file") { HelpName = "FILE|INDEX", Description = "A recording (raw 16 bit, .wav, .csv of one column), or an index.json or its folder." };
        var select = new Option<string?>("--select") { HelpName = "GLOB", Description = "Of an index only files that fit this pattern (* and ?)." };
        var settings = new Option<FileInfo?>("--settings") { HelpName = "FILE", Description = "JSON with the twin's names, e.g. {\"detection\":{\"bearingScoreLimitMilli\":2000}}." };
        var evidence = new Option<DirectoryInfo?>("--evidence") { HelpName = "DIR", Description = "Write what `dtwin verify` needs, one file per recording." };
        var recording = new RecordingOptions();
        var command = new Command(name, description) { source, select, settings, evidence };
        recording.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(source) is not { } argument || argument.Tokens.Count == 0)
            {
                return;
            }

            var isIndex = IsIndex(argument.Tokens[0].Value);
            if (isIndex && recording.All.FirstOrDefault(option => result.GetResult(option) is not null) is { } given)
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
            IReadOnlyList<DetectTarget> targets = IsIndex(path) ? Read(() => DetectTarget.OfIndex(path, parsed.GetValue(select), file)) : [OfFile(path, file, recording, parsed)];
            try
            {
                return Task.FromResult(Run(targets, CommonOptions.Json(parsed), parsed.GetValue(evidence), cancellation));
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
        var table = new Grid().Column("file").Column("fault", 1).Column("verdict").Column("confidence", 3, right: true).Column("windows", 4, folds: true).Column("outer", 6, right: true)
            .Column("inner", 7, right: true).Column("ball", 8, right: true).Column("impulsive", 9, right: true).Column("mm/s", 5, right: true).Column("zone", 2).Column("refusals", 10, folds: true);
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

        if (!json && table.Count > 0)
        {
            table.Write();
        }

        if (failures.Count == 0)
        {
            return ExitCode.Success.Number;
        }

        foreach (var failure in failures.SkipLast(1))
        {
            Talk.Problem($"{failure.Message} ({failure.Code}) {failure.NextStep}");
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
            Talk.Say(
                $"no bearing orders are known of {which}: no bearing is judged. State them with --orders or --bearing and the speed with --rpm, or in the index. (ordersUnknown)");
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

    private static void AddRow(Grid table, DetectReport report) => table.Row(
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

    private static DetectTarget OfFile(string path, SettingsFile file, RecordingOptions recording, ParseResult parsed)
    {
        var (rateHertz, gPerCount) = (recording.RateHertz(parsed), recording.GPerCount(parsed));
        var settings = new DetectorSettings();
        file.Apply(settings);
        recording.Apply(parsed, settings);
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
}
