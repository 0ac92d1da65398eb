namespace DeviceTwin.Twins.Conditions;

/// <summary>
/// <c>SELECT [TOP n] * FROM devices [WHERE condition]</c>, parsed. Projections, aggregates, GROUP BY and the collections
/// <c>devices.modules</c> and <c>devices.jobs</c> are understood far enough to be refused by name.
/// </summary>
/// <param name="Text">As written.</param>
/// <param name="Top">How many devices at most, over all pages; null for all.</param>
public sealed record TwinQuery(string Text, int? Top, TwinCondition Condition)
{
    /// <summary>Reads a query, or throws a <see cref="TwinException"/> that names the column and what would be right there.</summary>
    public static TwinQuery Parse(string text) => text.Length <= TwinCondition.MaximumLength
        ? new ConditionParser(text, ConditionScope.Query, "Query").ParseQuery()
        : throw new TwinException(
            TwinError.ArgumentInvalid,
            $"The query has {text.Length} characters, {TwinCondition.MaximumLength} are allowed. Select by a tag instead of listing devices.");
}
