namespace DeviceTwin.Bench.Reconcile;

/// <summary>What travels between hub and device.</summary>
internal enum MessageKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Up: the device asks for its twin.</summary>
    Get,

    /// <summary>Up: a report whose confirmation is awaited.</summary>
    Report,

    /// <summary>Up: a report that its device has given up; the hub takes it all the same.</summary>
    OldReport,

    /// <summary>Down: the answer to <see cref="Get"/>, the whole desired document.</summary>
    Twin,

    /// <summary>Down: the hub has taken a report.</summary>
    Accepted,

    /// <summary>Down: a desired patch, or the whole document in the place of one.</summary>
    Patch,
}

/// <summary>How a property stands in a message.</summary>
internal enum Form
{
    /// <summary>Not mentioned.</summary>
    Absent,

    /// <summary>Null: taken back.</summary>
    Null,

    /// <summary>A value, in a report an acknowledged one.</summary>
    Value,

    /// <summary>A value reported without an acknowledgement.</summary>
    Plain,
}

/// <summary>One property in a message, in 13 bits.</summary>
/// <param name="Value">See <see cref="Values"/>.</param>
/// <param name="Code">See <see cref="Codes"/>.</param>
/// <param name="Version">The acknowledged version.</param>
internal readonly record struct Item(Form Form, int Value = 0, int Code = 0, int Version = 0)
{
    public ulong Bits => (ulong)((int)Form | (Value << 2) | (Code << 6) | (Version << 8));

    public static Item Of(ulong bits) => new((Form)(bits & 3), (int)(bits >> 2) & 15, (int)(bits >> 6) & 3, (int)(bits >> 8) & 31);
}

/// <summary>A message in 40 bits.</summary>
/// <param name="Version">The desired version it brings.</param>
/// <param name="Lag">How many reports the hub has taken since it wrote this; <see cref="Most"/> = that many or more.</param>
internal readonly record struct Message(MessageKind Kind, int Version, Item A, Item B, int Lag = 0)
{
    /// <summary>What counts as long ago.</summary>
    public const int Most = 4;

    /// <summary>The bits of <see cref="Lag"/>.</summary>
    public const ulong LagBits = 7ul << 8;

    public ulong Bits => (ulong)Kind | ((ulong)Version << 3) | ((ulong)Lag << 8) | (A.Bits << 11) | (B.Bits << 24);

    public static Message Of(ulong bits) => new(
        (MessageKind)(bits & 7), (int)(bits >> 3) & 31, Item.Of((bits >> 11) & 0x1FFF), Item.Of((bits >> 24) & 0x1FFF), (int)(bits >> 8) & 7);

    public override string ToString() => Kind switch
    {
        MessageKind.Get => "the request for the twin",
        MessageKind.Twin => $"the twin, version {Version}: {Document}",
        MessageKind.Accepted => "the confirmation",
        MessageKind.Patch => $"version {Version}: {Document}",
        _ => $"the report {Document}",
    };

    private string Document => "{" + string.Join(", ", new[] { Text("a", A), Text("b", B) }.OfType<string>()) + "}";

    private static string? Text(string name, Item item) => item.Form switch
    {
        Form.Absent => null,
        Form.Null => $"{name}: null",
        Form.Plain => $"{name}: {Values.Number(item.Value)}",
        _ => item.Code == Codes.None ? $"{name}: {Values.Number(item.Value)}" : $"{name}: {Values.Number(item.Value)} ac {Codes.Number(item.Code)} av {item.Version}",
    };
}

/// <summary>Values: 0 is the device's own, 1 to 12 that of the version in which it was written, then what it refuses and what a person turned it to.</summary>
internal static class Values
{
    public const int Refused = 13;
    public const int Local = 14;

    public static int Number(int value) => value switch { 0 => 100, Refused => -1, Local => 555, _ => value };

    public static int Of(long number) => number switch { 100 => 0, -1 => Refused, 555 => Local, _ => (int)number };
}

/// <summary>Acknowledgement codes.</summary>
internal static class Codes
{
    public const int None = 0;
    public const int Applied = 1;
    public const int InProgress = 2;
    public const int Bad = 3;

    /// <summary>Initial values are reported with version 0, which no change has.</summary>
    public static int Number(int code) => code switch { Applied => 200, InProgress => 202, Bad => 400, _ => 0 };
}

/// <summary>Messages on their way in one direction, each list kept once.</summary>
internal sealed class Queues
{
    /// <summary>Places: what is sent by itself takes two, an answer the third; what finds none is lost.</summary>
    public const int Room = 3;

    private readonly List<ulong[]> lists = [[]];
    private readonly Dictionary<(int, ulong), int> children = [];
    private readonly Dictionary<(int, int), int> without = [];
    private readonly Dictionary<(int, int), int> edited = [];

    public static int Empty => 0;

    public ulong[] this[int queue] => lists[queue];

    public int Append(int queue, ulong message)
    {
        if (!children.TryGetValue((queue, message), out var child))
        {
            child = lists.Count;
            lists.Add([.. lists[queue], message]);
            children.Add((queue, message), child);
        }

        return child;
    }

    public int Send(int queue, ulong message) => lists[queue].Length >= Room ? queue : Append(queue, message);

    public int Without(int queue, int place)
    {
        if (!without.TryGetValue((queue, place), out var rest))
        {
            rest = Make(lists[queue].Where((_, index) => index != place));
            without.Add((queue, place), rest);
        }

        return rest;
    }

    /// <summary>The hub has taken a report: what it wrote before is older by one.</summary>
    public int Age(int queue) => Edit(queue, 0, static message => message with { Lag = Math.Min(Message.Most, message.Lag + (message.Kind is MessageKind.Twin or MessageKind.Accepted ? 1 : 0)) });

    /// <summary>What answers a request that is not awaited any more, and requests that nobody awaits: they change nothing.</summary>
    public int Forget(int queue) => Edit(queue, 1, static message => message.Kind switch
    {
        MessageKind.Get or MessageKind.Twin or MessageKind.Accepted => default,
        MessageKind.Report => message with { Kind = MessageKind.OldReport },
        _ => message,
    });

    private int Edit(int queue, int edit, Func<Message, Message> change)
    {
        if (!edited.TryGetValue((queue, edit), out var after))
        {
            after = Make(lists[queue].Select(message => change(Message.Of(message)).Bits).Where(static message => message != 0));
            edited.Add((queue, edit), after);
        }

        return after;
    }

    private int Make(IEnumerable<ulong> messages) => messages.Aggregate(Empty, Append);
}
