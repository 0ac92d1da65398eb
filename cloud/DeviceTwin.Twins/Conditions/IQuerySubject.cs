using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>A document that conditions are asked of and projections are made from.</summary>
public interface IQuerySubject
{
    /// <summary>
    /// The value at a path that the parser has let pass. False where the document has none; true with null where it has a null there, which counts
    /// as defined.
    /// </summary>
    bool TryFind(IReadOnlyList<string> path, out JsonNode? value);

    /// <summary>The same as a projection shows it, which may name whole parts of the document.</summary>
    bool TryShow(IReadOnlyList<string> path, out JsonNode? value) => TryFind(path, out value);
}

/// <summary>A row that is its own document: of <c>devices.modules</c> and <c>devices.jobs</c>, as they are shown.</summary>
/// <param name="Key">Tells rows apart; pages follow each other by it, in ordinal order.</param>
/// <param name="Document">Must not be changed by anyone.</param>
public sealed record QueryRow(string Key, JsonObject Document) : IQuerySubject
{
    /// <inheritdoc cref="ConditionSubject.ConfigurationStatus"/>
    public Func<string, string?>? ConfigurationStatus { get; init; }

    /// <inheritdoc/>
    public bool TryFind(IReadOnlyList<string> path, out JsonNode? value)
    {
        if (ConfigurationStatus is not null && path is ["configurations", var id, "status"])
        {
            value = JsonValue.Create(ConfigurationStatus(id));
            return value is not null;
        }

        value = Document;
        foreach (var name in path)
        {
            if (value is not JsonObject parent || !parent.TryGetPropertyValue(name, out value))
            {
                value = null;
                return false;
            }
        }

        return true;
    }
}
