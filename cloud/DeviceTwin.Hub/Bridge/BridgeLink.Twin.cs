using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Bridge;

internal sealed partial class BridgeLink
{
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

    /// <summary>What was compared when there was nothing to do.</summary>
    private sealed class Rest(Mirror mirror, TwinSection reported, TwinSection desired)
    {
        public bool Holds(Mirror now, TwinDocument here) =>
            ReferenceEquals(now, mirror) && ReferenceEquals(here.Reported, reported) && ReferenceEquals(here.Desired, desired);
    }
}
