using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Queries;

/// <summary>
/// A collection that queries run over beside the devices: whoever keeps modules or jobs offers theirs as a service of this kind. What was acknowledged
/// before the call must be among the rows.
/// </summary>
public interface IQueryRows
{
    /// <summary>Which collection it is.</summary>
    QuerySource Source { get; }

    /// <summary>
    /// The rows in the shape in which clients get them, in the ordinal order of their keys, which must not change while a row exists. They are read no
    /// further than the page needs.
    /// </summary>
    IEnumerable<QueryRow> Rows(QueryRowSearch search);
}

/// <summary>Which rows may be wanted. More may come: the condition is asked of each again.</summary>
/// <param name="After">Only rows with greater keys are wanted; null for all.</param>
/// <param name="Must">Texts that a row must have at a path of one name (<c>deviceId</c>, <c>jobId</c>, …) for the condition to hold.</param>
public sealed record QueryRowSearch(string? After, IReadOnlyDictionary<string, string> Must)
{
    /// <summary>What a condition asks of rows before all else: equalities of text that are joined by AND.</summary>
    public static QueryRowSearch Of(TwinCondition condition, string? after)
    {
        var must = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in condition.Root is And and ? and.Terms : [condition.Root])
        {
            if (node is Comparison { Comparator: Comparator.Equal } comparison
                && ((comparison.Left, comparison.Right) is (PathOperand { Path: [var name] }, LiteralOperand literal)
                    || Swapped(comparison, out name, out literal))
                && literal.Literal.Value is string text)
            {
                must.TryAdd(name, text);
            }
        }

        return new QueryRowSearch(after, must);
    }

    private static bool Swapped(Comparison comparison, out string name, out LiteralOperand literal)
    {
        if ((comparison.Left, comparison.Right) is (LiteralOperand left, PathOperand { Path: [var only] }))
        {
            (name, literal) = (only, left);
            return true;
        }

        (name, literal) = ("", new LiteralOperand(Primitive.None));
        return false;
    }
}
