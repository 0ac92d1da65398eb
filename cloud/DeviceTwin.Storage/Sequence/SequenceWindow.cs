using System.Collections.Immutable;

namespace DeviceTwin.Storage.Sequence;

/// <summary>Numbers that are there without a hole.</summary>
/// <param name="Since">When the hole before the range was noticed; where there is none it means nothing.</param>
public readonly record struct SequenceRange(long First, long Last, DateTimeOffset Since);

/// <summary>Numbers that a boot must have given away and that did not arrive.</summary>
public readonly record struct SequenceGap(long First, long Last, DateTimeOffset Since)
{
    public long Count => Last - First + 1;
}

/// <summary>What a number means to a window.</summary>
public enum SequenceOutcome
{
    /// <summary>The next one.</summary>
    Next,

    /// <summary>New, with numbers left out before it.</summary>
    Ahead,

    /// <summary>It fills a gap, or a part of one.</summary>
    Filled,

    /// <summary>It was here before.</summary>
    Repeat,

    /// <summary>So old that the window no longer knows. Kept: a second copy does less harm than a loss.</summary>
    Behind,
}

/// <summary>
/// Which numbers of one boot of a device are there: a bounded list of ranges. In order, which is the rule, there is one range and it
/// grows. When there would be more than <see cref="Largest"/> of them, the oldest gap is given up. Immutable.
/// </summary>
/// <param name="Floor">All numbers up to here have been decided on, and it is no longer known which of them arrived.</param>
/// <param name="Top">The newest range.</param>
/// <param name="Below">The ranges below it, ascending.</param>
public sealed record SequenceWindow(
    string DeviceId, string BootId, long Floor, SequenceRange Top, ImmutableArray<SequenceRange> Below)
{
    /// <summary>Ranges kept at most: 64 stand for up to 64 gaps and take 2 KB.</summary>
    public const int Largest = 64;

    /// <summary>The largest number that a boot may give: beyond it JSON's numbers are no longer exact.</summary>
    public const long LargestNumber = (1L << 53) - 1;

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }

    /// <summary>Messages kept.</summary>
    public long Received { get; init; }

    /// <summary>Messages that came again and were not kept again.</summary>
    public long Repeats { get; init; }

    /// <summary>Messages that came after later ones.</summary>
    public long Filled { get; init; }

    /// <summary>Numbers whose place in the window was needed for newer ones.</summary>
    public long GivenUp { get; init; }

    /// <summary>Messages kept although they may have been here before: older than the window.</summary>
    public long Unsure { get; init; }

    /// <summary>Numbers that are missing and may still come.</summary>
    public long Missing => Gaps().Sum(gap => gap.Count);

    /// <summary>A boot that has just been heard of: by its first message. Numbers begin at 1.</summary>
    public static SequenceWindow Begin(string deviceId, string bootId, long number, DateTimeOffset at) =>
        new(deviceId, bootId, 0, new SequenceRange(number, number, at), []) { FirstAt = at, LastAt = at, Received = 1 };

    /// <summary>The window after a message with this number.</summary>
    /// <param name="largest">Ranges kept at most.</param>
    public (SequenceWindow Window, SequenceOutcome Outcome) Take(long number, DateTimeOffset at, int largest = Largest)
    {
        if (number == Top.Last + 1)
        {
            return (this with { Top = Top with { Last = number }, Received = Received + 1, LastAt = at }, SequenceOutcome.Next);
        }

        if (number > Top.Last)
        {
            var ahead = this with { Below = Below.Add(Top), Top = new SequenceRange(number, number, at), Received = Received + 1, LastAt = at };
            return (ahead.Shrink(largest), SequenceOutcome.Ahead);
        }

        if (number >= Top.First || (number > Floor && IndexOf(number) is >= 0 and var found && Below[found].Last >= number))
        {
            return (this with { Repeats = Repeats + 1, LastAt = at }, SequenceOutcome.Repeat);
        }

        if (number <= Floor)
        {
            return (this with { Unsure = Unsure + 1, Received = Received + 1, LastAt = at }, SequenceOutcome.Behind);
        }

        var filled = Fill(number) with { Filled = Filled + 1, Received = Received + 1, LastAt = at };
        return (filled.Shrink(largest), SequenceOutcome.Filled);
    }

    /// <summary>What is missing, ascending.</summary>
    public IEnumerable<SequenceGap> Gaps()
    {
        var end = Floor;
        foreach (var range in Below.Append(Top))
        {
            if (range.First > end + 1)
            {
                yield return new SequenceGap(end + 1, range.First - 1, range.Since);
            }

            end = range.Last;
        }
    }

    /// <summary>The last range below <see cref="Top"/> that begins at or before a number; -1 where there is none.</summary>
    private int IndexOf(long number)
    {
        var (low, high) = (0, Below.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            (low, high) = Below[middle].First <= number ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }

    private SequenceWindow Fill(long number)
    {
        var before = IndexOf(number);
        var after = before + 1 < Below.Length ? Below[before + 1] : Top;
        var joinsBefore = before >= 0 && Below[before].Last + 1 == number;
        var joinsAfter = after.First - 1 == number;
        var below = Below.ToBuilder();
        if (joinsBefore)
        {
            below[before] = below[before] with { Last = joinsAfter ? after.Last : number };
        }

        if (!joinsAfter)
        {
            if (!joinsBefore)
            {
                below.Insert(before + 1, new SequenceRange(number, number, after.Since));
            }

            return this with { Below = below.ToImmutable() };
        }

        var joined = joinsBefore ? below[before] : new SequenceRange(number, after.Last, after.Since);
        if (before + 1 < Below.Length)
        {
            if (joinsBefore)
            {
                below.RemoveAt(before + 1);
            }
            else
            {
                below[before + 1] = joined;
            }

            return this with { Below = below.ToImmutable() };
        }

        if (joinsBefore)
        {
            below.RemoveAt(before);
        }

        return this with { Top = joined, Below = below.ToImmutable() };
    }

    /// <summary>Gives up the oldest gaps until the ranges fit.</summary>
    private SequenceWindow Shrink(int largest)
    {
        var window = this;
        while (window.Below.Length + 1 > largest)
        {
            // The oldest range goes, and with it the gaps on both of its sides.
            var oldest = window.Below[0];
            var next = window.Below.Length > 1 ? window.Below[1] : window.Top;
            window = window with
            {
                Floor = next.First - 1,
                Below = window.Below.RemoveAt(0),
                GivenUp = window.GivenUp + (oldest.First - window.Floor - 1) + (next.First - oldest.Last - 1),
            };
        }

        return window;
    }
}
