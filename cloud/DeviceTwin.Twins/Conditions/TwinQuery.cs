using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>What a query runs over.</summary>
public enum QuerySource
{
    /// <summary>Device twins.</summary>
    Devices,

    /// <summary>Module twins.</summary>
    Modules,

    /// <summary>What jobs did, a row for each job and device.</summary>
    Jobs,
}

/// <summary>Azure's aggregates.</summary>
public enum AggregateFunction
{
    Count,
    Average,
    Sum,
    Minimum,
    Maximum,
}

/// <summary>One column of a projection.</summary>
/// <param name="Name">In the answer: the alias, else the path's last name, else <c>$1</c> and on for aggregates.</param>
/// <param name="Path">Null for <c>COUNT()</c>.</param>
/// <param name="Aggregate">Null for a plain path.</param>
public sealed record QueryColumn(string Name, PathOperand? Path, AggregateFunction? Aggregate);

/// <summary><c>SELECT [TOP n] *|columns FROM source [WHERE condition] [GROUP BY paths]</c>, parsed.</summary>
/// <param name="Text">As written.</param>
/// <param name="Top">How many rows at most, over all pages; null for all.</param>
public sealed record TwinQuery(string Text, int? Top, TwinCondition Condition)
{
    public QuerySource Source { get; init; }

    /// <summary>Null for <c>*</c>.</summary>
    public IReadOnlyList<QueryColumn>? Columns { get; init; }

    /// <summary>Empty where the query does not group; with aggregates all rows are one group then.</summary>
    public IReadOnlyList<PathOperand> GroupBy { get; init; } = [];

    /// <summary>Whether a row of the answer stands for a group.</summary>
    public bool Aggregates => GroupBy.Count > 0 || Columns?.Any(column => column.Aggregate is not null) == true;

    /// <summary>Reads a query, or throws a <see cref="TwinException"/> that names the column and what would be right there.</summary>
    public static TwinQuery Parse(string text) => text.Length <= TwinCondition.MaximumLength
        ? new ConditionParser(text, ConditionScope.Query, "Query").ParseQuery()
        : throw new TwinException(
            TwinError.ArgumentInvalid,
            $"The query has {text.Length} characters, {TwinCondition.MaximumLength} are allowed. Select by a tag instead of listing devices.");

    /// <summary>The row of the answer that a document gives. What is not there is left out.</summary>
    /// <remarks>Not for <c>*</c> and not for aggregates.</remarks>
    public JsonObject Project(IQuerySubject subject)
    {
        var row = new JsonObject();
        foreach (var column in Columns ?? throw new InvalidOperationException("SELECT * shows the document itself."))
        {
            if (subject.TryShow(column.Path!.Path, out var value))
            {
                row[column.Name] = value?.DeepClone();
            }
        }

        return row;
    }

    /// <summary>The same where others have found what stands at the columns' paths: JSON text, or null where there is nothing.</summary>
    public JsonObject Row(IReadOnlyList<string?> values)
    {
        var row = new JsonObject();
        for (var index = 0; index < values.Count; index++)
        {
            if (values[index] is { } text)
            {
                row[Columns![index].Name] = Json.Parse(text);
            }
        }

        return row;
    }
}
