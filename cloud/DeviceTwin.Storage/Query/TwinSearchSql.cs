using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Query;

/// <summary>Translates a search into one statement: one snapshot of the database answers it.</summary>
internal static class TwinSearchSql
{
    /// <summary>The columns of a twin, in the order in which the loader reads them.</summary>
    public static readonly string Columns = ColumnsOf(TwinParts.All);

    public static SqlText Of(TwinSearch search, IndexedPaths index)
    {
        var sql = new SqlText();
        var translated = new ConditionSql(sql, index);
        var condition = translated.Of(search.Condition.Root);
        sql.Add("SELECT ").Add(ColumnsOf(search.Parts)).Add(From(translated)).Add(" WHERE ").Add(condition);
        if (search.After is { } after)
        {
            sql.Add(" AND t.device_id > ").Add(sql.Parameter(after));
        }

        return sql.Add(" ORDER BY t.device_id LIMIT ").Add(sql.Parameter((long)search.Limit));
    }

    public static string From(ConditionSql translated) =>
        translated.AsksIdentity ? " FROM twins t JOIN identities i ON i.device_id = t.device_id" : " FROM twins t";

    /// <summary>A part that nobody asks for is an empty one: what is not read need not be parsed.</summary>
    private static string ColumnsOf(TwinParts parts)
    {
        var (tags, desired, reported) = (parts.HasFlag(TwinParts.Tags), parts.HasFlag(TwinParts.Desired), parts.HasFlag(TwinParts.Reported));
        return $"t.device_id, t.etag, t.version, {Part(tags, "tags")}, {Part(desired, "desired")}, t.desired_version, {Part(desired, "desired_metadata")}, "
            + $"{Part(reported, "reported")}, t.reported_version, {Part(reported, "reported_metadata")}, t.model_id, t.last_activity_at, {Part(parts == TwinParts.All, "applied")}";
    }

    private static string Part(bool wanted, string column) => wanted ? $"t.{column}" : "'{}'";
}

/// <summary>Translates a query that aggregates into one statement.</summary>
/// <remarks>
/// Its columns are rank and value of each path that it groups by, then for each aggregate one, or for <c>MIN</c> and <c>MAX</c> one of each kind.
/// </remarks>
internal static class GroupSearchSql
{
    /// <summary>A C# aggregate: SQLite's own sum depends on the order of its rows.</summary>
    public const string SumFunction = "twin_sum";

    /// <inheritdoc cref="SumFunction"/>
    public const string AverageFunction = "twin_average";

    public static SqlText Of(TwinQuery query, IndexedPaths index)
    {
        var sql = new SqlText();
        var translated = new ConditionSql(sql, index);
        var columns = new List<string>();
        foreach (var path in query.GroupBy)
        {
            var (rank, value) = translated.Key(path);
            columns.Add(rank);
            columns.Add(value);
        }

        foreach (var column in query.Columns!.Where(column => column.Aggregate is not null))
        {
            columns.AddRange(Aggregate(translated, column));
        }

        var condition = translated.Of(query.Condition.Root);
        sql.Add("SELECT ").Add(string.Join(", ", columns)).Add(TwinSearchSql.From(translated)).Add(" WHERE ").Add(condition);
        return query.GroupBy.Count == 0 ? sql : sql.Add(" GROUP BY ").Add(string.Join(", ", Enumerable.Range(1, query.GroupBy.Count * 2)));
    }

    /// <summary>How many of the statement's columns an aggregate takes.</summary>
    public static int Width(AggregateFunction function) => function is AggregateFunction.Minimum or AggregateFunction.Maximum ? 3 : 1;

    private static IEnumerable<string> Aggregate(ConditionSql translated, QueryColumn column) => column.Aggregate switch
    {
        AggregateFunction.Count => ["count(*)"],
        AggregateFunction.Sum => [$"{SumFunction}({Number(translated, column)})"],
        AggregateFunction.Average => [$"{AverageFunction}({Number(translated, column)})"],
        var function => ((PrimitiveKind[])[PrimitiveKind.Boolean, PrimitiveKind.Number, PrimitiveKind.Text]).Select(kind =>
            translated.Value(column.Path!, kind) is not { } value ? "NULL"
            : kind == PrimitiveKind.Text ? $"CAST({Name(function)}({value}) AS BLOB)"
            : $"{Name(function)}({value})"),
    };

    private static string Number(ConditionSql translated, QueryColumn column) => translated.Value(column.Path!, PrimitiveKind.Number) ?? "NULL";

    private static string Name(AggregateFunction? function) => function == AggregateFunction.Minimum ? "min" : "max";
}
