using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DeviceTwin.Storage.Audit;

/// <summary>A place in the chain: a row's number and its hash. Kept elsewhere it proves later that everything up to it is as it was.</summary>
/// <param name="Id">0 = before the first row there ever was.</param>
/// <param name="Hash">64 hexadecimal digits.</param>
public sealed record AuditHead(long Id, string Hash)
{
    /// <summary>Where a new log begins.</summary>
    public static readonly AuditHead Beginning = new(0, new string('0', 64));
}

/// <summary>What is wrong with a log; the names in camel case are words of the interface.</summary>
public enum AuditFlawKind
{
    /// <summary>A row is not what it was when it was written.</summary>
    Changed,

    /// <summary>A row that was written is not there.</summary>
    Missing,

    /// <summary>A row is there that was not written between its neighbours.</summary>
    Inserted,

    /// <summary>A row stands at another place than it was written at.</summary>
    Reordered,

    /// <summary>A row carries no hash: it is from before the chain, or not from a log.</summary>
    Unchained,

    /// <summary>The log does not begin where its archive ended.</summary>
    AnchorDiffers,

    /// <summary>A head that was kept elsewhere is not in the log.</summary>
    HeadDiffers,
}

/// <param name="Id">The first row that does not fit.</param>
/// <param name="Sentence">What is wrong with it.</param>
public sealed record AuditFlaw(AuditFlawKind Kind, long Id, string Sentence)
{
    /// <summary>The kind as it is said to programs.</summary>
    public string Word => JsonNamingPolicy.CamelCase.ConvertName(Kind.ToString());
}

/// <summary>What was proven of a log.</summary>
/// <param name="Anchor">What the first row follows.</param>
/// <param name="Head">The last row that fits.</param>
/// <param name="Rows">How many rows fit.</param>
/// <param name="Flaw">The first thing that does not fit; null where everything does.</param>
public sealed record AuditProof(AuditHead Anchor, AuditHead Head, long Rows, AuditFlaw? Flaw)
{
    public bool IsIntact => Flaw is null;
}

/// <summary>
/// The chain over the audit log: every row carries the hash of the row before and its own, <c>SHA-256(previous, line feed, canonical row)</c> with
/// the previous hash as hexadecimal digits. Pure.
/// </summary>
public static class AuditChain
{
    /// <summary>How far from its number a row is looked for that stands at another place.</summary>
    private const int Neighbourhood = 1000;

    /// <summary>The hash of a row that follows another.</summary>
    public static string Hash(string previous, long id, AuditRow row)
    {
        var canonical = AuditEntry.CanonicalUtf8(id, row);
        var text = new byte[previous.Length + 1 + canonical.Length];
        Encoding.ASCII.GetBytes(previous, text);
        text[previous.Length] = (byte)'\n';
        canonical.CopyTo(text.AsSpan(previous.Length + 1));
        return Convert.ToHexStringLower(SHA256.HashData(text));
    }

    /// <summary>Walks over a log and says whether it is whole, or what is the first thing that does not fit.</summary>
    /// <param name="anchor">What the first row follows.</param>
    /// <param name="rows">In the order in which they stand.</param>
    /// <param name="last">The last number that was ever given, where that is known: rows may be missing at the end.</param>
    /// <param name="kept">A head that was kept elsewhere; null = none.</param>
    public static AuditProof Verify(AuditHead anchor, IEnumerable<AuditEntry> rows, long? last = null, AuditHead? kept = null)
    {
        using var walk = rows.GetEnumerator();
        var (before, head) = (anchor, anchor);
        var count = 0L;
        var isFound = kept is null || kept == anchor;
        if (kept is not null && kept.Id <= anchor.Id && !isFound)
        {
            return Broken(kept.Id == anchor.Id
                ? new AuditFlaw(AuditFlawKind.HeadDiffers, kept.Id, $"Row {kept.Id} had the hash {kept.Hash} when its head was kept; the log follows {anchor.Hash}.")
                : new AuditFlaw(AuditFlawKind.HeadDiffers, kept.Id, $"Row {kept.Id} is not in this log any more, which begins after row {anchor.Id}: verify the archive that holds it together with the log."));
        }

        for (var current = Next(walk); current is not null;)
        {
            var next = Next(walk);
            if (!Follows(head, current))
            {
                return Broken(Judge(before, head, anchor, current, next, walk));
            }

            if (ArchivedTo(current.Row) is { } archive && archive.Id == anchor.Id && archive.Hash != anchor.Hash)
            {
                return Broken(new AuditFlaw(
                    AuditFlawKind.AnchorDiffers, current.Id, $"Row {current.Id} says that the archive ended with {archive.Hash} at row {archive.Id}; the log follows {anchor.Hash}."));
            }

            (before, head) = (head, new AuditHead(current.Id, current.Hash!));
            count++;
            if (kept?.Id == head.Id)
            {
                if (kept != head)
                {
                    return Broken(new AuditFlaw(AuditFlawKind.HeadDiffers, head.Id, $"Row {head.Id} had the hash {kept.Hash} when its head was kept; now it has {head.Hash}: it, or what is before it, was written anew."));
                }

                isFound = true;
            }

            current = next;
        }

        if (last > head.Id)
        {
            return Broken(new AuditFlaw(AuditFlawKind.Missing, head.Id + 1, $"Row {head.Id + 1} is missing: numbers up to {last} were given, and the log ends with {head.Id}."));
        }

        return isFound ? new AuditProof(anchor, head, count, null)
            : Broken(new AuditFlaw(AuditFlawKind.HeadDiffers, kept!.Id, $"Row {kept.Id}, whose head was kept, is missing: the log ends with row {head.Id}."));

        AuditProof Broken(AuditFlaw flaw) => new(anchor, head, count, flaw);
    }

    private static bool Follows(AuditHead head, AuditEntry entry) =>
        entry.Id == head.Id + 1 && entry.Previous == head.Hash && FitsAs(entry, entry.Id);

    private static bool FitsAs(AuditEntry entry, long id) =>
        entry is { Previous: { } previous, Hash: { } hash } && hash == Hash(previous, id, entry.Row);

    /// <summary>What is wrong with the first row that does not follow the one before.</summary>
    private static AuditFlaw Judge(AuditHead before, AuditHead head, AuditHead anchor, AuditEntry current, AuditEntry? next, IEnumerator<AuditEntry> rest)
    {
        var expected = head.Id + 1;
        if (current.Previous is null || current.Hash is null)
        {
            return new AuditFlaw(AuditFlawKind.Unchained, current.Id, $"Row {current.Id} carries no hash: it is from before the chain, or was not written by a hub.");
        }

        // The one before has a hash of its own that fits; only what was written after the true one tells.
        if (current.Previous == before.Hash && head.Id > anchor.Id && (FitsAs(current, head.Id) || FitsAs(current, current.Id)))
        {
            return Inserted(head.Id);
        }

        if (current.Id > expected)
        {
            return After(next, rest).Any(entry => entry.Id == expected) ? Reordered(expected, current.Id) : Missing(expected);
        }

        if (current.Id < expected)
        {
            return next is not null && Follows(head, next) ? Inserted(current.Id) : Reordered(current.Id, expected);
        }

        if (FitsAs(current, expected))
        {
            return head.Id > anchor.Id
                ? new AuditFlaw(AuditFlawKind.Changed, head.Id, $"Row {head.Id} was changed: row {expected} was written after another one.")
                : new AuditFlaw(AuditFlawKind.AnchorDiffers, expected, $"Row {expected} does not follow row {anchor.Id}, after which the log begins.");
        }

        var isNextTheTrueOne = next is not null && next.Previous == head.Hash && FitsAs(next, expected);
        if (PlaceOf(current) is { } place && !(place < expected && isNextTheTrueOne))
        {
            return place < expected || After(next, rest).Any(entry => entry.Previous == head.Hash) ? Reordered(place, expected) : Missing(expected);
        }

        return isNextTheTrueOne
            ? Inserted(current.Id)
            : new AuditFlaw(AuditFlawKind.Changed, current.Id, $"Row {current.Id} was changed: its hash is that of other content.");
    }

    private static AuditFlaw Inserted(long id) => new(AuditFlawKind.Inserted, id, $"Row {id} was put in: the rows around it were written one after the other without it.");

    private static AuditFlaw Missing(long id) => new(AuditFlawKind.Missing, id, $"Row {id} is missing.");

    private static AuditFlaw Reordered(long id, long place) => new(AuditFlawKind.Reordered, place, $"Row {id} does not stand at its place, {place} does.");

    private static long? PlaceOf(AuditEntry entry)
    {
        for (var distance = 1; distance <= Neighbourhood; distance++)
        {
            if (FitsAs(entry, entry.Id - distance))
            {
                return entry.Id - distance;
            }

            if (FitsAs(entry, entry.Id + distance))
            {
                return entry.Id + distance;
            }
        }

        return null;
    }

    private static IEnumerable<AuditEntry> After(AuditEntry? next, IEnumerator<AuditEntry> rest)
    {
        for (var entry = next; entry is not null; entry = Next(rest))
        {
            yield return entry;
        }
    }

    private static AuditEntry? Next(IEnumerator<AuditEntry> walk) => walk.MoveNext() ? walk.Current : null;

    /// <summary>Where an archive ended, by the row that says so.</summary>
    private static AuditHead? ArchivedTo(AuditRow row)
    {
        if (row.Action != "audit.archive" || row.Value is null)
        {
            return null;
        }

        try
        {
            using var value = JsonDocument.Parse(row.Value);
            return value.RootElement.TryGetProperty("last", out var last) && value.RootElement.TryGetProperty("hash", out var hash)
                ? new AuditHead(last.GetInt64(), hash.GetString() ?? "")
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
