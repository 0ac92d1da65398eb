using System.Globalization;

namespace DeviceTwin.Storage.History;

/// <summary>Buckets of time that values are summed up in.</summary>
public enum HistoryResolution
{
    Raw = 0,
    Minute = 60,
    Hour = 3600,
    Day = 86400,
}

/// <summary>What a series was in a bucket: its numbers by smallest, largest, sum and count, its words by count. Adding is exact and in any order
/// for whole numbers and words; sums of other numbers are those of <see cref="double"/>.</summary>
public sealed class RollupCell
{
    /// <summary>Words counted by name; the others count together as <see cref="OtherWords"/>.</summary>
    public const int MostWords = 32;

    /// <summary>No word of a message: those are at most <see cref="SampleReader.LongestText"/> long and this is no text.</summary>
    public const string OtherWords = "\uFFFF";

    private readonly SortedDictionary<string, long> words = new(StringComparer.Ordinal);
    private long integers;
    private long smallestInteger = long.MaxValue;
    private long largestInteger = long.MinValue;
    private Int128 integerSum;
    private long reals;
    private double smallestReal = double.PositiveInfinity;
    private double largestReal = double.NegativeInfinity;
    private double realSum;

    /// <summary>Numbers.</summary>
    public long Count => integers + reals;

    public double Min => Math.Min(integers > 0 ? smallestInteger : double.PositiveInfinity, smallestReal);

    public double Max => Math.Max(integers > 0 ? largestInteger : double.NegativeInfinity, largestReal);

    public double Mean => reals == 0 ? (double)integerSum / integers : ((double)integerSum + realSum) / Count;

    public IReadOnlyDictionary<string, long> Words => words;

    public void Add(HistoryValue value)
    {
        switch (value.Kind)
        {
            case HistoryKind.Integer:
                integers++;
                smallestInteger = Math.Min(smallestInteger, value.Integer);
                largestInteger = Math.Max(largestInteger, value.Integer);
                integerSum += value.Integer;
                break;
            case HistoryKind.Real:
                reals++;
                smallestReal = Math.Min(smallestReal, value.Real);
                largestReal = Math.Max(largestReal, value.Real);
                realSum += value.Real;
                break;
            default:
                AddWord(value.Word, 1);
                break;
        }
    }

    public void Add(RollupCell other)
    {
        integers += other.integers;
        smallestInteger = Math.Min(smallestInteger, other.smallestInteger);
        largestInteger = Math.Max(largestInteger, other.largestInteger);
        integerSum += other.integerSum;
        reals += other.reals;
        smallestReal = Math.Min(smallestReal, other.smallestReal);
        largestReal = Math.Max(largestReal, other.largestReal);
        realSum += other.realSum;
        foreach (var (word, count) in other.words)
        {
            AddWord(word, count);
        }
    }

    /// <summary>The cell as series of a block: the parts have names of their own behind a line feed, which no series has.</summary>
    internal void Write(string series, List<KeyValuePair<string, HistoryValue>> values)
    {
        void Put(string part, HistoryValue value) => values.Add(KeyValuePair.Create(series + "\n" + part, value));

        if (integers > 0)
        {
            Put("n", HistoryValue.Of(integers));
            Put("<", HistoryValue.Of(smallestInteger));
            Put(">", HistoryValue.Of(largestInteger));
            Put("s", integerSum >= long.MinValue && integerSum <= long.MaxValue
                ? HistoryValue.Of((long)integerSum)
                : HistoryValue.Of(integerSum.ToString(CultureInfo.InvariantCulture)));
        }

        if (reals > 0)
        {
            Put("N", HistoryValue.Of(reals));
            Put("{", HistoryValue.Of(smallestReal));
            Put("}", HistoryValue.Of(largestReal));
            Put("S", HistoryValue.Of(realSum));
        }

        foreach (var (word, count) in words)
        {
            Put("=" + word, HistoryValue.Of(count));
        }
    }

    internal void Read(string part, HistoryValue value)
    {
        switch (part)
        {
            case "n":
                integers = value.Integer;
                break;
            case "<":
                smallestInteger = value.Integer;
                break;
            case ">":
                largestInteger = value.Integer;
                break;
            case "s":
                integerSum = value.Kind == HistoryKind.Word ? Int128.Parse(value.Word, CultureInfo.InvariantCulture) : value.Integer;
                break;
            case "N":
                reals = value.Integer;
                break;
            case "{":
                smallestReal = value.Real;
                break;
            case "}":
                largestReal = value.Real;
                break;
            case "S":
                realSum = value.Real;
                break;
            default:
                words[part[1..]] = value.Integer;
                break;
        }
    }

    /// <summary>The words that come first in the alphabet keep their names: whichever order they came in, it is the same ones.</summary>
    private void AddWord(string word, long count)
    {
        words[word] = words.GetValueOrDefault(word) + count;
        if (words.Count > MostWords + (words.ContainsKey(OtherWords) ? 1 : 0))
        {
            var last = words.Keys.Last(name => name != OtherWords);
            words[OtherWords] = words.GetValueOrDefault(OtherWords) + words[last];
            words.Remove(last);
        }
    }
}

/// <summary>All series of a bucket of time.</summary>
/// <param name="AtMs">Where the bucket begins.</param>
public sealed record Rollup(long AtMs)
{
    private readonly Dictionary<string, RollupCell> cells = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, RollupCell> Cells => cells;

    /// <summary>Where the bucket that holds a time begins.</summary>
    public static long Begin(HistoryResolution resolution, long atMs) => Floor(atMs, (long)resolution * 1000);

    public void Add(HistorySample sample)
    {
        foreach (var (name, value) in sample.Values)
        {
            Cell(name).Add(value);
        }
    }

    public void Add(Rollup other)
    {
        foreach (var (name, cell) in other.cells)
        {
            Cell(name).Add(cell);
        }
    }

    /// <summary>The bucket as a row of a block.</summary>
    internal HistorySample ToSample(long number)
    {
        var values = new List<KeyValuePair<string, HistoryValue>>();
        foreach (var (name, cell) in cells)
        {
            cell.Write(name, values);
        }

        return new HistorySample(number, AtMs, values);
    }

    internal static Rollup FromSample(HistorySample sample)
    {
        var rollup = new Rollup(sample.AtMs);
        foreach (var (name, value) in sample.Values)
        {
            var end = name.IndexOf('\n');
            if (end < 0)
            {
                throw new FormatException("a stored roll-up has a series without a part");
            }

            rollup.Cell(name[..end]).Read(name[(end + 1)..], value);
        }

        return rollup;
    }

    internal static long Floor(long value, long step) => value >= 0 ? value - (value % step) : -((-value + step - 1) / step * step);

    private RollupCell Cell(string name) => cells.TryGetValue(name, out var cell) ? cell : cells[name] = new RollupCell();
}

/// <summary>Roll-ups lie together in blocks: a week of hours, 64 days.</summary>
public static class RollupSpan
{
    public static readonly IReadOnlyList<HistoryResolution> Kept = [HistoryResolution.Hour, HistoryResolution.Day];

    public static long LengthMs(HistoryResolution resolution) => resolution == HistoryResolution.Hour ? 7 * 86_400_000L : 64 * 86_400_000L;

    /// <summary>Where the block begins that a time falls into.</summary>
    public static long Begin(HistoryResolution resolution, long atMs) => Rollup.Floor(atMs, LengthMs(resolution));

    public static byte[] Encode(IEnumerable<Rollup> rollups) =>
        BlockCodec.Encode([.. rollups.OrderBy(rollup => rollup.AtMs).Select((rollup, index) => rollup.ToSample(index))]);

    /// <param name="series">Only these; null for all.</param>
    public static IEnumerable<Rollup> Decode(byte[] block, IReadOnlySet<string>? series = null) =>
        BlockCodec.Decode(block, name => series is null || series.Contains(name[..Math.Max(0, name.IndexOf('\n'))])).Select(Rollup.FromSample);
}
