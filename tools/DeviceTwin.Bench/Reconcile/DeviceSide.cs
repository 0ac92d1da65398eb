using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>What happens to a device.</summary>
internal enum DeviceEvent
{
    /// <summary>The connection is there.</summary>
    Connected,

    /// <summary>The connection is gone.</summary>
    Disconnected,

    /// <summary>It loses everything but its settings.</summary>
    Reboot,

    /// <summary>A message comes.</summary>
    Message,

    /// <summary>It has something to report, and nothing is in the way.</summary>
    Due,

    /// <summary>A wait is over: for an answer, after a failure, or until the twin is read again.</summary>
    TimeIsUp,

    /// <summary>It carries out what it only promised so far.</summary>
    Finish,

    /// <summary>A person turns <c>a</c> to another value at the device.</summary>
    Turned,
}

/// <summary>Which report of the hub's the device knows after a step.</summary>
internal enum Knows
{
    /// <summary>The same as before.</summary>
    AsBefore,

    /// <summary>None.</summary>
    Nothing,

    /// <summary>That which the message speaks of.</summary>
    AsTheMessage,
}

/// <summary>One property on the device.</summary>
/// <param name="Wanted">The value desired; -1 = none.</param>
/// <param name="Value">The value in force.</param>
/// <param name="Code">What was made of it; see <see cref="Codes"/>.</param>
/// <param name="Version">The version acknowledged.</param>
/// <param name="Dirty">To be reported.</param>
/// <param name="Flying">Part of the report under way.</param>
internal readonly record struct Property(sbyte Wanted, byte Value, byte Code, byte Version, bool Dirty, bool Flying)
{
    public static readonly Property Initial = new(-1, 0, Codes.None, 0, false, false);

    public Property Abandoned => this with { Dirty = Dirty || Flying, Flying = false };
}

/// <summary>A device. What stands for nothing in its model stays at its default.</summary>
/// <param name="Stage">Where the conversation stands.</param>
/// <param name="Applied">Desired version applied last; 0 before the first.</param>
/// <param name="Noted">Greatest version of a patch that came while the twin was read.</param>
internal readonly record struct Device(
    TwinState Stage, byte Applied, byte Noted, bool AwaitsTwin, bool AwaitsAccept, bool SawOlder, bool HasRead, bool Unfinished, bool Turned, Property A, Property B)
{
    public bool IsDirty => A.Dirty || B.Dirty;
}

/// <param name="Sends">What it sends; 0 = nothing.</param>
/// <param name="Forgets">Whether what was asked before counts no more.</param>
internal sealed record DeviceStep(int Next, ulong Sends, bool Forgets, Knows Knows, string? Violation);

/// <summary>A sort of device: what it does about what happens. Devices in the same condition have one number.</summary>
internal abstract class DeviceSide
{
    private readonly List<Device> devices = [];
    private readonly Dictionary<Device, int> numbers = [];
    private readonly Dictionary<(int, DeviceEvent, ulong, bool), DeviceStep> steps = [];
    private ulong sends;
    private bool forgets;
    private Knows knows;
    private string? violation;

    /// <summary>Whether it reads its twin again now and then although nothing happened.</summary>
    public abstract bool Refreshes { get; }

    public Device this[int device] => devices[device];

    public int Number(Device device)
    {
        if (!numbers.TryGetValue(device, out var number))
        {
            number = devices.Count;
            devices.Add(device);
            numbers.Add(device, number);
        }

        return number;
    }

    /// <param name="known">Whether the message speaks of the report that the device expects there.</param>
    public DeviceStep Do(int device, DeviceEvent happened, ulong message = 0, bool known = false)
    {
        if (!steps.TryGetValue((device, happened, message, known), out var step))
        {
            (sends, forgets, knows, violation) = (0, false, Knows.AsBefore, null);
            var after = On(devices[device], happened, Message.Of(message), known);

            // What was noted matters only while the twin is read.
            after = after.Stage is TwinState.Reading or TwinState.ReadPause ? after : after with { Noted = 0 };
            step = new DeviceStep(Number(after), sends, forgets, knows, violation);
            steps.Add((device, happened, message, known), step);
        }

        return step;
    }

    protected abstract Device On(Device device, DeviceEvent happened, Message message, bool known);

    protected void Send(Message message) => sends = message.Bits;

    /// <summary>What was asked before is awaited no more.</summary>
    protected void Forget() => forgets = true;

    protected void Learn(Knows what) => knows = what;

    protected void Require(bool holds, string what) => violation ??= holds ? null : what;

    protected static Device Abandon(Device device) => device with { A = device.A.Abandoned, B = device.B.Abandoned };

    protected static Device Confirm(Device device) => device with { A = device.A with { Flying = false }, B = device.B with { Flying = false } };
}

/// <summary>
/// The firmware's twin agent: the table of its conversation is the product's own, what its actions do is told here for two properties that are
/// judged each by itself.
/// </summary>
internal sealed class AgentDevice : DeviceSide
{
    public override bool Refreshes => true;

    public static Device Fresh => new(TwinState.Offline, 0, 0, false, false, false, false, false, false, Property.Initial, Property.Initial);

    protected override Device On(Device device, DeviceEvent happened, Message message, bool known)
    {
        switch (happened)
        {
            case DeviceEvent.Connected:
                return Handle(device, TwinEvent.Connected, message, known);
            case DeviceEvent.Disconnected:
                return Handle(device, TwinEvent.Disconnected, message, known);
            case DeviceEvent.Reboot:
                Forget();
                Learn(Knows.Nothing);
                return Fresh with { A = Property.Initial with { Value = device.A.Value }, B = Property.Initial with { Value = device.B.Value } };
            case DeviceEvent.Due:
                return Handle(device, TwinEvent.ReportDue, message, known);
            case DeviceEvent.TimeIsUp:
                return device.Stage switch
                {
                    TwinState.Reading => Handle(device, TwinEvent.ReadFailed, message, known),
                    TwinState.Reporting => Handle(device, TwinEvent.ReportFailed, message, known),
                    _ => Handle(device, TwinEvent.TimeIsUp, message, known),
                };
            case DeviceEvent.Message:
                return Arrived(device, message, known);
            default:
                return device;
        }
    }

    private Device Arrived(Device device, Message message, bool known)
    {
        switch (message.Kind)
        {
            case MessageKind.Twin when device.AwaitsTwin:
                device = device with { AwaitsTwin = false };
                if (message.Version < device.Applied && !device.SawOlder)
                {
                    return Handle(device with { SawOlder = true }, TwinEvent.ReadFailed, message, known);
                }

                return Handle(device, TwinEvent.TwinArrived, message, known);
            case MessageKind.Accepted when device.AwaitsAccept:
                Learn(Knows.AsTheMessage);
                device = Handle(device with { AwaitsAccept = false }, TwinEvent.ReportAccepted, message, known);
                return known ? device : device with { A = device.A with { Dirty = true }, B = device.B with { Dirty = true } };
            case MessageKind.Patch:
                return Handle(
                    device,
                    message.Version <= device.Applied ? TwinEvent.PatchOld : message.Version == device.Applied + 1 ? TwinEvent.PatchNext : TwinEvent.PatchGap,
                    message,
                    known);
            default:
                return device;
        }
    }

    private Device Handle(Device device, TwinEvent happened, Message message, bool known)
    {
        var action = TwinTable.Action(device.Stage, happened);
        device = device with { Stage = TwinTable.Next(device.Stage, happened) };
        switch (action)
        {
            case TwinAction.Read:
                Forget();
                Send(new Message(MessageKind.Get, 0, default, default));
                return Abandon(device) with { Noted = 0, AwaitsTwin = true, AwaitsAccept = false };
            case TwinAction.ApplyTwin:
                return ApplyTwin(device, message, known);
            case TwinAction.ApplyPatch:
                return Apply(device, message, whole: false, repeat: false);
            case TwinAction.NotePatch:
                return device with { Noted = (byte)Math.Max(device.Noted, message.Version) };
            case TwinAction.Report:
                device = Abandon(device);
                Forget();
                Send(new Message(MessageKind.Report, 0, Item(device.A), Item(device.B)));
                return device with { AwaitsAccept = true, A = device.A with { Dirty = false, Flying = device.A.Dirty }, B = device.B with { Dirty = false, Flying = device.B.Dirty } };
            case TwinAction.Confirm:
                return Confirm(device);
            case TwinAction.Forget:
                Forget();
                return Abandon(device) with { AwaitsTwin = false, AwaitsAccept = false };
            default:
                return device;
        }
    }

    private Device ApplyTwin(Device device, Message message, bool known)
    {
        var gap = device.Noted > message.Version;
        var other = message.Version != device.Applied || !known;
        Learn(Knows.AsTheMessage);
        device = device with { SawOlder = false };
        if (!known)
        {
            device = device with { A = device.A with { Dirty = true }, B = device.B with { Dirty = true } };
        }

        device = Apply(device, message, whole: true, repeat: !other);
        return gap ? Handle(device, TwinEvent.PatchGap, message, known) : device;
    }

    private Device Apply(Device device, Message message, bool whole, bool repeat) => device with
    {
        Applied = (byte)message.Version,
        A = Settle(device.A, message.A, message.Version, whole, repeat),
        B = Settle(device.B, message.B, message.Version, whole, repeat),
    };

    private static Property Settle(Property property, Item item, int version, bool whole, bool repeat)
    {
        var met = item.Form != Form.Absent || (whole && property.Wanted >= 0);
        var wanted = item.Form switch { Form.Value => item.Value, Form.Null => -1, _ => whole ? -1 : property.Wanted };
        var (value, code) = wanted < 0 ? (0, Codes.None) : wanted == Values.Refused ? (property.Value, Codes.Bad) : (wanted, Codes.Applied);
        property = property with { Wanted = (sbyte)wanted };
        return (met && !repeat) || value != property.Value || code != property.Code
            ? property with { Value = (byte)value, Code = (byte)code, Version = (byte)version, Dirty = true }
            : property;
    }

    private static Item Item(Property property) => property.Dirty ? new Item(Form.Value, property.Value, property.Code, property.Version) : default;
}

/// <summary>
/// A device as people build them with an SDK: it reads its twin once after its start and trusts its session from then on, takes what comes, reads
/// nothing again by itself, and sees to it that its reports arrive. All that brings it a lost change is the hub.
/// </summary>
/// <param name="plain">Reports values without acknowledgements. Else it acknowledges, and <c>b</c> with 202 first.</param>
internal sealed class SdkDevice(bool plain) : DeviceSide
{
    public override bool Refreshes => false;

    public static Device Fresh => new(TwinState.Offline, 0, 0, false, false, false, false, false, false, Property.Initial, Property.Initial);

    /// <summary>One that was online before the hub was set back.</summary>
    public static Device Ahead => Fresh with { HasRead = true, Applied = 9, A = new Property(9, 9, Codes.Applied, 9, true, false) };

    protected override Device On(Device device, DeviceEvent happened, Message message, bool known)
    {
        switch (happened)
        {
            case DeviceEvent.Connected:
                return device.HasRead ? device with { Stage = TwinState.Current } : Read(device);
            case DeviceEvent.Disconnected:
                Forget();
                return Abandon(device) with { Stage = TwinState.Offline, AwaitsAccept = false, AwaitsTwin = false };
            case DeviceEvent.Reboot:
                Forget();
                return Fresh with { Turned = device.Turned, A = Property.Initial with { Value = device.A.Value }, B = Property.Initial with { Value = device.B.Value } };
            case DeviceEvent.Due:
                return Report(device);
            case DeviceEvent.TimeIsUp:
                return device.Stage == TwinState.Reading ? Read(device) : Report(Abandon(device));
            case DeviceEvent.Finish:
                return device with { Unfinished = false, B = device.B with { Code = Codes.Applied, Dirty = true, Value = (byte)device.B.Wanted } };
            case DeviceEvent.Turned:
                return device with { Turned = true, A = device.A with { Value = Values.Local, Dirty = true } };
            case DeviceEvent.Message when message.Kind == MessageKind.Twin && device.AwaitsTwin:
                device = device with { Stage = TwinState.Current, AwaitsTwin = false, HasRead = true };

                // A patch that overtook the answer is newer than it.
                return message.Version < device.Applied ? device : Apply(device, message);
            case DeviceEvent.Message when message.Kind == MessageKind.Accepted && device.AwaitsAccept:
                return Confirm(device) with { Stage = TwinState.Current, AwaitsAccept = false };
            case DeviceEvent.Message when message.Kind == MessageKind.Patch:
                return Apply(device, message);
            default:
                return device;
        }
    }

    private Device Read(Device device)
    {
        Forget();
        Send(new Message(MessageKind.Get, 0, default, default));
        return device with { Stage = TwinState.Reading, AwaitsTwin = true };
    }

    private Device Report(Device device)
    {
        Forget();
        Send(new Message(MessageKind.Report, 0, Item(device.A), Item(device.B)));
        return device with
        {
            Stage = TwinState.Reporting,
            AwaitsAccept = true,
            A = device.A with { Dirty = false, Flying = device.A.Dirty },
            B = device.B with { Dirty = false, Flying = device.B.Dirty },
        };
    }

    private Device Apply(Device device, Message message)
    {
        var b = Settle(device.B, message.B, message.Version);
        var later = !plain && message.B.Form == Form.Value && b.Value != device.B.Value;
        return device with
        {
            Applied = (byte)message.Version,
            A = Settle(device.A, message.A, message.Version),
            Unfinished = later || (device.Unfinished && message.B.Form == Form.Absent),
            B = later ? b with { Value = device.B.Value, Code = Codes.InProgress } : b,
        };
    }

    private static Property Settle(Property property, Item item, int version) => item.Form switch
    {
        Form.Absent => property,
        Form.Null => property with { Wanted = -1, Value = 0, Code = Codes.None, Version = 0, Dirty = true },
        _ when item.Value == Values.Refused => property with { Wanted = (sbyte)item.Value, Code = Codes.Bad, Version = (byte)version, Dirty = true },
        _ => property with { Wanted = (sbyte)item.Value, Value = (byte)item.Value, Code = Codes.Applied, Version = (byte)version, Dirty = true },
    };

    private Item Item(Property property) =>
        !property.Dirty ? default
        : plain ? new Item(Form.Plain, property.Value)
        : property is { Wanted: < 0, Code: Codes.None } ? new Item(Form.Null)
        : new Item(Form.Value, property.Value, property.Code, property.Version);
}
