using DeviceTwin.SensorNode.Twin;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>Hub, device and network at one moment, in numbers.</summary>
/// <param name="Knows">Reports that the hub has taken since the one that the device takes for its last; <see cref="Message.Most"/> = that many or more, one above = none.</param>
/// <param name="Attempt">The reminder that is next, from 1; 0 = the hub waits for nothing.</param>
/// <param name="Current">Whether the wait is for the version that the twin has now.</param>
/// <param name="Spent">The hub has sent all its reminders.</param>
internal readonly record struct World(
    int Hub, int Device, int Down, int Up, Faults Faults, byte Knows, byte Attempt, bool Current, bool Doubt, bool Spent)
{
    /// <summary>The same, without what makes no difference any more.</summary>
    public World Canonical => this with
    {
        Current = Current && (Attempt != 0 || Spent),
        Doubt = Doubt && Current && (Attempt != 0 || Spent),
        Spent = Spent && Current,
    };
}

/// <summary>What was done in a step.</summary>
internal enum Act
{
    Arrives,
    ArrivesTwice,
    IsLost,
    LinkBreaks,
    Reports,
    Finishes,
    Connects,
    DeviceWaited,
    HubWaited,
    Edits,
    Reboots,
    Restarts,
    ClockBack,
    Turned,
}

/// <param name="Right">Nothing goes wrong in it, and nobody decides anything anew.</param>
internal readonly record struct Step(Act Act, bool Down, int Place, HubDeed Deed, bool Right, World Next, string? Violation);

/// <summary>The rules by which hub, device and network go on: every step from a state, and what must hold of it.</summary>
internal sealed class Scenery
{
    private readonly Scope scope;
    private readonly DeviceSide device;
    private readonly Queues queues = new();

    public Scenery(Scope scope, ReconciliationTable table)
    {
        this.scope = scope;
        Hub = new HubSide(table, scope.Device == DeviceKind.Plain, scope.Restored);
        device = scope.Device == DeviceKind.Agent ? new AgentDevice() : new SdkDevice(scope.Device == DeviceKind.Plain);
        Start = new World(Hub.Start, device.Number(AgentDevice.Fresh), Queues.Empty, Queues.Empty, Faults.None, Message.Most + 1, 0, false, false, false);
        if (scope.Restored)
        {
            var ahead = scope.Device == DeviceKind.Agent
                ? AgentDevice.Fresh with { Applied = 9, A = new Property(9, 9, Codes.Applied, 9, false, false) }
                : SdkDevice.Ahead;
            Start = Start with { Hub = Hub.Restored(), Device = device.Number(ahead), Knows = Message.Most };
        }
    }

    public DeviceKind Kind => scope.Device;

    public HubSide Hub { get; }

    public World Start { get; }

    private bool Ordered => scope.Device != DeviceKind.Agent;

    /// <summary>Every step that is possible, those first that come first.</summary>
    public void Steps(World world, List<Step> steps)
    {
        var now = device[world.Device];
        var (down, up) = (queues[world.Down], queues[world.Up]);
        for (var place = 0; place < down.Length; place++)
        {
            Deliver(world, true, place, steps);
        }

        for (var place = 0; place < up.Length; place++)
        {
            Deliver(world, false, place, steps);
        }

        var online = now.Stage != TwinState.Offline;
        var due = now.Stage == TwinState.Current && now.IsDirty;
        if (due && up.Length < Scope.InFlight)
        {
            OnDevice(world, DeviceEvent.Due, Act.Reports, true, steps);
        }

        if (now.Unfinished)
        {
            OnDevice(world, DeviceEvent.Finish, Act.Finishes, true, steps);
        }

        if (!online)
        {
            Connect(world, steps);
        }

        Waits(world, now, quiet: online && down.Length + up.Length == 0 && !due && !now.Unfinished, steps);
        if (Hub.Version(world.Hub) <= scope.Versions && down.Length < Scope.InFlight)
        {
            // Each editor has its own order; who writes when is open.
            Edit(world, Hub.Desired(world.Hub, 0) is null or Values.Refused ? HubDeed.WriteGood : HubDeed.WriteBad, steps);
            Edit(world, Hub.IsConfigured(world.Hub) ? HubDeed.Unconfigure : HubDeed.Configure, steps);
        }

        if (May(world, Faults.Loss) && online)
        {
            Break(world with { Faults = world.Faults | Faults.Loss }, Act.LinkBreaks, DeviceEvent.Disconnected, HubDeed.Disconnected, steps);
        }

        if (May(world, Faults.Reboot))
        {
            Break(world with { Faults = world.Faults | Faults.Reboot }, Act.Reboots, DeviceEvent.Reboot, HubDeed.Disconnected, steps);
        }

        if (May(world, Faults.Restart))
        {
            Break(world with { Faults = world.Faults | Faults.Restart }, Act.Restarts, DeviceEvent.Disconnected, HubDeed.Restart, steps);
        }

        if (May(world, Faults.Clock) && scope.Device == DeviceKind.Plain)
        {
            var hub = Hub.Do(world.Hub, HubDeed.ClockBack);
            steps.Add(new Step(Act.ClockBack, false, 0, default, false, world with { Faults = world.Faults | Faults.Clock, Hub = hub.Next }, hub.Violation));
        }

        if (May(world, Faults.Turned) && now.A.Code == Codes.Applied && now.A.Wanted >= 0)
        {
            OnDevice(world with { Faults = world.Faults | Faults.Turned }, DeviceEvent.Turned, Act.Turned, false, steps);
        }
    }

    /// <summary>What must hold of every state; null where it does.</summary>
    public string? Violation(World world)
    {
        var now = device[world.Device];
        if (scope.Device != DeviceKind.Plain && !scope.Restored && !now.Turned)
        {
            for (var path = 0; path < 2; path++)
            {
                if (Hub.Stands(world.Hub, path) == ConvergenceState.InSync && Hub.Desired(world.Hub, path) != Property(now, path).Value)
                {
                    return $"the hub says that {(path == 0 ? "a" : "b")} is in sync, and the device has another value";
                }
            }
        }

        if (now.Stage != TwinState.Offline && world.Attempt == 0 && !world.Spent && Owes(world))
        {
            return "the device owes an answer, and the hub does not wait for it: " + Describe(world);
        }

        if (world.Faults == Faults.None && !scope.Restored && IsQuiet(world, now) && !AgreesButForTimers(world, now))
        {
            return "nothing went wrong, and yet only a wait that runs out could bring them to agree: " + Describe(world);
        }

        return null;
    }

    /// <summary>Whether nothing is to be done any more, and hub and device say the same.</summary>
    public bool Agrees(World world)
    {
        var now = device[world.Device];
        return IsQuiet(world, now) && world.Attempt == 0 && AgreesButForTimers(world, now);
    }

    public string Describe(World world)
    {
        var now = device[world.Device];
        return string.Join(", ", Enumerable.Range(0, 2).Select(path =>
            $"{(path == 0 ? "a" : "b")} is {Hub.Stands(world.Hub, path)?.ToString() ?? "not desired"} (desired {Number(Hub.Desired(world.Hub, path))}, on the device {Values.Number(Property(now, path).Value)})"))
            + $"; hub at version {Hub.Version(world.Hub)}, device at {now.Applied} and {now.Stage}";

        static string Number(int? value) => value is { } known ? Values.Number(known).ToString(System.Globalization.CultureInfo.InvariantCulture) : "nothing";
    }

    /// <summary>Messages sent in a step.</summary>
    public int Sent(World from, Step step)
    {
        var taken = step.Act == Act.Arrives ? 1 : 0;
        var before = queues[from.Down].Length + queues[from.Up].Length - taken;
        return Math.Max(0, queues[step.Next.Down].Length + queues[step.Next.Up].Length - before);
    }

    /// <summary>A step in words.</summary>
    public string Tell(World from, Step step)
    {
        var which = step.Down ? queues[from.Down] : queues[from.Up];
        var message = step.Act is Act.Arrives or Act.ArrivesTwice or Act.IsLost ? Message.Of(which[step.Place]).ToString() : "";
        var whom = step.Down ? "the device" : "the hub";
        return step.Act switch
        {
            Act.Arrives => step.Place == 0 ? $"{whom} gets {message}" : $"{whom} gets {message}, before what was sent earlier",
            Act.ArrivesTwice => $"{whom} gets {message}, and will get it again",
            Act.IsLost => $"lost on the way to {whom}: {message}",
            Act.LinkBreaks => "the connection breaks, and what was on its way is lost",
            Act.Reports => "the device reports",
            Act.Finishes => "the device has carried out what it had promised",
            Act.Connects => "the device connects",
            Act.DeviceWaited => "a wait of the device is over",
            Act.HubWaited => "a wait of the hub is over",
            Act.Edits => step.Deed switch
            {
                HubDeed.WriteGood => $"the first editor writes a: version {Hub.Version(step.Next.Hub)}",
                HubDeed.WriteBad => $"the first editor writes an a that the device refuses: version {Hub.Version(step.Next.Hub)}",
                HubDeed.Configure => $"the second editor's configuration sets b: version {Hub.Version(step.Next.Hub)}",
                _ => $"the second editor deletes the configuration: version {Hub.Version(step.Next.Hub)}",
            },
            Act.Reboots => "the device reboots",
            Act.Restarts => "the hub restarts",
            Act.ClockBack => "the hub's clock is set back",
            _ => "a person turns a to another value at the device",
        };
    }

    private static Property Property(Device now, int path) => path == 0 ? now.A : now.B;

    private bool May(World world, Faults fault) => (scope.Faults & fault) != 0 && (world.Faults & fault) == 0;

    private bool Owes(World world) => Hub.Stands(world.Hub, 0) is ConvergenceState.Unknown or ConvergenceState.Pending
        || Hub.Stands(world.Hub, 1) is ConvergenceState.Unknown or ConvergenceState.Pending;

    private bool IsQuiet(World world, Device now) =>
        now.Stage == TwinState.Current && !now.IsDirty && !now.Unfinished && world.Down == Queues.Empty && world.Up == Queues.Empty;

    private bool AgreesButForTimers(World world, Device now)
    {
        if (device.Refreshes && now.Applied != Hub.Version(world.Hub))
        {
            return false;
        }

        for (var path = 0; path < 2; path++)
        {
            var (desired, stands, property) = (Hub.Desired(world.Hub, path), Hub.Stands(world.Hub, path), Property(now, path));
            var agrees = desired switch
            {
                // Who follows nothing but its session may miss that something was taken back: there is no path left that would show it.
                null => !device.Refreshes || property.Value == 0,
                Values.Refused when scope.Device == DeviceKind.Plain => stands != ConvergenceState.InSync,
                Values.Refused => stands == ConvergenceState.Rejected && property.Code == Codes.Bad,
                _ when now.Turned && path == 0 && property.Value == Values.Local => stands == ConvergenceState.Drifted,
                _ => stands == ConvergenceState.InSync && property.Value == desired,
            };
            if (!agrees)
            {
                return false;
            }
        }

        return true;
    }

    private void Deliver(World world, bool toDevice, int place, List<Step> steps)
    {
        var queue = toDevice ? world.Down : world.Up;
        var message = queues[queue][place];
        var taken = With(world, toDevice, queues.Without(queue, place));
        if (place == 0)
        {
            Arrive(taken, toDevice, message, Act.Arrives, place, true, steps);
            if (May(world, Faults.Duplicate))
            {
                Arrive(world with { Faults = world.Faults | Faults.Duplicate }, toDevice, message, Act.ArrivesTwice, place, false, steps);
            }
        }
        else if (!Ordered && May(world, Faults.Reorder))
        {
            Arrive(taken with { Faults = world.Faults | Faults.Reorder }, toDevice, message, Act.Arrives, place, false, steps);
        }

        if (May(world, Faults.Loss))
        {
            steps.Add(new Step(Act.IsLost, toDevice, place, default, false, taken with { Faults = world.Faults | Faults.Loss }, null));
        }
    }

    private static World With(World world, bool down, int queue) => down ? world with { Down = queue } : world with { Up = queue };

    private void Arrive(World world, bool toDevice, ulong bits, Act act, int place, bool right, List<Step> steps)
    {
        if (toDevice)
        {
            OnDevice(world, DeviceEvent.Message, act, right, steps, bits, place);
            return;
        }

        var message = Message.Of(bits);
        string? violation = null;
        if (message.Kind == MessageKind.Get)
        {
            world = world with { Down = queues.Send(world.Down, Hub.Document(world.Hub, MessageKind.Twin)) };
        }
        else
        {
            var step = Hub.Do(world.Hub, HubDeed.Report, (message with { Kind = MessageKind.Report }).Bits);
            violation = step.Violation;
            world = world with
            {
                Hub = step.Next,
                Down = queues.Age(world.Down),
                Up = queues.Age(world.Up),
                Knows = (byte)(world.Knows > Message.Most ? world.Knows : Math.Min(Message.Most, world.Knows + 1)),
            };
            if (message.Kind == MessageKind.Report)
            {
                world = world with { Down = queues.Send(world.Down, new Message(MessageKind.Accepted, 0, default, default).Bits) };
            }

            world = Follow(world, step, world.Hub);
        }

        steps.Add(new Step(act, false, place, default, right, world, violation));
    }

    /// <summary>What the hub does after a step of its own: sends the patch, begins to wait, sends the document where it is in doubt.</summary>
    private World Follow(World world, HubStep step, int before)
    {
        var version = Hub.Version(step.Next);
        world = world with { Hub = step.Next, Current = world.Current && version == Hub.Version(before) };
        if (device[world.Device].Stage == TwinState.Offline)
        {
            return world;
        }

        if (step.Patch is { } patch && (step.Actions & ReconciliationActions.SendPatch) != 0)
        {
            world = world with { Down = queues.Send(world.Down, patch) };
        }

        var doubt = (step.Actions & ReconciliationActions.SendDocument) != 0;
        if ((step.Actions & ReconciliationActions.StartTimer) == 0)
        {
            return doubt ? world with { Down = queues.Send(world.Down, Hub.Document(world.Hub, MessageKind.Patch)) } : world;
        }

        if (world.Current && (world.Attempt != 0 || world.Spent) && (world.Doubt || !doubt))
        {
            return world;
        }

        world = world with { Attempt = 1, Current = true, Doubt = doubt, Spent = false };
        return doubt ? world with { Down = queues.Send(world.Down, Hub.Document(world.Hub, MessageKind.Patch)) } : world;
    }

    private void OnDevice(World world, DeviceEvent happened, Act act, bool right, List<Step> steps, ulong message = 0, int place = 0)
    {
        var before = device[world.Device];
        var (kind, lag) = (Message.Of(message).Kind, Message.Of(message).Lag);

        // Of the numbers of reports it matters only whether the one in the message is as the device expects: in a twin the last it knows, in a
        // confirmation the one after.
        var known = lag < Message.Most && world.Knows <= Message.Most && world.Knows - lag == (kind == MessageKind.Accepted ? 1 : 0);
        var step = device.Do(world.Device, happened, message & ~Message.LagBits, known);
        var violation = step.Violation;
        if (happened == DeviceEvent.Message && device[step.Next].Applied < before.Applied && !scope.Restored)
        {
            violation ??= "the device applies an older version over a newer";
        }

        world = Took(world, step, lag);
        steps.Add(new Step(act, act is Act.Arrives or Act.ArrivesTwice, place, default, right, world, violation));
    }

    private World Took(World world, DeviceStep step, int lag)
    {
        world = world with { Device = step.Next };
        if (step.Forgets)
        {
            world = world with { Down = queues.Forget(world.Down), Up = queues.Forget(world.Up) };
        }

        if (step.Sends != 0)
        {
            world = world with { Up = queues.Send(world.Up, step.Sends) };
        }

        return step.Knows switch
        {
            Knows.Nothing => world with { Knows = Message.Most + 1 },
            Knows.AsTheMessage => world with { Knows = (byte)lag },
            _ => world,
        };
    }

    private void Connect(World world, List<Step> steps)
    {
        var hub = Hub.Do(world.Hub, HubDeed.Connected);
        world = world with { Hub = hub.Next, Attempt = 0, Current = false, Doubt = false, Spent = false };
        if ((hub.Actions & ReconciliationActions.StartTimer) != 0)
        {
            world = world with { Attempt = 1, Current = true };
        }

        var step = device.Do(world.Device, DeviceEvent.Connected);
        steps.Add(new Step(Act.Connects, false, 0, default, true, Took(world, step, 0), hub.Violation ?? step.Violation));
    }

    private void Waits(World world, Device now, bool quiet, List<Step> steps)
    {
        var mayJump = May(world, Faults.Clock);
        var jumped = world with { Faults = world.Faults | Faults.Clock };
        if (now.Stage is TwinState.Reading or TwinState.ReadPause or TwinState.Reporting or TwinState.ReportPause)
        {
            if (quiet)
            {
                OnDevice(world, DeviceEvent.TimeIsUp, Act.DeviceWaited, true, steps);
            }
            else if (mayJump && queues[world.Up].Length < Scope.InFlight)
            {
                OnDevice(jumped, DeviceEvent.TimeIsUp, Act.DeviceWaited, false, steps);
            }
        }

        if (world.Attempt != 0 && now.Stage != TwinState.Offline)
        {
            if (quiet)
            {
                HubWaited(world, true, steps);
            }
            else if (mayJump && queues[world.Down].Length < Scope.InFlight)
            {
                HubWaited(jumped, false, steps);
            }
        }

        if (now.Stage == TwinState.Current && device.Refreshes)
        {
            if (quiet && world.Attempt == 0)
            {
                OnDevice(world, DeviceEvent.TimeIsUp, Act.DeviceWaited, !AgreesButForTimers(world, now), steps);
            }
            else if (mayJump && queues[world.Up].Length < Scope.InFlight)
            {
                OnDevice(jumped, DeviceEvent.TimeIsUp, Act.DeviceWaited, false, steps);
            }
        }
    }

    private void HubWaited(World world, bool right, List<Step> steps)
    {
        var step = Hub.Do(world.Hub, HubDeed.TimerElapsed);
        world = world with { Hub = step.Next };
        if ((step.Actions & ReconciliationActions.SendDocument) == 0)
        {
            world = world with { Attempt = 0, Current = false, Doubt = false, Spent = false };
        }
        else
        {
            var again = world.Attempt < scope.Resends && (step.Actions & ReconciliationActions.StartTimer) != 0;
            world = world with
            {
                Down = queues.Send(world.Down, Hub.Document(world.Hub, MessageKind.Patch)),
                Attempt = (byte)(again ? world.Attempt + 1 : 0),
                Spent = !again,
            };
        }

        steps.Add(new Step(Act.HubWaited, false, 0, default, right, world, step.Violation));
    }

    private void Edit(World world, HubDeed deed, List<Step> steps)
    {
        var step = Hub.Do(world.Hub, deed);
        steps.Add(new Step(Act.Edits, false, 0, deed, false, Follow(world, step, world.Hub), step.Violation));
    }

    private void Break(World world, Act act, DeviceEvent onDevice, HubDeed onHub, List<Step> steps)
    {
        var online = device[world.Device].Stage != TwinState.Offline;
        var step = device.Do(world.Device, onDevice);
        var hub = online || onHub == HubDeed.Restart ? Hub.Do(world.Hub, onHub) : new HubStep(world.Hub, ReconciliationActions.None, null, null);
        world = Took(world, step, 0) with
        {
            Hub = hub.Next,
            Down = Queues.Empty,
            Up = Queues.Empty,
            Attempt = 0,
            Current = false,
            Doubt = false,
            Spent = false,
        };
        steps.Add(new Step(act, false, 0, default, false, world, hub.Violation ?? step.Violation));
    }
}
