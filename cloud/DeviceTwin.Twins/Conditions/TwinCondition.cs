namespace DeviceTwin.Twins.Conditions;

/// <summary>Which paths a condition may use.</summary>
public enum ConditionScope
{
    /// <summary>Targeting of configurations: <c>deviceId</c> and <c>tags</c>, which no device can change.</summary>
    Target,

    /// <summary>Queries: also properties and the facts of the device.</summary>
    Query,
}

/// <summary>
/// A WHERE text in the language of Azure IoT Hub, parsed: comparisons (<c>= != &lt;&gt; &lt; &gt; &lt;= &gt;=</c>), <c>IN</c>,
/// <c>NIN</c>, <c>NOT IN</c>, <c>AND</c>, <c>OR</c>, <c>NOT</c>, parentheses, arithmetic, <c>IS_DEFINED</c>, <c>IS_NUMBER</c> and its like,
/// <c>STARTSWITH</c>, <c>ENDSWITH</c>, <c>CONTAINS</c>, <c>ARRAY_CONTAINS</c>. <c>*</c> is every device, an empty text none. A comparison with something that is not there,
/// or is of another kind, is false.
/// </summary>
public sealed class TwinCondition
{
    /// <summary>The longest text accepted, in characters.</summary>
    public const int MaximumLength = 8192;

    /// <summary>Every device.</summary>
    public static readonly TwinCondition All = new("*", new Constant(true));

    internal TwinCondition(string text, ConditionNode root)
    {
        Text = text;
        Root = root;
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>What was understood.</summary>
    public ConditionNode Root { get; }

    /// <summary>Reads a condition, or throws a <see cref="TwinException"/> that names the column and what would be right there.</summary>
    public static TwinCondition Parse(string text, ConditionScope scope)
    {
        if (text.Length > MaximumLength)
        {
            throw new TwinException(
                TwinError.ArgumentInvalid,
                $"The condition has {text.Length} characters, {MaximumLength} are allowed. Select by a tag instead of listing devices.");
        }

        var trimmed = text.Trim();
        return trimmed switch
        {
            "" => new TwinCondition(text, new Constant(false)),
            "*" => new TwinCondition(text, All.Root),
            _ => new TwinCondition(text, new ConditionParser(text, scope, "Condition").Parse()),
        };
    }

    /// <summary>
    /// Reads whom a configuration of modules targets: <c>FROM devices.modules</c>, with or without <c>WHERE</c> and a condition over tags, deviceId and
    /// moduleId. An empty text is none.
    /// </summary>
    public static TwinCondition ParseModules(string text) =>
        text.Length > MaximumLength ? Parse(text, ConditionScope.Target)
        : text.Trim().Length == 0 ? new TwinCondition(text, new Constant(false))
        : new ConditionParser(text, ConditionScope.Target, "Condition").ParseModules();

    /// <summary>Whether a document satisfies the condition.</summary>
    public bool Matches(IQuerySubject subject) => Root.Holds(subject);
}
