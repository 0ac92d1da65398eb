using System.CommandLine;
using DeviceTwin.Cli.Detection;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin verify</c>: computes a verdict anew from its evidence.</summary>
internal static class VerifyCommand
{
    public static Command Create(string name, string description)
    {
        var evidence = new Argument<FileInfo>("evidence") { HelpName = "EVIDENCE", Description = "A file that `dtwin detect --evidence` wrote, or the evidence of an alarm as the hub gives it." };
        var waveform = new Option<FileInfo?>("--waveform") { HelpName = "FILE", Description = "Where the samples are now, if not where they were; those of an alarm come from the hub otherwise." };
        var sha256 = new Option<string?>("--sha256") { HelpName = "HASH", Description = "The hash that the hub named: the evidence must have it." };
        var hub = new HubOptions();
        var command = new Command(name, description) { evidence, waveform, sha256 };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(evidence)!.FullName;
            var samples = parsed.GetValue(waveform)?.FullName;
            if (AlarmEvidence.Read(path) is not { } alarm)
            {
                return Run(path, samples, hub.Json(parsed));
            }

            using var client = hub.Connect(parsed);
            return await alarm.Verify(samples, parsed.GetValue(sha256), client, hub.Json(parsed), cancellation);
        });
        return command;
    }

    private static int Run(string path, string? waveform, bool json)
    {
        var evidence = Evidence.Read(path);
        var differences = evidence.Recompute(waveform);
        if (evidence.Build.Length == 0)
        {
            throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' does not say which detector gave the verdict: its report lacks the fingerprint.");
        }

        var otherBuild = evidence.Build != Fingerprint.BuildId;
        if (json)
        {
            Output.Json(new VerifyReport(differences.Count == 0, differences, evidence.Build, Fingerprint.BuildId));
        }
        else if (differences.Count == 0)
        {
            Output.Line($"equal: {evidence.Waveform.File} is {(string?)evidence.Report["verdict"]}, by detector {evidence.Build}");
        }
        else
        {
            foreach (var difference in differences)
            {
                Output.Line(difference.Sentence());
            }
        }

        if (otherBuild)
        {
            return CommandRunner.Fail(
                ExitCode.OtherDetector, $"The verdict was given by detector {evidence.Build}; this dtwin has detector {Fingerprint.BuildId}.");
        }

        return differences.Count == 0 ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.VerdictDiffers, $"Members that differ: {differences.Count}.");
    }
}

/// <summary>What <c>dtwin verify --json</c> prints.</summary>
/// <param name="EvidenceBuild">Build of the detector that gave the verdict.</param>
/// <param name="Build">Build of the detector that computed it now.</param>
internal sealed record VerifyReport(bool Equal, IReadOnlyList<Difference> Differences, string EvidenceBuild, string Build);
