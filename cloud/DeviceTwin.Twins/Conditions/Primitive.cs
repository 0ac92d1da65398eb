using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>What a value is to a comparison. The numbers are those in the store's index of leaves.</summary>
public enum PrimitiveKind
{
    /// <summary>Nothing, or an object or array: compares with nothing.</summary>
    None = 0,
    Boolean = 1,
    Number = 2,
    Text = 3,
}

/// <summary>
/// A value as conditions compare it. Only two of one kind compare: false before true; numbers by value and exactly (a large integer
/// is not its neighbour, 1 is 1.0); text by code points, as databases order it.
/// </summary>
public readonly record struct Primitive
{
    private readonly long integer;
    private readonly double real;
    private readonly bool isReal;
    private readonly string? text;

    private Primitive(PrimitiveKind kind, long integer, double real, bool isReal, string? text)
    {
        Kind = kind;
        this.integer = integer;
        this.real = real;
        this.isReal = isReal;
        this.text = text;
    }

    public static Primitive None => default;

    public PrimitiveKind Kind { get; }

    /// <summary>Long (0 and 1 for booleans), double or string; null for <see cref="PrimitiveKind.None"/>.</summary>
    public object? Value => Kind switch
    {
        PrimitiveKind.None => null,
        PrimitiveKind.Text => text,
        _ when isReal => real,
        _ => integer,
    };

    public static Primitive Of(bool value) => new(PrimitiveKind.Boolean, value ? 1 : 0, 0, false, null);

    public static Primitive Of(long value) => new(PrimitiveKind.Number, value, 0, false, null);

    /// <summary>A number; None where it is not finite.</summary>
    public static Primitive Of(double value) => double.IsFinite(value) ? new(PrimitiveKind.Number, 0, value, true, null) : None;

    /// <summary>Text; None for null.</summary>
    public static Primitive Of(string? value) => value is null ? None : new(PrimitiveKind.Text, 0, 0, false, value);

    /// <summary>A value of a twin.</summary>
    public static Primitive Of(JsonNode? node) => node is not JsonValue ? None : node.GetValueKind() switch
    {
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.String => Of(node.GetValue<string>()),
        JsonValueKind.Number => Json.Integer(node) is { } whole ? Of(whole) : Of(Json.Number(node)),
        _ => None,
    };

    /// <summary>Less than, equal to or greater than 0; null where the two do not compare.</summary>
    public static int? Compare(Primitive left, Primitive right) => (left.Kind, right.Kind) switch
    {
        (PrimitiveKind.Boolean, PrimitiveKind.Boolean) => left.integer.CompareTo(right.integer),
        (PrimitiveKind.Number, PrimitiveKind.Number) => CompareNumbers(left, right),
        (PrimitiveKind.Text, PrimitiveKind.Text) => CompareTexts(left.text!, right.text!),
        _ => null,
    };

    /// <summary>The one form of all numbers that are equal: 1.0 becomes 1. Everything else stays.</summary>
    public Primitive Canonical() => isReal && real == Math.Truncate(real) && real is >= -9223372036854775808.0 and < 9223372036854775808.0 ? Of((long)real) : this;

    /// <summary>As JSON; null for <see cref="PrimitiveKind.None"/>.</summary>
    public JsonValue? ToJson() => Kind switch
    {
        PrimitiveKind.Boolean => JsonValue.Create(integer != 0),
        PrimitiveKind.Text => JsonValue.Create(text),
        PrimitiveKind.Number => isReal ? JsonValue.Create(real) : JsonValue.Create(integer),
        _ => null,
    };

    /// <summary>The text, or null where this is none.</summary>
    internal string? AsText => text;

    /// <summary>The number as arithmetic takes it, or null where this is none.</summary>
    internal double? AsDouble => Kind != PrimitiveKind.Number ? null : isReal ? real : integer;

    private static int CompareNumbers(Primitive left, Primitive right) => (left.isReal, right.isReal) switch
    {
        (false, false) => left.integer.CompareTo(right.integer),
        (true, true) => left.real.CompareTo(right.real),
        (false, true) => Compare(left.integer, right.real),
        (true, false) => -Compare(right.integer, left.real),
    };

    /// <summary>Without a detour over double, which cannot tell neighbours beyond 2^53 apart.</summary>
    private static int Compare(long whole, double real)
    {
        const double Beyond = 9223372036854775808.0;
        if (real is >= Beyond or < -Beyond)
        {
            return real > 0 ? -1 : 1;
        }

        var truncated = (long)real;
        return whole != truncated ? whole.CompareTo(truncated) : 0.0.CompareTo(real - truncated);
    }

    private static int CompareTexts(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var index = 0; index < length; index++)
        {
            if (left[index] != right[index])
            {
                return Rank(left[index]).CompareTo(Rank(right[index]));
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    /// <summary>Surrogates stand for code points above all others, but have units below U+E000.</summary>
    private static int Rank(char unit) => unit < 0xD800 ? unit : unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
}
