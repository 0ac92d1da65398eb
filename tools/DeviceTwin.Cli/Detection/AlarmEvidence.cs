using System.Text.Json;
using DeviceTwin.Cli.Hub;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Detection;

/// <summary>The sealed evidence of an alarm, as the hub gives it, computed anew without the hub's help.</summary>
internal sealed class AlarmEvidence
{
    private readonly EvidenceDocument document;

    private AlarmEvidence(EvidenceDocument document) => this.document = document;

    /// <summary>Reads a file.</summary>
    /// <returns>Null where it is something else than the evidence of an alarm.</returns>
    /// <exception cref="CommandFailedException">It is, and is not as it was sealed.</exception>
    public static AlarmEvidence? Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
            using var json = JsonDocument.Parse(content);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("schema", out _) || !json.RootElement.TryGetProperty("sealedAt", out _))
            {
                return null;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }

        try
        {
            return new AlarmEvidence(EvidenceDocument.Parse(content));
        }
        catch (FormatException problem)
        {
            throw new CommandFailedException(ExitCode.EvidenceUnusable, $"'{path}' is not evidence as the hub sealed it. {problem.Message}");
        }
    }

    /// <summary>Computes anew and says what became of it.</summary>
    /// <param name="waveformPath">A file with the samples; null = the hub has them.</param>
    /// <param name="expected">The hash that the evidence must have; null = none was named.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> Verify(string? waveformPath, string? expected, HubClient hub, bool json, CancellationToken cancellation)
    {
        var hash = EvidenceDocument.HashOf(document.ToBytes());
        if (expected is not null && !expected.Equals(hash, StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandFailedException(ExitCode.VerdictDiffers, $"The evidence has the hash {hash}, not {expected.ToLowerInvariant()}: it is not what was sealed.");
        }

        var samples = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var waveform in document.Captures.SelectMany(capture => capture.Waveforms))
        {
            samples[waveform.Sha256] = waveformPath is null ? await hub.GetWaveform(waveform.Sha256, cancellation) : FromFile(waveformPath, waveform);
        }

        if (waveformPath is not null && samples.Count > 0 && samples.All(entry => entry.Value is null))
        {
            throw new CommandFailedException(ExitCode.WaveformDiffers, $"'{waveformPath}' does not hold the samples {string.Join(" or ", samples.Keys)}.");
        }

        var result = EvidenceCheck.Run(document, sha256 => samples.GetValueOrDefault(sha256));
        if (json)
        {
            Output.Json(result.ToJson());
        }
        else
        {
            Print(result);
        }

        return result switch
        {
            { Result: EvidenceCheck.Equal } => ExitCode.Success.Number,
            { Reason: EvidenceReason.WaveformDiffers } => CommandRunner.Fail(ExitCode.WaveformDiffers, "The samples do not have the hash of the evidence."),
            { Result: EvidenceCheck.Differs } => CommandRunner.Fail(ExitCode.VerdictDiffers, result.Sentence()),
            { Reason: EvidenceReason.OtherDetector } => CommandRunner.Fail(
                ExitCode.OtherDetector, $"The alarm was raised by detector {document.Fingerprint?.Split('-')[0]}; this dtwin has detector {Fingerprint.BuildId}."),
            _ => CommandRunner.Fail(ExitCode.EvidenceIncomplete, result.Sentence()),
        };
    }

    private void Print(EvidenceResult result)
    {
        Console.Out.WriteLine($"{document.AlarmId}: {result.Sentence()}");
        Console.Out.WriteLine($"evidence {result.Sha256}, version {document.Version}, sealed {EvidenceDocument.Time(document.SealedAt)}");
        foreach (var problem in document.Problems)
        {
            Console.Out.WriteLine($"{problem.Part} {problem.Reason}: {problem.Sentence}");
        }

        foreach (var capture in result.Captures)
        {
            Console.Out.WriteLine($"capture {capture.Number} ({capture.Role}): {capture.Result}{(capture.Reason is null ? "" : $", {capture.Reason}")}");
            foreach (var difference in capture.Differs)
            {
                Console.Out.WriteLine("  " + new Difference(difference.Member, difference.Evidence, difference.Computed).Sentence());
            }

            foreach (var reason in capture.NotComputed.GroupBy(skipped => skipped.Reason))
            {
                Console.Out.WriteLine($"  not computed, {EvidenceCheck.Reasons[reason.Key]}: {string.Join(", ", reason.Select(skipped => skipped.Member))}");
            }
        }
    }

    private static byte[]? FromFile(string path, SensorNode.Evidence.EvidenceWaveform waveform)
    {
        try
        {
            double? rate = Path.GetExtension(path).Equals(".wav", StringComparison.OrdinalIgnoreCase) ? null : waveform.RateMilliHertz / 1000.0;
            var counts = WaveformFile.Read(path, rate, waveform.NanoGPerCount > 0 ? waveform.NanoGPerCount * 1e-9 : null).Samples;
            var content = new byte[counts.Length * 2];
            Buffer.BlockCopy(counts, 0, content, 0, content.Length);
            return EvidenceDocument.HashOf(content) == waveform.Sha256 ? content : null;
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error);
        }
    }
}
