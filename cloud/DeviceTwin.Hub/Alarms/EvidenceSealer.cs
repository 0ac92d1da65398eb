using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Evidence;

namespace DeviceTwin.Hub.Alarms;

/// <summary>How long the parts of evidence are waited for.</summary>
public sealed record EvidenceOptions
{
    /// <summary>How often is looked for what came.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this time evidence is sealed with what is there.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often is looked for late parts of evidence that is sealed.</summary>
    public TimeSpan LateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after the alarm late parts make a new version: as long as an unfinished waveform is waited for.</summary>
    public TimeSpan LateFor { get; init; } = TimeSpan.FromHours(25);
}

/// <summary>
/// Seals the evidence of each alarm: when all parts are there, or after a time with what is missing. What comes later makes a new version that
/// names the one before. What is under way is in the database: a hub that ends in between goes on at its next start.
/// </summary>
internal sealed class EvidenceSealer(
    IHubStore store, IFleet fleet, AlarmBook book, EvidenceOptions options, TimeProvider time, ILogger<EvidenceSealer> logger) : BackgroundService
{
    private const int Messages = 64;
    private const int Waveforms = 1000;
    private const int AtOnce = 200;

    private readonly Dictionary<string, DateTimeOffset> next = new(StringComparer.Ordinal);

    /// <summary>Does what is to be done now. One call at a time.</summary>
    public async Task Step()
    {
        var now = time.GetUtcNow();
        var open = store.ReadOpenEvidence();
        foreach (var gone in next.Keys.Except(open).ToArray())
        {
            next.Remove(gone);
        }

        foreach (var alarmId in open.Where(alarmId => !next.TryGetValue(alarmId, out var at) || at <= now).Take(AtOnce).ToArray())
        {
            try
            {
                if (store.FindOpenEvidence(alarmId) is { } evidence)
                {
                    await Advance(evidence, now);
                }
            }
            catch (Exception problem) when (problem is StorageException or FormatException or InvalidOperationException or System.Text.Json.JsonException)
            {
                AlarmLog.EvidenceNotSealed(logger, alarmId, problem.Message);
                next[alarmId] = now + options.LateInterval;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A new alarm is looked at while its node still has the settings that it was raised with.
        using var news = new SemaphoreSlim(0);
        using var subscription = book.Subscribe(row =>
        {
            if (row.State == AlarmState.Raised && news.CurrentCount == 0)
            {
                news.Release();
            }
        });
        using var timer = new PeriodicTimer(options.Interval, time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var raised = news.WaitAsync(stoppingToken);
        try
        {
            while (true)
            {
                await await Task.WhenAny(tick, raised);
                tick = tick.IsCompleted ? timer.WaitForNextTickAsync(stoppingToken).AsTask() : tick;
                raised = raised.IsCompleted ? news.WaitAsync(stoppingToken) : raised;
                try
                {
                    await Step();
                }
                catch (StorageException failure)
                {
                    AlarmLog.EvidenceNotSealed(logger, "*", failure.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping; what is open is in the database.
        }
    }

    private async Task Advance(OpenEvidence open, DateTimeOffset now)
    {
        if (store.FindAlarm(open.AlarmId) is not { } row)
        {
            await store.Write([new EvidenceChange.Close(open.AlarmId)]);
            return;
        }

        var twin = fleet.FindTwin(open.DeviceId);
        var parts = EvidenceParts.FromText(open.Parts);
        var found = parts.Values is null && twin is not null ? FindSettings(parts, row, twin.Reported.Properties, twin.Desired.Properties) : parts;
        var (before, beforeHash) = Before(open);
        var isOver = now - open.OpenedAt >= (open.Version == 0 ? options.SealAfter : options.LateFor);
        var document = EvidenceBuilder.Build(
            row,
            found,
            twin?.Reported.Properties,
            store.ReadTelemetry(open.DeviceId, "features", Messages),
            store.ReadWaveforms(open.DeviceId, open.OpenedAt - options.LateFor, null, Waveforms),
            before,
            beforeHash,
            isOver || open.Version > 0,
            now);
        var mayGrow = EvidenceBuilder.MayGrow(document);
        var isEnd = !mayGrow || now - open.OpenedAt >= options.LateFor;
        if (before is not null && EvidenceBuilder.AreAlike(before, document))
        {
            if (isEnd)
            {
                await store.Write([new EvidenceChange.Close(open.AlarmId)]);
            }
        }
        else if (!mayGrow || isOver || open.Version > 0)
        {
            var content = document.ToBytes();
            var evidence = new SealedEvidence(open.AlarmId, document.Version, EvidenceDocument.HashOf(content), now, content);
            await store.Write([new EvidenceChange.Seal(evidence, isEnd)]);
            AlarmLog.EvidenceSealed(logger, open.AlarmId, document.Version, evidence.Sha256, document.Problems.Count);
        }
        else
        {
            // The twin goes on and messages are pushed out; these are the settings that held, and what was said.
            var features = document.Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.OfAlarm)?.Features;
            var kept = found.Features is null && features is not null ? found with { Features = new EvidencePart(features.ReceivedAt, features.Body, null) } : found;
            if (!ReferenceEquals(kept, parts))
            {
                await store.Write([new EvidenceChange.Note(open.AlarmId, kept.ToText())]);
            }
        }

        var isGathering = open.Version == 0 && mayGrow && !isOver;
        var soon = now + (isGathering ? options.Interval : options.LateInterval);
        var end = open.OpenedAt + (isGathering ? options.SealAfter : options.LateFor);
        next[open.AlarmId] = soon < end || end <= now ? soon : end;
    }

    private (EvidenceDocument? Document, string? Hash) Before(OpenEvidence open)
    {
        if (open.Version == 0 || store.FindEvidence(open.AlarmId, open.Version) is not { } last)
        {
            return (null, null);
        }

        var document = EvidenceDocument.Parse(last.Content.Span);
        return EvidenceDocument.HashOf(last.Content.Span) == last.Sha256 ? (document, last.Sha256) : throw new FormatException($"Version {open.Version} is damaged.");
    }

    /// <summary>The set of settings that has the hash that the node said, where there is one.</summary>
    private static EvidenceParts FindSettings(EvidenceParts parts, AlarmRow row, JsonObject reported, JsonObject desired)
    {
        foreach (var (source, section) in new[] { ("reported", reported), ("desired", desired), ("defaults", []) })
        {
            var values = EvidenceSettings.Of(section);
            if (row.Evidence.SettingsHash is { } hash && EvidenceSettings.Hash(values) == hash)
            {
                return parts with { Values = values, Source = source };
            }
        }

        return parts;
    }
}
