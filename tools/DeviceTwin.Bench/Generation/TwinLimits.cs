using System.Text.Json;

namespace DeviceTwin.Bench.Generation;

/// <summary>What DTDL cannot say about the model: <c>vibrationNode-1.limits.json</c>.</summary>
/// <param name="Model">The model's identifier (DTMI).</param>
/// <param name="RejectReasons">The words of the rejection catalogue and what each means.</param>
/// <param name="Properties">The writable properties in the order of their generated indices.</param>
public sealed record TwinLimits(string Model, IReadOnlyDictionary<string, string> RejectReasons, IReadOnlyList<LimitedProperty> Properties)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads the file and checks that it makes sense by itself.</summary>
    /// <exception cref="ModelException">It does not.</exception>
    public static TwinLimits Load(string path)
    {
        LimitsFile file;
        try
        {
            file = JsonSerializer.Deserialize<LimitsFile>(File.ReadAllText(path), Options) ?? throw new ModelException($"{path}: null");
        }
        catch (JsonException exception)
        {
            throw new ModelException($"{path}: {exception.Message}");
        }

        var properties = file.Properties.Select(LimitedProperty.From).ToList();
        foreach (LimitedProperty property in properties)
        {
            property.Check();
            if (property.Below is not null && properties.All(other => other.Path != property.Below))
            {
                throw new ModelException($"{property.Path}: below names {property.Below}, which is not a property");
            }
        }

        foreach (var (derived, original) in file.Extends ?? [])
        {
            if (properties.All(property => property.Component != original))
            {
                throw new ModelException($"{derived} extends {original}, which is not a component");
            }

            properties.AddRange(properties.Where(property => property.Component == original).Select(property => property.In(derived)).ToList());
        }

        string? apart = properties.Where((property, index) => index > 0 && properties[index - 1].Component != property.Component
            && properties.Take(index).Any(other => other.Component == property.Component)).FirstOrDefault()?.Path;
        if (apart is not null)
        {
            throw new ModelException($"{apart} does not stand with the others of its component");
        }

        string? twice = properties.GroupBy(property => property.Path).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? new TwinLimits(file.Model, file.RejectReasons, properties) : throw new ModelException($"{twice} is there twice");
    }

    /// <summary>Checks that both files name the same model, the same properties and the same types.</summary>
    /// <exception cref="ModelException">They do not; the message names the first difference.</exception>
    public void CheckAgainst(DtdlModel model)
    {
        if (model.Id != Model)
        {
            throw new ModelException($"the limits are for {Model}, the model is {model.Id}");
        }

        var types = model.WritableProperties.ToDictionary(property => property.Path);
        foreach (LimitedProperty property in Properties)
        {
            if (!types.Remove(property.Path, out DtdlProperty? dtdl))
            {
                throw new ModelException($"{property.Path} has limits but is no writable property of {Model}");
            }

            string type = property.Type switch { PropertyType.Boolean => "boolean", PropertyType.Text => "string", _ => "integer" };
            if (dtdl.Type != type)
            {
                throw new ModelException($"{property.Path} is {type} in the limits and {dtdl.Type} in the model");
            }

            if (!dtdl.Allowed.SequenceEqual(property.Allowed))
            {
                throw new ModelException($"{property.Path}: the allowed values of limits and model differ");
            }
        }

        if (types.Count > 0)
        {
            throw new ModelException($"{types.Keys.First()} is writable in the model and has no limits");
        }
    }

    internal sealed record LimitsFile(
        string Model,
        string About,
        Dictionary<string, string> RejectReasons,
        Dictionary<string, string>? Extends,
        List<LimitedPropertyFile> Properties);

    internal sealed record LimitedPropertyFile(
        string Path,
        string Type,
        JsonElement Min,
        JsonElement Max,
        JsonElement Default,
        int? Step,
        int[]? Allowed,
        string? Below,
        string Unit,
        int RejectCode,
        string Owner,
        string Sentence);
}
