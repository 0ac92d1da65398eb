using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Query;

/// <summary>Translates a search into one statement: one snapshot of the database answers it.</summary>
internal static class TwinSearchSql
{
    /// <summary>The columns of a twin, in the order in which the loader reads them.</summary>
    public static readonly string Columns = ColumnsOf(TwinParts.All);

    public static SqlText Of(TwinSearch search, IndexedPaths index) => Of(search, index, _ => ColumnsOf(search.Parts));

    /// <summary>Device id and JSON text of what is at some paths; null where one of them names a part that has no value of its own.</summary>
    public static SqlText? Values(TwinSearch search, IndexedPaths index, IReadOnlyList<PathOperand> paths) =>
        paths.All(path => ConditionSql.HasValue(path.Path))
            ? Of(search, index, translated => string.Join(", ", paths.Select(translated.Text).Prepend("t.device_id")))
            : null;

    private static SqlText Of(TwinSearch search, IndexedPaths index, Func<ConditionSql, string> columns)
    {
        var sql = new SqlText();
        var translated = new ConditionSql(sql, index);
        var shown = columns(translated);
        var condition = translated.Of(search.Condition.Root);
        sql.Add("SELECT ").Add(shown).Add(From(translated)).Add(" WHERE ").Add(condition);
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

/// <summary>
/// Translates a query that aggregates into the statement that finds what its groups and aggregates are made of: the rows that satisfy the condition, and
/// of them the values at its paths. SQLite's own groups would tell 1 from 1.0 by neither, and its sums depend on the order of rows.
/// </summary>
internal static class GroupSearchSql
{
    /// <param name="kinds">Of the statement's columns: of a fact its kind, null for JSON text. First the paths of GROUP BY, then those of aggregates.</param>
    public static SqlText Of(TwinQuery query, IndexedPaths index, out IReadOnlyList<PrimitiveKind?> kinds)
    {
        var sql = new SqlText();
        var translated = new ConditionSql(sql, index);
        var columns = query.GroupBy.Concat(query.Columns!.Where(column => column.Aggregate is not null).Select(column => column.Path))
            .Select(path => path is null ? ("NULL", PrimitiveKind.Number) : translated.Shown(path))
            .ToArray();
        var condition = translated.Of(query.Condition.Root);
        kinds = [.. columns.Select(column => column.Item2)];
        return sql.Add("SELECT ").Add(string.Join(", ", columns.Select(column => column.Item1))).Add(TwinSearchSql.From(translated)).Add(" WHERE ").Add(condition);
    }
}
