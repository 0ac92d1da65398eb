using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

/// <summary>What the mirrors of all devices share.</summary>
internal sealed record BridgeContext(IFleet Fleet, DirectMethods Methods, BridgeOptions Options, TelemetryBudget Telemetry, HubMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    /// <summary>Handshakes that run at once: a start of the hub with many devices does not take the processor.</summary>
    public SemaphoreSlim Connecting { get; } = new(Options.ConnectsAtOnce);
}

/// <summary>
/// Mirrors one device over a connection of its own: carries out what <see cref="Mirror"/> decides, one step after the other, and begins again after
/// whatever goes wrong. What happens to one device's mirror concerns no other's.
/// </summary>
internal sealed class BridgeLink
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

    /// <summary>Does one thing.</summary>
    /// <returns>Null where there may be more to do at once; else when to look again at the latest.</returns>
    private async Task<DateTimeOffset?> Step(HubThere there)
    {
        var seen = Volatile.Read(ref happenings);
        if (context.Fleet.FindTwin(DeviceId) is not { } here)
        {
            // Deleted here: whoever started this ends it.
            return DateTimeOffset.MaxValue;
        }

        MirrorStep step = MirrorStep.Rest.Now;
        lock (gate)
        {
            // With every message the twins are as they were: they are not compared again.
            if (rested?.Holds(mirror, here) != true)
            {
                (mirror, step) = mirror.Next(here);
                rested = step is MirrorStep.Rest ? new Rest(mirror, here.Reported, here.Desired) : null;
            }
        }

        var now = context.Time.GetUtcNow();
        var due = step switch
        {
            MirrorStep.Rest => DateTimeOffset.MaxValue,
            MirrorStep.Desire => Later(twinNotBefore, desireNotBefore),
            _ => twinNotBefore,
        };
        if (step is not MirrorStep.Rest && due <= now)
        {
            Enter(BridgeState.Syncing);
            await Carry(there, step, here);
            return null;
        }

        if (telemetry.Oldest is { } message)
        {
            onItsWay = message;
            await there.Send(message, stop.Token);
            onItsWay = null;
            telemetry.Sent(message);
            context.Metrics.BridgeTelemetry("sent", 1);
            Sent();
            return null;
        }

        if (step is MirrorStep.Rest)
        {
            Rested(seen);
        }

        return due;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <param name="seen">What had happened when the twins were compared.</param>
    private void Rested(int seen)
    {
        var at = context.Time.GetUtcNow();
        var (known, refused, notTaken) = (mirror.There?.DesiredVersion, mirror.Held.Keys.ToArray(), mirror.NotTaken);
        var fresh = status.State != BridgeState.InStep;
        Change(now => now with
        {
            State = BridgeState.InStep,
            Since = fresh ? at : now.Since,
            BehindSince = Volatile.Read(ref happenings) == seen ? null : now.BehindSince,
            Refused = refused,
            DesiredVersionThere = known,
            DesiredNotTaken = notTaken,
        });
        saidDropped = false;
        refusals.Reset();
        SayNotTaken();
        if (fresh && said is not null)
        {
            said = null;
            context.Logger.BridgeInStep(DeviceId);
        }
    }

    private void SayNotTaken()
    {
        if (mirror.NotTaken is { } version && !saidNotTaken)
        {
            saidNotTaken = true;
            context.Logger.BridgeDesiredNotTaken(DeviceId, version);
        }
    }

    private async Task Carry(HubThere there, MirrorStep step, TwinDocument here)
    {
        try
        {
            switch (step)
            {
                case MirrorStep.Read:
                    Volatile.Write(ref told, -1);
                    var twin = await there.ReadTwin(stop.Token);
                    lock (gate)
                    {
                        mirror = mirror.Took(twin, context.Fleet.FindTwin(DeviceId) ?? here);

                        // What was told while the answer was on its way may be newer than it.
                        if (settings.Desired == DesiredOwner.There && told > twin.DesiredVersion)
                        {
                            mirror = mirror.Unsure();
                        }
                    }

                    break;
                case MirrorStep.Report { Patch: var patch }:
                    await Report(there, patch);
                    break;
                case MirrorStep.Desire { Patch: var patch, ETag: var etag }:
                    await Desire(patch, etag, here);
                    break;
            }

            refusals.Reset();
        }
        catch (BridgeException problem) when (problem.Fault is BridgeFault.Throttled or BridgeFault.FailedThere)
        {
            // Nothing was changed there, and the connection is good.
            onItsWay = null;
            var wait = refusals.Next();
            twinNotBefore = context.Time.GetUtcNow() + wait;
            Note(problem.Fault, problem.Message, wait);
            Enter(BridgeState.BackingOff);
        }
    }

    private async Task Report(HubThere there, JsonObject patch)
    {
        try
        {
            onItsWay = patch;
            var version = await there.Report(patch, stop.Token);
            onItsWay = null;
            lock (gate)
            {
                mirror = mirror.Accepted(patch, version);
            }

            context.Metrics.BridgePatch("reported");
            twinNotBefore = context.Time.GetUtcNow() + settings.Pause;
            Sent();
        }
        catch (BridgeException problem) when (problem.Fault == BridgeFault.PropertyRefused)
        {
            onItsWay = null;
            RefusedThere(patch, problem.Message);
        }
    }

    private async Task Desire(JsonObject patch, string etag, TwinDocument here)
    {
        var version = mirror.There!.DesiredVersion;
        if (desiredWritten == version)
        {
            // Written before, and changed here since. Who fights for it fights at leisure.
            desireNotBefore = context.Time.GetUtcNow() + takenBack.Next();
        }
        else
        {
            takenBack.Reset();
        }

        try
        {
            await context.Fleet.PatchTwin(DeviceId, new JsonObject { ["properties"] = new JsonObject { ["desired"] = patch.DeepClone() } }, etag, Author, stop.Token);
            desiredWritten = version;
            context.Metrics.BridgePatch("desired");
        }
        catch (HubException refusal) when (refusal.Error == HubError.PreconditionFailed || refusal.Error == HubError.DeviceNotFound)
        {
            // Changed meanwhile, or gone: the next look sees it.
        }
        catch (HubException refusal)
        {
            lock (gate)
            {
                mirror = mirror.DesiredRefused(here);
            }

            context.Logger.BridgeDesiredRefused(DeviceId, refusal.Message);
            Note(BridgeFault.DesiredRefused, refusal.Message, TimeSpan.Zero);
        }
    }

    private void Told(long version, JsonObject patch)
    {
        lock (gate)
        {
            told = Math.Max(told, version);
            if (context.Fleet.FindTwin(DeviceId) is { } here)
            {
                mirror = mirror.Told(version, patch, here);
            }
        }

        Wake();
    }

    private void Sent()
    {
        var at = context.Time.GetUtcNow();
        Change(now => now with { LastSentAt = at });
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

    private async Task Call(HubThere there, string name, string request, ReadOnlyMemory<byte> payload)
    {
        if (Interlocked.Increment(ref methods) > MostMethods)
        {
            Interlocked.Decrement(ref methods);
            there.Answer(request, 429, new JsonObject { ["message"] = $"{MostMethods} calls of methods of device {DeviceId} are under way through the bridge. Call again when some have ended." });
            return;
        }

        try
        {
            var argument = payload.IsEmpty ? null : JsonNode.Parse(payload.Span);
            var answer = await context.Methods.Invoke(DeviceId, new MethodCall(name, argument, MethodTimeout, TimeSpan.Zero), Author, stop.Token);
            there.Answer(request, answer.Status, answer.Payload);
        }
        catch (HubException refusal)
        {
            there.Answer(request, refusal.Error.HttpStatus, new JsonObject { ["errorCode"] = refusal.Error.Code, ["message"] = refusal.Message });
        }
        catch (JsonException)
        {
            there.Answer(request, 400, new JsonObject { ["message"] = "The payload is not JSON." });
        }
        catch (OperationCanceledException)
        {
            // The bridge ends; who called is told by the time-out there.
        }
        catch (Exception problem)
        {
            context.Logger.BridgeFailed(problem, DeviceId);
            there.Answer(request, 500, new JsonObject { ["message"] = "The bridge failed; the log of its hub says how." });
        }
        finally
        {
            Interlocked.Decrement(ref methods);
        }
    }

    /// <summary>What was compared when there was nothing to do.</summary>
    private sealed class Rest(Mirror mirror, TwinSection reported, TwinSection desired)
    {
        public bool Holds(Mirror now, TwinDocument here) =>
            ReferenceEquals(now, mirror) && ReferenceEquals(here.Reported, reported) && ReferenceEquals(here.Desired, desired);
    }

    /// <summary>Methods that are asked for on one connection are answered on it.</summary>
    private sealed class Replies(BridgeLink link)
    {
        private readonly TaskCompletionSource<HubThere> there = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HubThere There
        {
            set => there.TrySetResult(value);
        }

        public void Asked(string name, string request, ReadOnlyMemory<byte> payload)
        {
            if (link.settings.Methods)
            {
                _ = Answered();
            }

            async Task Answered() => await link.Call(await there.Task, name, request, payload);
        }
    }
}
