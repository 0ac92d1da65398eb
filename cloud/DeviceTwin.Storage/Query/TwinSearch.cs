using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage;

/// <summary>One page of the twins that satisfy a condition, in the order of their device ids.</summary>
/// <param name="After">The device id after which the page begins; null at the first.</param>
/// <param name="Presence">
/// Who is connected and when devices were last heard of, which no store keeps: the answer is as of this moment for these, and as of
/// the newest commit for the rest. Devices that are not in it count as never seen. Needed where <see cref="AsksPresence"/>.
/// </param>
public sealed record TwinSearch(TwinCondition Condition, string? After, int Limit, IReadOnlyDictionary<string, PresenceFact>? Presence)
{
    /// <summary>Whether a condition asks for what only <see cref="Presence"/> knows.</summary>
    public static bool AsksPresence(ConditionNode node) => node switch
    {
        Not not => AsksPresence(not.Inner),
        And and => and.Terms.Any(AsksPresence),
        Or or => or.Terms.Any(AsksPresence),
        Comparison comparison => AsksPresence(comparison.Left) || AsksPresence(comparison.Right),
        Membership membership => AsksPresence(membership.Value),
        IsDefined defined => AsksPresence(defined.Path),
        TextComparison text => AsksPresence(text.Value) || AsksPresence(text.Part),
        _ => false,
    };

    private static bool AsksPresence(Operand operand) => operand switch
    {
        PathOperand path => path.Path[0] is "connectionState" or "lastActivityTime",
        Arithmetic arithmetic => AsksPresence(arithmetic.Left) || AsksPresence(arithmetic.Right),
        _ => false,
    };
}

/// <summary>Whether a device is there, and when it was last heard of.</summary>
public sealed record PresenceFact(bool Connected, DateTimeOffset? LastActivityAt);

/// <summary>Finds twins by their contents.</summary>
public interface ITwinQueries
{
    /// <summary>
    /// Durable twins: whatever was acknowledged before the call is in the answer. Connection state and activity are those of
    /// <see cref="TwinSearch.Presence"/> where it is given.
    /// </summary>
    IReadOnlyList<TwinDocument> FindTwins(TwinSearch search);
}
