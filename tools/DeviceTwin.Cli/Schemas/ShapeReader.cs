using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Schemas;

/// <summary>Reads the notation of <c>tools/JSON.md</c> and gives it back as JSON Schema.</summary>
internal sealed class ShapeReader(string text)
{
    private const string Definitions = "#/$defs/";
    private int at;

    /// <summary>A type to the end of the text.</summary>
    /// <exception cref="FormatException">It is not written as the page says.</exception>
    public JsonObject ReadAll()
    {
        var read = Type();
        return Peek() == '\0' ? read : throw Wrong("an end");
    }

    /// <summary>The shapes of a block, <c>Name = type</c> each.</summary>
    /// <exception cref="FormatException">It is not written as the page says.</exception>
    public IEnumerable<(string Name, JsonObject Shape)> ReadNamed()
    {
        while (Peek() != '\0')
        {
            var name = Name();
            Take('=');
            yield return (name, Type());
        }
    }

    private JsonObject Type()
    {
        List<JsonObject> forms = [Single()];
        while (TryTake('|'))
        {
            forms.Add(Single());
        }

        var words = forms.Select(form => form["const"]?.DeepClone()).ToArray();
        return forms.Count == 1 ? forms[0]
            : Array.TrueForAll(words, word => word is not null) ? new JsonObject { ["enum"] = new JsonArray(words) }
            : new JsonObject { ["anyOf"] = new JsonArray([.. forms]) };
    }

    private JsonObject Single()
    {
        var form = Peek() switch
        {
            '[' => List(),
            '{' => Object(),
            '"' => new JsonObject { ["const"] = Quoted() },
            _ => Named(Name()),
        };
        return TryTake('?') ? new JsonObject { ["anyOf"] = new JsonArray(form, new JsonObject { ["type"] = "null" }) } : form;
    }

    private JsonObject List()
    {
        Take('[');
        var items = Type();
        Take(']');
        return new JsonObject { ["type"] = "array", ["items"] = items };
    }

    private JsonObject Object()
    {
        Take('{');
        var (members, required) = (new JsonObject(), new JsonArray());
        var form = new JsonObject { ["type"] = "object", ["properties"] = members };
        while (!TryTake('}'))
        {
            if (TryTake('*'))
            {
                Take(':');
                form["additionalProperties"] = Type();
            }
            else if (TryTake('.'))
            {
                Take('.');
                Take('.');

                // Told elsewhere. A schema lets members come that it does not name in any case.
                form["$comment"] = "There is more; the page says where it is told.";
            }
            else
            {
                var name = Name();
                var isOptional = TryTake('?');
                Take(':');
                members[name] = Type();
                if (!isOptional)
                {
                    required.Add((JsonNode)name);
                }
            }

            TryTake(',');
        }

        if (required.Count > 0)
        {
            form["required"] = required;
        }

        return form;
    }

    private static JsonObject Named(string name) => name switch
    {
        "text" => new JsonObject { ["type"] = "string" },
        "time" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        "integer" => new JsonObject { ["type"] = "integer" },
        "number" => new JsonObject { ["type"] = "number" },
        "truth" => new JsonObject { ["type"] = "boolean" },
        "any" => [],
        _ => new JsonObject { ["$ref"] = Definitions + name },
    };

    private string Name()
    {
        Peek();
        var start = at;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Wrong("a name");
    }

    private string Quoted()
    {
        Take('"');
        var end = text.IndexOf('"', at);
        var word = end < 0 ? throw Wrong("a closing quotation mark") : text[at..end];
        at = end + 1;
        return word;
    }

    private char Peek()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length ? text[at] : '\0';
    }

    private bool TryTake(char sign)
    {
        if (Peek() != sign)
        {
            return false;
        }

        at++;
        return true;
    }

    private void Take(char sign)
    {
        if (!TryTake(sign))
        {
            throw Wrong($"'{sign}'");
        }
    }

    private FormatException Wrong(string expected) => new($"Expected {expected} at \"{text[Math.Min(at, text.Length)..Math.Min(at + 30, text.Length)].ReplaceLineEndings(" ")}\".");
}
