using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>How texts are told to the node: in as few frames as they fit into, and what fits into none in pieces. Pure.</summary>
internal static class StagePlan
{
    private static readonly int[] Commands = [SerialCommand.WifiSet, SerialCommand.IdentitySet, SerialCommand.HubSet];

    // A key's plus signs as they are: a frame has room for 220 bytes.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A frame, or a text that is sent in pieces.</summary>
    /// <param name="Command">A number of <see cref="SerialCommand"/>.</param>
    /// <param name="Payload">Of a frame its payload; empty of pieces.</param>
    /// <param name="Text">Of pieces what is sent; null of a frame.</param>
    public sealed record Part(int Command, byte[] Payload, StagedText? Text);

    /// <summary>The parts of some texts.</summary>
    /// <exception cref="ArgumentException">One cannot be told; the message has its name and never its text.</exception>
    public static IReadOnlyList<Part> Of(IEnumerable<StagedText> texts)
    {
        StagedText[] all = [.. texts];
        foreach (StagedText text in all)
        {
            Check(text);
        }

        List<Part> parts = [];
        foreach (int command in Commands)
        {
            List<StagedText> together = [];
            foreach (StagedText text in all.Where(text => StagedField.CommandOf(text.Field) == command))
            {
                if (Encode([text]).Length > SerialFrame.MaximumPayload)
                {
                    RequireAscii(text.Field, text.Text!);
                    parts.Add(new Part(SerialCommand.Put, [], text));
                    continue;
                }

                if (Encode([.. together, text]).Length > SerialFrame.MaximumPayload)
                {
                    parts.Add(new Part(command, Encode(together), null));
                    together.Clear();
                }

                together.Add(text);
            }

            if (together.Count > 0)
            {
                parts.Add(new Part(command, Encode(together), null));
            }
        }

        return parts;
    }

    /// <summary>Refuses what <c>put</c> would not take.</summary>
    /// <exception cref="ArgumentException">It holds something else.</exception>
    public static void RequireAscii(int field, string text)
    {
        if (text.Any(sign => sign is not ('\r' or '\n') and (< ' ' or > '~')))
        {
            throw new ArgumentException($"The field {StagedField.Name(field)} is too long for one frame and holds other signs than printable ASCII.");
        }
    }

    /// <summary>Refuses what the field cannot hold.</summary>
    /// <exception cref="ArgumentException">It is too long, no number, or no field to be staged.</exception>
    public static void Check(StagedText text)
    {
        if (text.Field is < 0 or >= StagedField.Count or StagedField.Secret)
        {
            throw new ArgumentException("The provisioning secret comes with the commit, and there are no fields but those of the table.");
        }

        if (text.Text?.Length > StagedField.Maximum(text.Field))
        {
            throw new ArgumentException($"The field {StagedField.Name(text.Field)} holds {StagedField.Maximum(text.Field)} signs at most.");
        }

        if (text.Text is not null && StagedField.IsNumber(text.Field) && !int.TryParse(text.Text, out _))
        {
            throw new ArgumentException($"The field {StagedField.Name(text.Field)} is a number.");
        }
    }

    private static byte[] Encode(IEnumerable<StagedText> texts)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Relaxed))
        {
            writer.WriteStartObject();
            foreach (StagedText text in texts)
            {
                string name = StagedField.Name(text.Field);
                if (string.IsNullOrEmpty(text.Text))
                {
                    writer.WriteNull(name);
                }
                else if (StagedField.IsNumber(text.Field))
                {
                    writer.WriteNumber(name, int.Parse(text.Text));
                }
                else
                {
                    writer.WriteString(name, text.Text);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
