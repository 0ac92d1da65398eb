using System.Text.Json.Nodes;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>A configuration that has passed every check, with its condition parsed and its content cut into single settings.</summary>
public sealed class PreparedConfiguration
{
    private const string Root = "properties.desired";
    private const int MaximumIdLength = 128;

    private PreparedConfiguration(Configuration configuration, TwinCondition condition, IReadOnlyList<KeyValuePair<string, JsonNode>> settings)
    {
        Configuration = configuration;
        Condition = condition;
        Settings = settings;
    }

    /// <summary>The configuration as written.</summary>
    public Configuration Configuration { get; }

    /// <summary>Whom it targets.</summary>
    public TwinCondition Condition { get; }

    /// <summary>Dotted paths below <c>properties.desired</c>, each with a value that is no object; sorted by path.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode>> Settings { get; }

    /// <summary>
    /// From the one that wins to the one that yields: by priority, then the more recently created, then by id so that the order
    /// never depends on how the list came about.
    /// </summary>
    public static IComparer<PreparedConfiguration> ByPrecedence { get; } = Comparer<PreparedConfiguration>.Create(static (left, right) =>
    {
        var byPriority = right.Configuration.Priority.CompareTo(left.Configuration.Priority);
        if (byPriority != 0)
        {
            return byPriority;
        }

        var byAge = right.Configuration.CreatedAt.CompareTo(left.Configuration.CreatedAt);
        return byAge != 0 ? byAge : string.CompareOrdinal(left.Configuration.Id, right.Configuration.Id);
    });

    /// <summary>Checks id, condition and content, or throws a <see cref="TwinException"/> that names what is wrong.</summary>
    public static PreparedConfiguration Prepare(Configuration configuration)
    {
        CheckId(configuration.Id);
        if (configuration.Priority < 0)
        {
            throw Refuse($"The priority is {configuration.Priority}. Give 0 or more; the highest wins.");
        }

        var condition = configuration.ForModules ? TwinCondition.ParseModules(configuration.TargetCondition) : TwinCondition.Parse(configuration.TargetCondition, ConditionScope.Target);
        return new PreparedConfiguration(configuration, condition, Flatten(Content(configuration.DeviceContent)));
    }

    /// <summary>Whether it concerns a device, or a module, as it is.</summary>
    public bool Targets(ConditionSubject subject) => Configuration.ForModules == (subject.Twin.ModuleId is not null) && Condition.Matches(subject);

    /// <summary>A content (dotted path to value) as one document below <c>properties.desired</c>, or throws a <see cref="TwinException"/> that names what is wrong.</summary>
    public static JsonObject Content(IReadOnlyDictionary<string, JsonNode?> content)
    {
        var document = new JsonObject();
        foreach (var (path, value) in content.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (value is null)
            {
                throw Refuse($"{path} is null. A configuration sets values; to take one back, leave it out.");
            }

            var keys = Keys(path);
            if (keys.Length == 0 && value is not JsonObject)
            {
                throw Refuse($"{Root} must be an object, or name one setting: {Root}.detection.velocityLimitUmPerSecond.");
            }

            Place(document, keys, value, path);
        }

        var accepted = TwinLimits.Accept(document, Root);
        TwinLimits.CheckSize([], accepted, TwinLimits.MaximumDesiredSize, Root);
        return accepted;
    }

    private static string[] Keys(string path)
    {
        if (path == Root)
        {
            return [];
        }

        var below = path.StartsWith(Root + ".", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : "";
        var keys = below.Split('.');
        return keys.Any(key => key.Length == 0)
            ? throw Refuse($"\"{path}\" is no path of a desired property. Write {Root}.detection.velocityLimitUmPerSecond.")
            : keys;
    }

    private static void Place(JsonObject document, string[] keys, JsonNode value, string path)
    {
        var parent = document;
        for (var index = 0; index < keys.Length - 1; index++)
        {
            parent = parent[keys[index]] switch
            {
                null => (JsonObject)(parent[keys[index]] = new JsonObject()),
                JsonObject child => child,
                _ => throw Refuse($"{path} lies below another path of the content, which sets a plain value. Remove one of the two."),
            };
        }

        if (keys.Length == 0)
        {
            Unite(document, (JsonObject)value, path);
        }
        else if (parent[keys[^1]] is not { } existing)
        {
            parent[keys[^1]] = value.DeepClone();
        }
        else if (existing is JsonObject left && value is JsonObject right)
        {
            Unite(left, right, path);
        }
        else
        {
            throw Refuse($"{path} is set twice in the content. Remove one of the two.");
        }
    }

    private static void Unite(JsonObject into, JsonObject from, string path)
    {
        foreach (var (key, value) in from)
        {
            if (value is null)
            {
                throw Refuse($"{path}.{key} is null. A configuration sets values; to take one back, leave it out.");
            }

            Place(into, [key], value, $"{path}.{key}");
        }
    }

    private static List<KeyValuePair<string, JsonNode>> Flatten(JsonObject document)
    {
        var settings = new List<KeyValuePair<string, JsonNode>>();
        Collect(document, "", settings);
        settings.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return settings;
    }

    private static void Collect(JsonObject members, string prefix, List<KeyValuePair<string, JsonNode>> settings)
    {
        foreach (var (key, value) in members)
        {
            switch (value)
            {
                case null:
                    throw Refuse($"{Root}.{prefix}{key} is null. A configuration sets values; to take one back, leave it out.");
                case JsonObject inner:
                    Collect(inner, $"{prefix}{key}.", settings);
                    break;
                default:
                    settings.Add(new(prefix + key, value));
                    break;
            }
        }
    }

    private static void CheckId(string id)
    {
        var valid = id.Length is > 0 and <= MaximumIdLength
            && id.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || "-:+%_#*?!(),=@;$'".Contains(character));
        if (!valid)
        {
            throw Refuse(
                $"The configuration id \"{id}\" is not allowed. Use 1 to {MaximumIdLength} lower-case letters, digits and -:+%_#*?!(),=@;$'.");
        }
    }

    private static TwinException Refuse(string message) => new(TwinError.ArgumentInvalid, message);
}
