using System.Collections.Concurrent;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Options;

namespace DeviceTwin.Hub.Bridge;

/// <summary>
/// Mirrors devices to another hub, from the start of the hub to its end: finds out which, and keeps a <see cref="BridgeLink"/> for each. Nothing is
/// stored: what has to be sent follows from the two twins.
/// </summary>
internal sealed class BridgeService : BackgroundService
{
    private const int PageSize = 1000;

    private readonly ConcurrentDictionary<string, BridgeLink> links = new(StringComparer.Ordinal);
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly BridgeContext context;
    private readonly BridgeRoster roster;
    private readonly ILogger<BridgeService> logger;
    private volatile BridgeSettings? settings;
    private volatile IReadOnlyDictionary<string, BridgeStatus> waiting = new Dictionary<string, BridgeStatus>();
    private (DateTime Written, long Length)? fileRead;
    private int saidTooMany;

    public BridgeService(
        IFleet fleet, DirectMethods methods, BridgeRoster roster, BridgeOptions options, HubMetrics metrics, TimeProvider time, ILogger<BridgeService> logger, BridgeSettings? settings = null)
    {
        this.settings = settings;
        this.roster = roster;
        this.logger = logger;
        context = new BridgeContext(fleet, methods, options, new TelemetryBudget(options.TelemetryBytes), metrics, time, logger);
        metrics.BridgeStates = () => Statuses().CountBy(status => status.State.ToString());
        metrics.BridgeBehind = () => settings is null ? 0 : Behind();
    }

    /// <summary>What is mirrored, and how; null where there is no bridge.</summary>
    public BridgeSettings? Settings => settings;

    /// <summary>Every device that is selected, by name.</summary>
    public IReadOnlyList<BridgeStatus> Statuses() =>
        [.. links.Select(link => link.Value.Status).Concat(waiting.Values.Where(one => !links.ContainsKey(one.DeviceId))).OrderBy(status => status.DeviceId, StringComparer.Ordinal)];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings is not { } first)
        {
            return;
        }

        // The file was read when the hub was put together.
        fileRead = FileMark();
        logger.BridgeOn(first.Host, first.Port, string.Join(", ", first.Mirrored()), first.Desired);
        using var subscription = context.Fleet.Subscribe(Happened);
        using var timer = context.Time.CreateTimer(_ => signal.Writer.TryWrite(true), null, context.Options.Look, context.Options.Look);
        try
        {
            while (true)
            {
                await Look();
                await signal.Reader.ReadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub ends.
        }
        finally
        {
            await Task.WhenAll(links.Select(link => End(link.Key)));
        }
    }

    private double Behind()
    {
        var now = context.Time.GetUtcNow();
        return links.Select(link => link.Value.Status.BehindSince is { } since ? (now - since).TotalSeconds : 0).DefaultIfEmpty().Max();
    }

    private void Happened(FleetEvent happened)
    {
        if (links.TryGetValue(happened.DeviceId, out var link))
        {
            link.Happened(happened);
            if (happened is FleetEvent.IdentityDeleted)
            {
                signal.Writer.TryWrite(true);
            }
        }
        else if (happened is FleetEvent.IdentityChanged && settings?.Devices.ContainsKey(happened.DeviceId) == true)
        {
            signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Has a link for every device that is selected, and for no other.</summary>
    private async Task Look()
    {
        try
        {
            ReadAgain();
            var current = settings!;
            var selected = Select(current);
            var now = context.Time.GetUtcNow();
            var left = new Dictionary<string, BridgeStatus>(StringComparer.Ordinal);
            var wanted = new Dictionary<string, BridgeCredential>(StringComparer.Ordinal);
            foreach (var deviceId in selected)
            {
                if (current.CredentialOf(deviceId) is not { } credential)
                {
                    continue;
                }

                if (context.Fleet.FindIdentity(deviceId) is null)
                {
                    Leave(deviceId, credential, BridgeFault.NotHere, "The device is not registered here. Register it, or take it out of the bridge's file.");
                }
                else if (wanted.Count >= current.Connections)
                {
                    Leave(deviceId, credential, BridgeFault.TooManyDevices, $"{current.Connections} devices are mirrored already. Raise \"connections\" in the bridge's file, or select fewer.");
                }
                else
                {
                    wanted[deviceId] = credential;
                }
            }

            void Leave(string deviceId, BridgeCredential credential, BridgeFault fault, string message) => left[deviceId] =
                waiting.TryGetValue(deviceId, out var before) && before.LastProblem?.Fault == fault
                    ? before
                    : new BridgeStatus(deviceId, credential.DeviceId, BridgeState.Waiting, now) { LastProblem = new BridgeProblem(fault, message, now) };

            waiting = left;
            var tooMany = left.Values.Count(status => status.LastProblem!.Fault == BridgeFault.TooManyDevices);
            if (tooMany != saidTooMany && tooMany > 0)
            {
                logger.BridgeTooManyDevices(wanted.Count + tooMany, current.Connections);
            }

            saidTooMany = tooMany;
            var ended = (await Task.WhenAll(links
                .Where(link => !wanted.TryGetValue(link.Key, out var credential) || credential != link.Value.Credential || !link.Value.Settings.SameHub(current))
                .Select(async link => (link.Key, Link: await End(link.Key))))).ToDictionary(link => link.Key, link => link.Link, StringComparer.Ordinal);
            foreach (var (deviceId, credential) in wanted)
            {
                if (!links.ContainsKey(deviceId))
                {
                    // With another key it is the same mirror: what waits goes on waiting.
                    var before = ended.Remove(deviceId, out var old) && old?.Settings.SameHub(current) == true ? old : null;
                    if (before is null)
                    {
                        old?.Forget();
                    }

                    roster.Add(deviceId);
                    var link = new BridgeLink(deviceId, current, credential, context, before);
                    links[deviceId] = link;
                    link.Start();
                }
            }

            foreach (var (_, link) in ended)
            {
                link?.Forget();
            }
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            logger.BridgeLookFailed(problem);
        }
    }

    /// <summary>By name, those of the list first: with too many the same ones are always mirrored.</summary>
    private List<string> Select(BridgeSettings current)
    {
        List<string> selected = [.. current.Devices.Keys.Order(StringComparer.Ordinal)];
        if (current.Query is not { } query)
        {
            return selected;
        }

        string? continuation = null;
        do
        {
            var page = context.Fleet.QueryTexts(query, continuation, PageSize);
            selected.AddRange(page.Twins.Select(twin => twin.DeviceId).Where(deviceId => !current.Devices.ContainsKey(deviceId)));
            continuation = page.Continuation;
        }
        while (continuation is not null && selected.Count <= BridgeSettings.MostConnections);
        return selected;
    }

    private void ReadAgain()
    {
        if (context.Options.File is not { } file || FileMark() is not { } mark || mark == fileRead)
        {
            return;
        }

        fileRead = mark;
        try
        {
            settings = BridgeFile.Read(file);
            logger.BridgeFileRead();
        }
        catch (StartException problem)
        {
            logger.BridgeFileUnusable(problem.Message);
        }
    }

    private (DateTime, long)? FileMark()
    {
        var file = context.Options.File is { } path ? new FileInfo(path) : null;
        return file is { Exists: true } ? (file.LastWriteTimeUtc, file.Length) : null;
    }

    private async Task<BridgeLink?> End(string deviceId)
    {
        // What happens meanwhile still comes to it.
        if (!links.TryGetValue(deviceId, out var link))
        {
            return null;
        }

        await link.Stop();
        links.TryRemove(deviceId, out _);
        roster.Remove(deviceId);
        return link;
    }
}
