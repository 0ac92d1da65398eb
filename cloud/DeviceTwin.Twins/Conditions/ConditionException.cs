namespace DeviceTwin.Twins.Conditions;

/// <summary>A condition or query that cannot be read: where, what is wrong there, and what would be right.</summary>
/// <param name="subject">What was read: <c>Condition</c> or <c>Query</c>.</param>
/// <param name="position">Index of the UTF-16 unit in the text, from 0; its length where the end came too early.</param>
public sealed class ConditionException(string subject, int position, string problem, string hint)
    : TwinException(TwinError.ArgumentInvalid, $"{subject}, column {position + 1}: {problem}. Hint: {hint}.")
{
    public int Position { get; } = position;

    public string Problem { get; } = problem;

    public string Hint { get; } = hint;
}
