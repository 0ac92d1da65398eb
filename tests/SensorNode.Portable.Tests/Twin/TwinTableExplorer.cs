using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>
/// The table with a hub and a network around it, so small that every state can be visited: a few desired versions, few messages on their way,
/// each of which may be lost, doubled or overtaken at any time, and a node that may lose its connection or restart at any time. Numbers of
/// requests stand for nothing but whether an answer is the one awaited, so answers to older requests leave the network at once.
/// </summary>
internal sealed class TwinTableExplorer(Func<TwinState, TwinEvent, (TwinState Next, TwinAction Action)> table, int versions, int messages)
{
    /// <summary>Most requests until node and hub agree, in fair weather and from whatever state.</summary>
    public const int MostRequests = 6;

    private const int FairSteps = 80;

    private readonly HashSet<World> _seen = [];
    private readonly Queue<World> _open = new();
    private string? _violation;

    private enum Kind
    {
        Get,
        Report,
        Twin,
        ReadError,
        Accepted,
        ReportError,
        Patch,
    }

    private enum Timer
    {
        None,
        Answer,
        Pause,
        Refresh,
    }

    /// <summary>States that were visited.</summary>
    public int Visited => _seen.Count;

    /// <summary>Cells of the table that decided something.</summary>
    public HashSet<(TwinState State, TwinEvent Event)> Used { get; } = [];

    /// <summary>Visits every state.</summary>
    /// <returns>What was violated first, or null.</returns>
    public string? Explore()
    {
        Visit(Started(1, 0));
        while (_violation is null && _open.TryDequeue(out World world))
        {
            foreach (World next in Steps(world))
            {
                Visit(next);
            }
        }

        return _violation;
    }

    private static World Started(int hub, int told) =>
        new(TwinState.Offline, hub, 0, 0, told, 0, true, false, false, false, false, false, false, Timer.None, Messages.None);

    private void Visit(World world)
    {
        if (_violation is null && _seen.Add(world))
        {
            Require(world.IsDirty || world.IsInFlight || world.Applied == 0 || world.Told == world.Applied, "told, though the hub does not know");
            StatesMeanWhatTheySay(world);
            FairWeather(world);
            _open.Enqueue(world);
        }
    }

    private void StatesMeanWhatTheySay(World world)
    {
        bool reads = world.State is TwinState.Reading or TwinState.ReadPause;
        bool reports = world.State is TwinState.Reporting or TwinState.ReportPause;
        Require(world.IsConnected == (world.State != TwinState.Offline), "offline is what has no connection");
        Require(!world.AwaitsTwin || reads, "awaits the twin elsewhere");
        Require(!world.AwaitsAccept || reports, "awaits a confirmation elsewhere");
        Require(world.AwaitsTwin || world.State != TwinState.Reading, "reads without a request");
        Require(world.AwaitsAccept || world.State != TwinState.Reporting, "reports without a request");
        Require(!world.IsInFlight || reports, "something under way elsewhere");
        Require(world.IsBased || reads || !world.IsConnected, "goes on without the twin");
        Timer timer = world.State switch
        {
            TwinState.Offline => Timer.None,
            TwinState.Reading or TwinState.Reporting => Timer.Answer,
            TwinState.Current => Timer.Refresh,
            _ => Timer.Pause,
        };
        Require(world.Timer == timer, $"waits for {world.Timer}");
    }

    private void Require(bool holds, string violation) => _violation ??= holds ? null : violation;

    /// <summary>From here on nothing is lost, and time passes when nothing else happens: node and hub have to agree.</summary>
    private void FairWeather(World world)
    {
        int requests = 0;
        for (int step = 0; step < FairSteps && _violation is null; step++)
        {
            if (world.State == TwinState.Current && world.Applied == world.Hub && !world.IsDirty && !world.IsInFlight && world.Told == world.Hub
                && world.Network.Count == 0)
            {
                Require(requests <= MostRequests, $"{requests} requests until agreement");
                return;
            }

            bool isQuiet = world.State != TwinState.Offline && world.Network.Count == 0 && !(world.State == TwinState.Current && world.IsDirty);
            if (isQuiet && !world.IsHindered)
            {
                Require(world.Applied >= world.Known && !world.IsDirty && !world.IsInFlight, "waits for time to pass, though nothing went wrong");
            }

            Messages before = world.Network;
            world = world.State == TwinState.Offline ? Connect(world)
                : world.Network.Count > 0 ? Arrive(world with { Network = world.Network.Without(0) }, world.Network[0], false)
                : world.State == TwinState.Current && world.IsDirty ? On(world, TwinEvent.ReportDue)
                : Wait(world);
            requests += world.Network.Requests(messages) > before.Requests(messages) ? 1 : 0;
        }

        Require(false, "never agrees");
    }

    private IEnumerable<World> Steps(World world)
    {
        if (world.Hub < versions)
        {
            World changed = world with { Hub = world.Hub + 1 };
            yield return changed;
            if (world.State != TwinState.Offline && world.Network.Count < messages)
            {
                yield return changed with { Network = world.Network.With((int)Kind.Patch, changed.Hub) };
            }
        }

        for (int place = 0; place < world.Network.Count; place++)
        {
            (int Kind, int Version) message = world.Network[place];
            World without = world with { Network = world.Network.Without(place) };
            yield return (Kind)message.Kind == Kind.Patch ? without : without with { IsHindered = true };
            yield return Arrive(without, message, false);
            if (world.Network.Count < messages)
            {
                yield return Arrive(world, message, false);
            }

            if ((Kind)message.Kind is Kind.Get or Kind.Report)
            {
                yield return Arrive(without, message, true);
            }
        }

        yield return Connect(world);
        yield return On(world with { Network = Messages.None, IsBased = false, IsConnected = false }, TwinEvent.Disconnected);
        yield return Started(world.Hub, world.Told);
        if (world.State == TwinState.Current && world.IsDirty)
        {
            yield return On(world, TwinEvent.ReportDue);
        }

        if (!world.IsDirty)
        {
            // The node has news of its own.
            yield return world with { IsDirty = true };
        }

        if (world.State != TwinState.Offline)
        {
            yield return Wait(world);
        }
    }

    private World Connect(World world)
    {
        World after = On(world with { Network = Messages.None, IsBased = false, IsConnected = true, Known = 0 }, TwinEvent.Connected);
        Require(after.State == TwinState.Reading, "a new connection does not begin with reading");
        return after;
    }

    private World Wait(World world) => Pass(world with { IsHindered = true });

    private World Pass(World world) => world.State switch
    {
        TwinState.Reading => On(world, TwinEvent.ReadFailed),
        TwinState.Reporting => On(world, TwinEvent.ReportFailed),
        _ => On(world, TwinEvent.TimeIsUp),
    };

    private World Arrive(World world, (int Kind, int Version) message, bool refuses)
    {
        switch ((Kind)message.Kind)
        {
            case Kind.Get:
                return Send(world with { IsHindered = world.IsHindered || refuses }, refuses ? Kind.ReadError : Kind.Twin, world.Hub);
            case Kind.Report:
                return Send(refuses ? world with { IsHindered = true } : world with { Told = message.Version }, refuses ? Kind.ReportError : Kind.Accepted, message.Version);
            case Kind.Twin when world.AwaitsTwin:
                World read = On(world with { AwaitsTwin = false }, TwinEvent.TwinArrived, message.Version);
                Require(read.Applied >= message.Version && read.State != TwinState.ReadPause, "a twin that was awaited is not used");
                return read;
            case Kind.ReadError when world.AwaitsTwin:
                return On(world with { AwaitsTwin = false }, TwinEvent.ReadFailed);
            case Kind.Accepted when world.AwaitsAccept:
                World accepted = On(world with { AwaitsAccept = false }, TwinEvent.ReportAccepted);
                Require(!accepted.IsInFlight && !accepted.AwaitsAccept, "a confirmation that was awaited is not used");
                return accepted;
            case Kind.ReportError when world.AwaitsAccept:
                return On(world with { AwaitsAccept = false }, TwinEvent.ReportFailed);
            case Kind.Patch:
                int version = message.Version;
                return On(
                    world with { Known = Math.Max(world.Known, version) },
                    version <= world.Applied ? TwinEvent.PatchOld : version == world.Applied + 1 ? TwinEvent.PatchNext : TwinEvent.PatchGap,
                    version);
            default:
                return world;
        }
    }

    private World On(World world, TwinEvent happened, int version = 0)
    {
        Used.Add((world.State, happened));
        (TwinState next, TwinAction action) = table(world.State, happened);
        World after = world with { State = next };
        bool sends = action is TwinAction.Read or TwinAction.Report;
        Require(!sends || next != TwinState.Offline, "sends without a connection");
        Require(happened is not (TwinEvent.ReadFailed or TwinEvent.ReportFailed) || !sends, "asks again at once");
        Require(action != TwinAction.Pause || world.Timer == Timer.Answer, "a pause that is longer than it was");
        Require(happened != TwinEvent.PatchNext || action != TwinAction.Read, "reads what it was just told");
        if (happened == TwinEvent.PatchOld)
        {
            Require(!sends && next == world.State, "an old patch changes something");
        }

        switch (action)
        {
            case TwinAction.Read:
                after = Abandon(after) with { Noted = 0, AwaitsTwin = true, AwaitsAccept = false, IsHindered = false, Timer = Timer.Answer };
                return Send(after with { Network = after.Network.WithoutAnswers() }, Kind.Get, 0);
            case TwinAction.ApplyTwin:
                Require(happened == TwinEvent.TwinArrived && version >= world.Applied, "applies a twin that is older, or none");
                after = after with { Applied = version, IsBased = true, IsHindered = false, Timer = Timer.Refresh, IsDirty = after.IsDirty || version != world.Applied };
                return world.Noted > version ? On(after, TwinEvent.PatchGap, world.Noted) : after;
            case TwinAction.ApplyPatch:
                Require(happened == TwinEvent.PatchNext && world.IsBased, "applies a patch on top of what it does not know");
                return after with { Applied = version, IsDirty = true };
            case TwinAction.NotePatch:
                return after with { Noted = Math.Max(after.Noted, version) };
            case TwinAction.Report:
                Require(world.IsBased, "reports before the twin was read");
                after = Abandon(after) with { IsDirty = false, IsInFlight = true, AwaitsAccept = true, IsHindered = false, Timer = Timer.Answer };
                return Send(after with { Network = after.Network.WithoutAnswers() }, Kind.Report, after.Applied);
            case TwinAction.Confirm:
                Require(happened == TwinEvent.ReportAccepted, "takes something else for a confirmation");
                return after with { IsInFlight = false, IsHindered = false, Timer = Timer.Refresh };
            case TwinAction.Pause:
                return after with { Timer = Timer.Pause };
            case TwinAction.Forget:
                return Abandon(after) with { AwaitsTwin = false, AwaitsAccept = false, Timer = Timer.None };
            default:
                return after;
        }
    }

    private static World Abandon(World world) => world with { IsDirty = world.IsDirty || world.IsInFlight, IsInFlight = false };

    private World Send(World world, Kind kind, int version) => world.Network.Count < messages + 1
        ? world with { Network = world.Network.With((int)kind, version) }
        : world;

    /// <summary>Node, hub and network.</summary>
    /// <param name="Hub">Desired version.</param>
    /// <param name="Applied">Desired version applied; 0 = none since the start.</param>
    /// <param name="Noted">Greatest version of a patch noted while the twin is read.</param>
    /// <param name="Told">The version that the last report accepted by the hub speaks of.</param>
    /// <param name="Known">Greatest version of a patch that arrived on this connection.</param>
    /// <param name="IsBased">The twin was read on this connection.</param>
    /// <param name="IsHindered">Since the last request something was lost or refused, or time ran out: what follows may take time.</param>
    private readonly record struct World(
        TwinState State,
        int Hub,
        int Applied,
        int Noted,
        int Told,
        int Known,
        bool IsDirty,
        bool IsInFlight,
        bool AwaitsTwin,
        bool AwaitsAccept,
        bool IsBased,
        bool IsHindered,
        bool IsConnected,
        Timer Timer,
        Messages Network);

    /// <summary>A few messages in the order in which they were sent, one byte each.</summary>
    private readonly record struct Messages(ulong Bytes, int Count)
    {
        public static readonly Messages None = default;

        public (int Kind, int Version) this[int place] => ((int)(Bytes >> ((8 * place) + 4)) & 15, (int)(Bytes >> (8 * place)) & 15);

        public Messages With(int kind, int version) => new(Bytes | ((ulong)((kind << 4) | version) << (8 * Count)), Count + 1);

        public Messages Without(int place)
        {
            Messages rest = None;
            for (int other = 0; other < Count; other++)
            {
                rest = other == place ? rest : rest.With(this[other].Kind, this[other].Version);
            }

            return rest;
        }

        /// <summary>Requests and answers belong to a request that is not awaited any more; a report may still reach the hub.</summary>
        public Messages WithoutAnswers()
        {
            Messages rest = None;
            for (int other = 0; other < Count; other++)
            {
                rest = (Kind)this[other].Kind is Kind.Patch ? rest.With(this[other].Kind, this[other].Version) : rest;
            }

            return rest;
        }

        public int Requests(int most)
        {
            int requests = 0;
            for (int other = 0; other < Count && other <= most; other++)
            {
                requests += (Kind)this[other].Kind is Kind.Get or Kind.Report ? 1 : 0;
            }

            return requests;
        }
    }
}
