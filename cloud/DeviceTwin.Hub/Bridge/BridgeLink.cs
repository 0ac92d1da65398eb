using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

/// <summary>
/// Mirrors one device over a connection of its own: carries out what <see cref="Mirror"/> decides, one step after the other, and begins again after
/// whatever goes wrong. What happens to one device's mirror concerns no other's.
/// </summary>
internal sealed partial class BridgeLink
{
    /// <summary>Who writes here what is desired there, and calls methods.</summary>
    public const string Author = "bridge";

    /// <summary>A connection that lived so long was a good one: the next failure is the first again. One that another client of the same device ends
    /// at once is not.</summary>
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MethodTimeout = TimeSpan.FromSeconds(30);
    private const int MostMethods = 8;

    /// <summary>Connections that end over one thing before it is given up.</summary>
    private const int MostLosses = 3;

    private readonly BridgeContext context;
    private readonly BridgeSettings settings;
    private readonly TelemetryQueue telemetry;
    private readonly Backoff failures;
    private readonly Backoff refusals;
    private readonly Backoff takenBack;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock gate = new();
    private Mirror mirror;
    private BridgeStatus status;
    private Task running = Task.CompletedTask;
    private DateTimeOffset twinNotBefore;
    private DateTimeOffset desireNotBefore;
    private long desiredWritten = -1;
    private long told = -1;
    private Rest? rested;
    private object? onItsWay;
    private object? suspect;
    private int losses;
    private BridgeFault? said;
    private int methods;
    private int happenings;
    private bool saidNotTaken;
    private bool saidTakenBack;
    private bool saidDropped;

    /// <param name="before">The mirror that this one takes the place of; it has ended. Null = there was none.</param>
    public BridgeLink(string deviceId, BridgeSettings settings, BridgeCredential credential, BridgeContext context, BridgeLink? before = null)
    {
        this.context = context;
        this.settings = settings;
        Credential = credential;
        telemetry = before?.telemetry ?? new TelemetryQueue(context.Telemetry, context.Options.TelemetryPerDevice);
        var seed = context.Options.Seed ?? Random.Shared.Next();
        (failures, refusals, takenBack) = (new Backoff(new Random(seed)), new Backoff(new Random(seed + 1)), new Backoff(new Random(seed + 2)));
        mirror = before?.mirror.Forgiven() ?? Mirror.Start(settings.Desired, settings.Reported);
        var now = context.Time.GetUtcNow();
        status = new BridgeStatus(deviceId, credential.DeviceId, BridgeState.Connecting, now) { BehindSince = now };
    }

    public BridgeCredential Credential { get; }

    public BridgeSettings Settings => settings;

    public BridgeStatus Status
    {
        get
        {
            lock (gate)
            {
                return status with { TelemetryWaiting = telemetry.Count, TelemetryDropped = telemetry.Dropped };
            }
        }
    }

    private string DeviceId => status.DeviceId;

    public void Start() => running = Task.Run(Run);

    /// <summary>Ends the connection in good order. What waits to be sent is there for the next mirror of the device, until <see cref="Forget"/>.</summary>
    public async Task Stop()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <summary>No other mirror follows: gives back what it holds.</summary>
    public void Forget() => telemetry.Close();

    /// <summary>Something happened to the device here. Called on a thread of the fleet's: does not block.</summary>
    public void Happened(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.ReportedChanged when settings.Reported:
                Behind(happened.At);
                Wake();
                break;
            case FleetEvent.DesiredChanged { Author: var author } when settings.Desired == DesiredOwner.There:
                if (author != Author && !saidTakenBack)
                {
                    saidTakenBack = true;
                    context.Logger.BridgeDesiredTakenBack(author, DeviceId);
                }

                Wake();
                break;
            case FleetEvent.TelemetryReceived { Message: var message } when settings.Telemetry:
                var left = telemetry.Add(message);
                Behind(happened.At);
                if (left > 0)
                {
                    context.Metrics.BridgeTelemetry("dropped", left);
                    if (!saidDropped)
                    {
                        saidDropped = true;
                        context.Logger.BridgeTelemetryDropped(DeviceId);
                    }
                }

                Wake();
                break;
        }
    }

    private void Wake() => signal.Writer.TryWrite(true);

    private void Behind(DateTimeOffset at)
    {
        Interlocked.Increment(ref happenings);
        Change(now => now with { BehindSince = now.BehindSince ?? at });
    }

    private void Change(Func<BridgeStatus, BridgeStatus> change)
    {
        BridgeStatus before;
        BridgeStatus after;
        lock (gate)
        {
            before = status;
            after = status = change(status);
        }

        Tell(before, after);
    }

    private void Tell(BridgeStatus before, BridgeStatus after)
    {
        if (before.State != after.State || before.LastProblem != after.LastProblem)
        {
            context.Options.Noted?.Invoke(after);
        }
    }

    private void Enter(BridgeState state)
    {
        var at = context.Time.GetUtcNow();
        Change(now => now.State == state ? now : now with { State = state, Since = at });
    }

    private async Task Run()
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = context.Time.GetUtcNow();
            try
            {
                Enter(BridgeState.Connecting);
                if (await Mirrored())
                {
                    // The token was about to end: on with a new one.
                    failures.Reset();
                    lock (gate)
                    {
                        mirror = mirror.Forgiven();
                    }

                    continue;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception problem)
            {
                if (context.Time.GetUtcNow() - begun >= Steady)
                {
                    failures.Reset();
                }

                Suspect();
                var wait = failures.Next();

                // Begun before anybody hears of it: who then moves the clock moves it far enough.
                var sleeping = Sleep(wait);
                Failed(problem, wait);
                await sleeping;
            }
        }
    }

    /// <summary>Where the other hub ends the connection whenever it gets one certain thing, it will not get it any more.</summary>
    private void Suspect()
    {
        var lost = Interlocked.Exchange(ref onItsWay, null);
        losses = lost is null ? 0 : ReferenceEquals(lost, suspect) || (lost is JsonObject patch && Json.Same(patch, suspect as JsonObject)) ? losses + 1 : 1;
        suspect = lost;
        if (losses < MostLosses)
        {
            return;
        }

        (suspect, losses) = (null, 0);
        if (lost is TelemetryMessage message)
        {
            telemetry.Drop(message);
            context.Metrics.BridgeTelemetry("dropped", 1);
            context.Logger.BridgeTelemetryRefused(DeviceId, MostLosses);
        }
        else if (lost is JsonObject refused)
        {
            RefusedThere(refused, $"{MostLosses} connections ended when it was sent.");
        }
    }

    private void RefusedThere(JsonObject patch, string message)
    {
        lock (gate)
        {
            mirror = mirror.Refused(patch);
        }

        if (patch.Count == 1)
        {
            context.Logger.BridgePropertyRefused(patch.Single().Key, DeviceId, message);
            Note(BridgeFault.PropertyRefused, $"{patch.Single().Key}: {message}", TimeSpan.Zero);
        }
    }

    private void Failed(Exception problem, TimeSpan wait)
    {
        var fault = (problem as BridgeException)?.Fault ?? BridgeFault.Unexpected;
        if (problem is not BridgeException)
        {
            context.Logger.BridgeFailed(problem, DeviceId);
        }

        Note(fault, problem.Message, wait);
        Enter(BridgeState.BackingOff);
    }

    /// <summary>Keeps a problem, and says it unless it was the last that was said.</summary>
    private void Note(BridgeFault fault, string message, TimeSpan wait)
    {
        var at = context.Time.GetUtcNow();
        Change(now => now with { LastProblem = new BridgeProblem(fault, message, at), BehindSince = now.BehindSince ?? at });
        context.Metrics.BridgeFault(fault.ToString());
        if (said != fault)
        {
            said = fault;
            context.Logger.BridgeProblem(DeviceId, (int)fault, fault, message, Math.Round(wait.TotalSeconds, 1));
        }
    }

    /// <returns>True where the token is about to end; otherwise it throws.</returns>
    private async Task<bool> Mirrored()
    {
        HubThere there;
        var replies = new Replies(this);
        await context.Connecting.WaitAsync(stop.Token);
        try
        {
            there = await HubThere.Connect(
                settings, Credential, context.Fleet.FindTwin(DeviceId)?.ModelId, context.Options, Told, replies.Asked, context.Time, stop.Token);
        }
        finally
        {
            context.Connecting.Release();
        }

        await using (there)
        {
            replies.There = there;
            _ = there.Closed.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var renewAt = Credential is BridgeCredential.Key ? context.Time.GetUtcNow() + (HubThere.TokenLifetime * 0.85) : DateTimeOffset.MaxValue;
            lock (gate)
            {
                mirror = mirror.Connected();
            }

            Enter(BridgeState.Syncing);
            while (!stop.IsCancellationRequested)
            {
                if (there.Closed.IsCompleted)
                {
                    throw new BridgeException(BridgeFault.ConnectionLost, $"The connection ended: {(await there.Closed).TrimEnd('.')}.");
                }

                if (context.Time.GetUtcNow() >= renewAt)
                {
                    await there.Disconnect();
                    return true;
                }

                if (await Step(there) is { } until)
                {
                    await Wait(until < renewAt ? until : renewAt);
                }
            }

            await there.Disconnect();
            stop.Token.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>Until something happens, or the time has come.</summary>
    private async Task Wait(DateTimeOffset until)
    {
        using var timer = until == DateTimeOffset.MaxValue
            ? null
            : context.Time.CreateTimer(_ => Wake(), null, Positive(until - context.Time.GetUtcNow()), Timeout.InfiniteTimeSpan);
        try
        {
            await signal.Reader.ReadAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }

        static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
    }

    private async Task Sleep(TimeSpan span)
    {
        try
        {
            await Task.Delay(span, context.Time, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
