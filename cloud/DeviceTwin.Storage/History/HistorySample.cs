namespace DeviceTwin.Storage.History;

/// <summary>What a value of a series is.</summary>
public enum HistoryKind : byte
{
    Integer,
    Real,
    Word,
}

/// <summary>One value of a series: a whole number, another number, or a word (a truth value is the word <c>true</c> or <c>false</c>).</summary>
public readonly record struct HistoryValue
{
    private readonly long bits;
    private readonly string? word;

    private HistoryValue(HistoryKind kind, long bits, string? word)
    {
        Kind = kind;
        this.bits = bits;
        this.word = word;
    }

    public HistoryKind Kind { get; }

    public long Integer => bits;

    public double Real => BitConverter.Int64BitsToDouble(bits);

    public string Word => word ?? "";

    /// <summary>Either number.</summary>
    public double Number => Kind == HistoryKind.Integer ? bits : Real;

    /// <summary>What is stored of a number: itself, or the bits of a real one.</summary>
    internal long Bits => bits;

    public static HistoryValue Of(long value) => new(HistoryKind.Integer, value, null);

    public static HistoryValue Of(double value) => new(HistoryKind.Real, BitConverter.DoubleToInt64Bits(value), null);

    public static HistoryValue Of(string word) => new(HistoryKind.Word, 0, word);

    internal static HistoryValue FromBits(HistoryKind kind, long bits) => new(kind, bits, null);
}

/// <summary>One message: when the hub received it, and the values in it.</summary>
/// <param name="Number">Its number in the stream of its device and kind: the order in which messages came, whatever the clock said.</param>
/// <param name="AtMs">Unix milliseconds: history knows no finer time.</param>
/// <param name="Values">Series name to value, in the order of the message; a name comes once.</param>
public sealed record HistorySample(long Number, long AtMs, IReadOnlyList<KeyValuePair<string, HistoryValue>> Values)
{
    public HistoryValue? Find(string series)
    {
        foreach (var (name, value) in Values)
        {
            if (name == series)
            {
                return value;
            }
        }

        return null;
    }
}
