using System.Text.Json;

namespace DeviceTwin.Bench.Generation;

/// <summary>One writable property and its limits. Booleans are 0 and 1 here.</summary>
/// <param name="Path">Component and name, e.g. <c>sampling.captureIntervalSeconds</c>.</param>
/// <param name="Allowed">The only values allowed, or empty where every one in the range is.</param>
/// <param name="Below">The property of the same component whose value must be greater, or null.</param>
/// <param name="Owner">The room that obeys the property.</param>
public sealed record LimitedProperty(
    string Path,
    bool IsBoolean,
    int Minimum,
    int Maximum,
    int Default,
    int Step,
    IReadOnlyList<int> Allowed,
    string? Below,
    string Unit,
    int RejectCode,
    string Owner,
    string Sentence)
{
    /// <summary>The component: what is left of the dot.</summary>
    public string Component => Path[..Path.IndexOf('.')];

    /// <summary>The name within the component: what is right of the dot.</summary>
    public string Name => Path[(Path.IndexOf('.') + 1)..];

    /// <summary>The name of the generated constant, e.g. <c>SamplingCaptureIntervalSeconds</c>.</summary>
    public string Identifier => Capital(Component) + Capital(Name);

    internal static LimitedProperty From(TwinLimits.LimitedPropertyFile file) => new(
        file.Path,
        file.Type == "boolean",
        Number(file, file.Min),
        Number(file, file.Max),
        Number(file, file.Default),
        file.Step ?? 1,
        file.Allowed ?? [],
        file.Below,
        file.Unit,
        file.RejectCode,
        file.Owner,
        file.Sentence);

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

    private static int Number(TwinLimits.LimitedPropertyFile file, JsonElement value) => (file.Type, value.ValueKind) switch
    {
        ("integer", JsonValueKind.Number) => value.GetInt32(),
        ("boolean", JsonValueKind.True) => 1,
        ("boolean", JsonValueKind.False) => 0,
        _ => throw new ModelException($"{file.Path}: {value} is not of type {file.Type}"),
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
