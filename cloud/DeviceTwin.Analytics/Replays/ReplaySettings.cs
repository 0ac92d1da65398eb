using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;
using DeviceTwin.Twins;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// The writable properties of one node: what the twin's model has by path, numbers as integers (a boolean as 0 or 1), texts as they are. What
/// nobody set has the model's default. Held to the twin's own rules; immutable.
/// </summary>
public sealed class ReplaySettings
{
    private static readonly SettingsTextRule TextRules = new();

    private readonly SettingsValues _values;

    private ReplaySettings(SettingsValues values) => _values = values;

    /// <summary>Nothing is set: the model's defaults.</summary>
    public static ReplaySettings Defaults { get; } = new(new SettingsValues());

    /// <summary>Settings by path.</summary>
    /// <param name="numbers">E.g. <c>detection.velocityLimitUmPerSecond</c> to 4500.</param>
    /// <param name="texts">E.g. <c>detection.forest</c>; null = none.</param>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>: the twin would not take one of them.</exception>
    public static ReplaySettings Of(IReadOnlyDictionary<string, int> numbers, IReadOnlyDictionary<string, string>? texts = null) =>
        Defaults.With(numbers, texts);

    /// <summary>
    /// A section of a twin, or a file of settings as <c>dtwin detect --settings</c> takes it: components with their properties. A reported
    /// property may stand as it is or in its acknowledgement (<c>{"value":…,"ac":…,"av":…}</c>). Members that begin with <c>$</c> are the hub's
    /// and <c>__t</c> marks a component: both are passed over, and so is a property that is null.
    /// </summary>
    /// <param name="json">The section.</param>
    /// <param name="unknownToo">Whether properties that the model does not have are passed over, as a reported section has them; else they are refused.</param>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>.</exception>
    public static ReplaySettings Parse(string json, bool unknownToo = false) => Defaults.With(json, unknownToo);

    /// <summary>These settings, and over them what a document sets; see <see cref="Parse"/>.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>.</exception>
    public ReplaySettings With(string json, bool unknownToo = false)
    {
        JsonNode? root;
        try
        {
            root = Json.Parse(json);
        }
        catch (JsonException error)
        {
            throw Wrong($"The settings are not JSON: {error.Message}", error);
        }

        return With(root as JsonObject ?? throw Wrong("Settings are an object of components."), unknownToo);
    }

    /// <summary>These settings, and over them what a section sets; see <see cref="Parse"/>.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>.</exception>
    public ReplaySettings With(JsonObject section, bool unknownToo = false)
    {
        var values = Copy();
        foreach (var (component, content) in section.Where(pair => !pair.Key.StartsWith('$')))
        {
            if (!TwinForms.Components.Contains(component))
            {
                Unknown(component, unknownToo);
                continue;
            }

            if (content is null)
            {
                continue;
            }

            foreach (var (name, value) in content as JsonObject ?? throw Wrong(RejectReason.Sentence(RejectReason.WrongType, component) + "."))
            {
                var path = $"{component}.{name}";
                var index = Rules.IndexOf(path);
                if (index < 0 && name != "__t" && !name.StartsWith('$'))
                {
                    Unknown(path, unknownToo);
                }
                else if (index >= 0 && Plain(value) is { } plain)
                {
                    Set(values, index, plain);
                }
            }
        }

        return Checked(values);
    }

    /// <summary>These settings, and over them others by path.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>.</exception>
    public ReplaySettings With(IReadOnlyDictionary<string, int> numbers, IReadOnlyDictionary<string, string>? texts = null)
    {
        var values = Copy();
        foreach (var (path, number) in numbers)
        {
            var index = IndexOf(path);
            var token = TwinModel.TypeOf(index) == TwinModel.BooleanType && number is 0 or 1 ? number == 0 ? JsonToken.False : JsonToken.True : JsonToken.Integer;
            Judge(index, Rules.Judge(index, token, number));
            values.Numbers[index] = number;
        }

        foreach (var (path, text) in texts ?? new Dictionary<string, string>())
        {
            SetText(values, IndexOf(path), text);
        }

        return Checked(values);
    }

    /// <summary>The value at a path as the twin writes it, null where it is absent.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>: the model has no such path.</exception>
    public string? ValueAt(string path) => Text(IndexOf(path));

    /// <summary>What differs in others, in the model's order.</summary>
    public IReadOnlyList<SettingChange> ChangesTo(ReplaySettings others) =>
        [.. Enumerable.Range(0, TwinModel.Count).Where(index => Text(index) != others.Text(index))
            .Select(index => new SettingChange(TwinForms.Paths[index], Text(index), others.Text(index), SettingEffects.Of(TwinForms.Paths[index])))];

    /// <summary>Every path that is not at its default, with its value: what names the settings.</summary>
    internal SortedDictionary<string, string?> Stated()
    {
        var stated = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        for (var index = 0; index < TwinModel.Count; index++)
        {
            if (Text(index) != Defaults.Text(index))
            {
                stated[TwinForms.Paths[index]] = Text(index);
            }
        }

        return stated;
    }

    /// <summary>The number at an index of the model.</summary>
    internal int Number(int index) => _values.Numbers[index];

    /// <summary>As the node's own map makes them.</summary>
    internal DetectorSettings ToDetector()
    {
        var settings = new DetectorSettings();
        SettingsMap.Apply(_values, settings);
        return settings;
    }

    private static ReplaySettings Checked(SettingsValues values)
    {
        for (var index = 0; index < TwinModel.Count; index++)
        {
            var upper = TwinModel.Below(index);
            if (upper >= 0 && !Rules.IsBelow(values.Numbers[index], values.Numbers[upper]))
            {
                throw Wrong(RejectReason.Sentence(RejectReason.NotAllowed, index) + ".");
            }
        }

        return new ReplaySettings(values);
    }

    private static void Set(SettingsValues values, int index, JsonValue value)
    {
        if (value.GetValueKind() == JsonValueKind.String && TwinModel.TypeOf(index) == TwinModel.TextType)
        {
            SetText(values, index, value.GetValue<string>());
            return;
        }

        var integer = Json.Integer(value);
        var token = value.GetValueKind() switch
        {
            JsonValueKind.True => JsonToken.True,
            JsonValueKind.False => JsonToken.False,
            JsonValueKind.Number => integer is null ? JsonToken.Fraction : JsonToken.Integer,
            _ => JsonToken.String,
        };
        Judge(index, Rules.Judge(index, token, integer ?? 0));
        values.Numbers[index] = Rules.Encode(token, integer ?? 0);
    }

    private static void SetText(SettingsValues values, int index, string text)
    {
        if (TwinModel.TextOf(index) < 0)
        {
            Judge(index, RejectReason.WrongType);
        }

        Judge(index, Rules.JudgeText(index, text, TextRules));
        values.Texts[TwinModel.TextOf(index)] = text;
        values.Numbers[index] = text.Length;
    }

    /// <summary>The value itself where it stands in an acknowledgement; null where there is none.</summary>
    private static JsonValue? Plain(JsonNode? value) => value switch
    {
        null => null,
        JsonObject acknowledged when acknowledged.ContainsKey("value") => acknowledged["value"] as JsonValue,
        JsonValue plain => plain,
        _ => JsonValue.Create(""),
    };

    private static int IndexOf(string path) =>
        Rules.IndexOf(path) is >= 0 and var index ? index : throw Wrong(RejectReason.Sentence(RejectReason.UnknownProperty, path) + ".");

    private static void Judge(int index, int rejected)
    {
        if (rejected != RejectReason.None)
        {
            throw Wrong(rejected == RejectReason.Malformed
                ? RejectReason.MalformedSentence(index, "it is not of the form that the property takes") + "."
                : RejectReason.Sentence(rejected, index) + ".");
        }
    }

    private static void Unknown(string path, bool unknownToo)
    {
        if (!unknownToo)
        {
            throw Wrong(RejectReason.Sentence(RejectReason.UnknownProperty, path) + ".");
        }
    }

    private static ReplayException Wrong(string message, Exception? inner = null) => new(ReplayException.SettingsUnusable, message, inner);

    private SettingsValues Copy()
    {
        var values = new SettingsValues();
        values.CopyFrom(_values);
        return values;
    }

    private string? Text(int index)
    {
        var number = _values.Numbers[index];
        return number == TwinModel.NotSet ? null
            : TwinModel.TypeOf(index) == TwinModel.TextType ? _values.Texts[TwinModel.TextOf(index)]
            : TwinModel.TypeOf(index) == TwinModel.BooleanType ? number != 0 ? "true" : "false"
            : number.ToString(CultureInfo.InvariantCulture);
    }
}
