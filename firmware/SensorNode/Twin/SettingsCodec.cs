using System;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>The applied settings as the JSON that a node keeps over a restart: the same components and names as in the twin.</summary>
public static class SettingsCodec
{
    private const int MaximumLength = 4096;

    /// <summary>The settings where nothing is desired.</summary>
    public static int[] Defaults()
    {
        int[] values = new int[TwinModel.Count];
        Array.Copy(TwinModel.Defaults, 0, values, 0, TwinModel.Count);
        return values;
    }

    /// <param name="values">Settings by index of <see cref="TwinModel"/>.</param>
    public static byte[] Write(int[] values)
    {
        var writer = new JsonWriter(512, MaximumLength);
        writer.StartObject();
        for (int component = 0; component < TwinModel.Components.Length; component++)
        {
            writer.Name(TwinModel.Components[component]);
            writer.StartObject();
            for (int index = 0; index < TwinModel.Count; index++)
            {
                if (TwinModel.ComponentOf[index] == component)
                {
                    writer.Name(TwinModel.Names[index]);
                    WriteValue(writer, index, values[index]);
                }
            }

            writer.EndObject();
        }

        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Writes one value as the twin shows it.</summary>
    public static void WriteValue(JsonWriter writer, int index, int value)
    {
        if (TwinModel.IsBoolean[index] != 0)
        {
            writer.Value(value != 0);
        }
        else
        {
            writer.Value(value);
        }
    }

    /// <summary>Reads settings written by this or another version: unknown names are passed over, missing ones keep their default.</summary>
    /// <returns>The settings, or null where the content is damaged or out of the model's limits.</returns>
    public static int[] Read(byte[] content)
    {
        int[] values = Defaults();
        var reader = new JsonReader();
        reader.Start(content, content.Length);
        if (reader.Next() != JsonToken.ObjectStart)
        {
            return null;
        }

        int component = -1;
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
                    index = IndexNamed(reader, component);
                }

                token = reader.Next();
                if (depth == 1 && component >= 0 && token == JsonToken.ObjectStart)
                {
                    token = reader.Next();
                    continue;
                }

                if (index >= 0)
                {
                    if (Rules.Judge(index, token, reader.Integer) != RejectReason.None)
                    {
                        return null;
                    }

                    values[index] = Rules.Encode(token, reader.Integer);
                }

                if (!reader.Skip(token))
                {
                    return null;
                }
            }

            token = reader.Next();
        }

        return Rules.AreGood(values) ? values : null;
    }

    /// <summary>Index of the component with the name just read, or -1.</summary>
    public static int ComponentNamed(JsonReader reader)
    {
        for (int component = 0; component < TwinModel.Components.Length; component++)
        {
            if (reader.TextIs(TwinModel.Components[component]))
            {
                return component;
            }
        }

        return -1;
    }

    /// <summary>Index of the property of this component with the name just read, or -1.</summary>
    public static int IndexNamed(JsonReader reader, int component)
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            if (TwinModel.ComponentOf[index] == component && reader.TextIs(TwinModel.Names[index]))
            {
                return index;
            }
        }

        return -1;
    }
}
