using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>The applied settings as the JSON that a node keeps over a restart: the same components and names as in the twin.</summary>
public static class SettingsCodec
{
    private const int LongestEscape = 6;
    private const int MaximumLength = 16384;

    /// <summary>Writes the settings; what is absent is left out.</summary>
    public static byte[] Write(SettingsValues values)
    {
        var writer = new JsonWriter(2048, MaximumLength);
        writer.StartObject();
        for (int component = 0; component < TwinModel.ComponentCount; component++)
        {
            writer.Name(TwinModel.Component(component));
            writer.StartObject();
            for (int index = TwinModel.First(component); index < TwinModel.First(component + 1); index++)
            {
                if (values.IsSet(index))
                {
                    writer.Name(TwinModel.Name(index));
                    WriteValue(writer, index, values);
                }
            }

            writer.EndObject();
        }

        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Writes one value as the twin shows it; null where it is absent.</summary>
    public static void WriteValue(JsonWriter writer, int index, SettingsValues values)
    {
        int number = values.Numbers[index];
        if (number == TwinModel.NotSet)
        {
            writer.Null();
        }
        else if (TwinModel.TypeOf(index) == TwinModel.TextType)
        {
            writer.Value(values.Texts[TwinModel.TextOf(index)]);
        }
        else if (TwinModel.TypeOf(index) == TwinModel.BooleanType)
        {
            writer.Value(number != 0);
        }
        else
        {
            writer.Value(number);
        }
    }

    /// <summary>The text just read where it is short enough for its property; null where it is not, or cannot be kept as it is.</summary>
    public static string TextFor(int index, JsonReader reader)
    {
        // Six bytes (an escape) may stand for one; a text that is longer than that is not decoded at all.
        bool isBounded = reader.TextLength() <= LongestEscape * TwinModel.Maximum(index);
        return isBounded && reader.IsTextPortable() ? reader.Text() : null;
    }

    /// <summary>Reads settings written by this or another version: unknown names are passed over, missing ones keep their default.</summary>
    /// <returns>The settings, or null where the content is damaged or out of the model's limits.</returns>
    public static SettingsValues Read(byte[] content, TextRule rule)
    {
        var values = new SettingsValues();
        var reader = new JsonReader();
        reader.Start(content, content.Length);
        if (reader.Next() != JsonToken.ObjectStart)
        {
            return null;
        }

        int component = -1;
        int last = -1;
        JsonToken token = reader.Next();
        while (token != JsonToken.End)
        {
            if (token == JsonToken.Malformed)
            {
                return null;
            }

            if (token == JsonToken.Name)
            {
                int depth = reader.Depth;
                int index = -1;
                if (depth == 1)
                {
                    component = ComponentNamed(reader);
                }
                else
                {
                    index = IndexNamed(reader, component, last);
                    last = index >= 0 ? index : last;
                }

                token = reader.Next();
                if (depth == 1 && component >= 0 && token == JsonToken.ObjectStart)
                {
                    token = reader.Next();
                    continue;
                }

                if (index >= 0)
                {
                    long number = reader.Integer;
                    if (token == JsonToken.String && TwinModel.TextOf(index) >= 0)
                    {
                        string text = TextFor(index, reader);
                        if (text == null)
                        {
                            return null;
                        }

                        values.Texts[TwinModel.TextOf(index)] = text;
                        number = text.Length;
                    }

                    if (Rules.Judge(index, token, number) != RejectReason.None)
                    {
                        return null;
                    }

                    values.Numbers[index] = Rules.Encode(token, number);
                }

                if (!reader.Skip(token))
                {
                    return null;
                }
            }

            token = reader.Next();
        }

        return Rules.AreGood(values, rule) ? values : null;
    }

    /// <summary>Index of the component with the name just read, or -1.</summary>
    public static int ComponentNamed(JsonReader reader)
    {
        for (int component = 0; component < TwinModel.ComponentCount; component++)
        {
            if (reader.TextIs(TwinModel.Component(component)))
            {
                return component;
            }
        }

        return -1;
    }

    /// <summary>Index of the property of this component with the name just read, or -1.</summary>
    /// <param name="before">
    /// The index found last, or -1: a document mostly has the order of the model, and each name that is looked at costs a literal's block.
    /// </param>
    public static int IndexNamed(JsonReader reader, int component, int before)
    {
        if (component < 0)
        {
            return -1;
        }

        int first = TwinModel.First(component);
        int end = TwinModel.First(component + 1);
        int index = before < first ? first : before + 1;
        for (int left = end - first; left > 0; left--)
        {
            if (index >= end)
            {
                index = first;
            }

            if (reader.TextIs(TwinModel.Name(index)))
            {
                return index;
            }

            index++;
        }

        return -1;
    }
}
