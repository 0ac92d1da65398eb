using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>What a group has in common at one path.</summary>
/// <param name="Rank">0 nothing, 1 truth values, 2 numbers, 3 text, 4 objects and arrays: also the order of groups.</param>
/// <param name="Value">Canonical, so that 1 and 1.0 are one group; of objects and arrays their text.</param>
public readonly record struct GroupValue(int Rank, Primitive Value)
{
    private const int Structure = 4;

    /// <summary>Of a document's value.</summary>
    public static GroupValue Of(JsonNode? node) => node switch
    {
        null => default,
        JsonValue => Of(Primitive.Of(node)),
        _ => OfStructure(node.ToJsonString(Json.Relaxed)),
    };

    /// <summary>Of a value's JSON text; null where there is none.</summary>
    public static GroupValue OfText(string? json) => json is null ? default
        : json[0] is '{' or '[' ? OfStructure(json)
        : Of(json is ['"', .. var inner, '"'] && !inner.Contains('\\', StringComparison.Ordinal) ? Primitive.Of(inner)
            : long.TryParse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? Primitive.Of(integer)
            : Primitive.Of(Json.Parse(json)));

    public static GroupValue Of(Primitive value) => new((int)value.Kind, value.Canonical());

    /// <param name="text">The JSON of an object or array.</param>
    public static GroupValue OfStructure(string text) => new(Structure, Primitive.Of(text));

    /// <summary>As aggregates take it: of objects and arrays nothing.</summary>
    public Primitive Primitive => Rank == Structure ? Primitive.None : Value;

    /// <summary>As it stands in a row of the answer.</summary>
    public JsonNode? ToJson() => Rank == Structure ? Json.Parse((string)Value.Value!) : Value.ToJson();
}

/// <summary>What a group has in common, path by path. Groups are told apart, and come, by it.</summary>
public sealed class GroupKey(GroupValue[] values) : IEquatable<GroupKey>, IComparable<GroupKey>
{
    public IReadOnlyList<GroupValue> Values { get; } = values;

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it did not.</summary>
    public static GroupKey? Parse(string text)
    {
        try
        {
            return Json.Parse(text) is not JsonArray parts ? null : new GroupKey([.. parts.Select(part =>
            {
                var rank = (int)Json.Integer(part!["rank"])!.Value;
                return new GroupValue(rank, Primitive.Of(part["value"]));
            })]);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }

    public override string ToString() => new JsonArray([.. Values.Select(value =>
        (JsonNode)new JsonObject { ["rank"] = value.Rank, ["value"] = value.Value.ToJson() })]).ToJsonString(Json.Relaxed);

    public bool Equals(GroupKey? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as GroupKey);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in Values)
        {
            hash.Add(value.Rank);
            hash.Add(value.Value);
        }

        return hash.ToHashCode();
    }

    public int CompareTo(GroupKey? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (var index = 0; index < Math.Min(Values.Count, other.Values.Count); index++)
        {
            var (left, right) = (Values[index], other.Values[index]);
            var order = left.Rank != right.Rank ? left.Rank.CompareTo(right.Rank) : Primitive.Compare(left.Value, right.Value) ?? 0;
            if (order != 0)
            {
                return order;
            }
        }

        return Values.Count.CompareTo(other.Values.Count);
    }
}

/// <summary>A group with its aggregates, in the order of the query's columns that are aggregates.</summary>
public sealed record QueryGroup(GroupKey Key, IReadOnlyList<Primitive> Aggregates)
{
    /// <summary>The row of the answer. What is not there is left out.</summary>
    public JsonObject ToJson(TwinQuery query)
    {
        var row = new JsonObject();
        var next = 0;
        foreach (var column in query.Columns!)
        {
            var value = column.Aggregate is not null ? Aggregates[next++].ToJson() : Key.Values[IndexOf(query, column)].ToJson();
            if (value is not null)
            {
                row[column.Name] = value;
            }
        }

        return row;
    }

    private static int IndexOf(TwinQuery query, QueryColumn column)
    {
        for (var index = 0; index < query.GroupBy.Count; index++)
        {
            if (query.GroupBy[index].Path.SequenceEqual(column.Path!.Path))
            {
                return index;
            }
        }

        throw new InvalidOperationException("The parser lets no column pass that is not grouped by.");
    }
}

/// <summary>
/// Groups documents and computes the aggregates of a query over them. Numbers count for <c>SUM</c> and <c>AVG</c>; for <c>MIN</c> and <c>MAX</c> all
/// primitives do, truth values before numbers before text.
/// </summary>
public sealed class QueryGroups(TwinQuery query)
{
    private readonly QueryColumn[] aggregates = [.. query.Columns!.Where(column => column.Aggregate is not null)];
    private readonly Dictionary<GroupKey, Accumulator[]> groups = [];

    /// <summary>Takes a document that satisfies the condition.</summary>
    public void Add(IQuerySubject subject) => Add(
        [.. query.GroupBy.Select(path => subject.TryFind(path.Path, out var value) ? GroupValue.Of(value) : default)],
        [.. aggregates.Select(column => column.Path?.Value(subject) ?? Primitive.None)]);

    /// <summary>Takes a document of which others have found what matters.</summary>
    /// <param name="key">What it has at the paths of GROUP BY.</param>
    /// <param name="values">What it has at the paths of the columns that are aggregates.</param>
    public void Add(GroupValue[] key, ReadOnlySpan<Primitive> values)
    {
        var common = new GroupKey(key);
        if (!groups.TryGetValue(common, out var group))
        {
            groups.Add(common, group = [.. aggregates.Select(_ => new Accumulator())]);
        }

        for (var index = 0; index < aggregates.Length; index++)
        {
            group[index].Add(values[index]);
        }
    }

    /// <summary>The groups, by key. Where the query does not group, there is one, also of nothing.</summary>
    public IReadOnlyList<QueryGroup> Read()
    {
        if (query.GroupBy.Count == 0 && groups.Count == 0)
        {
            groups.Add(new GroupKey([]), [.. aggregates.Select(_ => new Accumulator())]);
        }

        return
        [
            .. groups.OrderBy(group => group.Key)
                .Select(group => new QueryGroup(group.Key, [.. group.Value.Select((value, index) => value.Read(aggregates[index].Aggregate!.Value))])),
        ];
    }

    private sealed class Accumulator
    {
        private readonly ExactSum sum = new();
        private long count;
        private Primitive least;
        private Primitive most;

        public void Add(Primitive value)
        {
            count++;
            sum.Add(value);
            if (value.Kind != PrimitiveKind.None)
            {
                least = least.Kind == PrimitiveKind.None || Order(value, least) < 0 ? value : least;
                most = most.Kind == PrimitiveKind.None || Order(value, most) > 0 ? value : most;
            }
        }

        public Primitive Read(AggregateFunction function) => function switch
        {
            AggregateFunction.Count => Primitive.Of(count),
            AggregateFunction.Average => sum.Average(),
            AggregateFunction.Sum => sum.Sum(),
            AggregateFunction.Minimum => least.Canonical(),
            _ => most.Canonical(),
        };

        private static int Order(Primitive left, Primitive right) => Primitive.Compare(left, right) ?? left.Kind.CompareTo(right.Kind);
    }
}
