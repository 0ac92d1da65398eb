using System.Text.Json;

namespace DeviceTwin.Bench.Generation;

/// <summary>How the values of a property are written; the numbers are those of the generated code.</summary>
public enum PropertyType
{
    Integer = 0,
    Boolean = 1,
    Text = 2,
}

/// <summary>One writable property and its limits. Booleans are 0 and 1 here; the numbers of a text are lengths in bytes, its default is empty.</summary>
/// <param name="Path">Component and name, e.g. <c>sampling.captureIntervalSeconds</c>.</param>
/// <param name="Allowed">The only values allowed, or empty where every one in the range is.</param>
/// <param name="Below">The property of the same component whose value must be greater unless it is 0, or null.</param>
/// <param name="Owner">The room that obeys the property.</param>
/// <param name="Like">The property that this one was derived from, or null; one that was derived has no default: it may be absent.</param>
public sealed record LimitedProperty(
    string Path,
    PropertyType Type,
    int Minimum,
    int Maximum,
    int Default,
    int Step,
    IReadOnlyList<int> Allowed,
    string? Below,
    string Unit,
    int RejectCode,
    string Owner,
    string Sentence,
    string? Like = null)
{
    /// <summary>The component: what is left of the dot.</summary>
    public string Component => Path[..Path.IndexOf('.')];

    /// <summary>The name within the component: what is right of the dot.</summary>
    public string Name => Path[(Path.IndexOf('.') + 1)..];

    /// <summary>The name of the generated constant, e.g. <c>SamplingCaptureIntervalSeconds</c>.</summary>
    public string Identifier => Capital(Component) + Capital(Name);

    internal static LimitedProperty From(TwinLimits.LimitedPropertyFile file) => new(
        file.Path,
        TypeOf(file),
        Number(file, file.Min),
        Number(file, file.Max),
        DefaultOf(file),
        file.Step ?? 1,
        file.Allowed ?? [],
        file.Below,
        file.Unit,
        file.RejectCode,
        file.Owner,
        file.Sentence);

    /// <summary>The same property in a component that extends this one's.</summary>
    internal LimitedProperty In(string component) => this with
    {
        Path = $"{component}.{Name}",
        Below = Below is null ? null : component + Below[Below.IndexOf('.')..],
        Like = Path,
    };

    internal void Check()
    {
        if (Path.Count(character => character == '.') != 1)
        {
            throw new ModelException($"{Path}: a path is component.name");
        }

        if (Minimum > Default || Default > Maximum)
        {
            throw new ModelException($"{Path}: the default {Default} is not within {Minimum} to {Maximum}");
        }

        if (Allowed.Any(value => value < Minimum || value > Maximum) || (Allowed.Count > 0 && !Allowed.Contains(Default)))
        {
            throw new ModelException($"{Path}: the allowed values do not hold the default or leave the range");
        }

        if (Below is not null && Below[..Below.IndexOf('.')] != Component)
        {
            throw new ModelException($"{Path}: below must name a property of the same component");
        }

        if (Sentence.Length == 0 || Owner.Length == 0 || Step < 1 || RejectCode is < 400 or > 499)
        {
            throw new ModelException($"{Path}: sentence, owner, step or reject code is missing or wrong");
        }
    }

    private static PropertyType TypeOf(TwinLimits.LimitedPropertyFile file) => file.Type switch
    {
        "integer" => PropertyType.Integer,
        "boolean" => PropertyType.Boolean,
        "text" => PropertyType.Text,
        _ => throw new ModelException($"{file.Path}: there is no type {file.Type}"),
    };

    private static int DefaultOf(TwinLimits.LimitedPropertyFile file) => file.Type != "text" ? Number(file, file.Default)
        : file.Default.ValueKind == JsonValueKind.String && file.Default.GetString() == "" ? 0
        : throw new ModelException($"{file.Path}: the default of a text is empty");

    private static int Number(TwinLimits.LimitedPropertyFile file, JsonElement value) => (file.Type, value.ValueKind) switch
    {
        ("integer" or "text", JsonValueKind.Number) => value.GetInt32(),
        ("boolean", JsonValueKind.True) => 1,
        ("boolean", JsonValueKind.False) => 0,
        _ => throw new ModelException($"{file.Path}: {value} is not of type {file.Type}"),
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
