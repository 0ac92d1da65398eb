using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// Writes the reported patch: what is dirty, once, each acknowledgement in the form of IoT Plug and Play. What would make the patch long
/// stays dirty and goes with the next one: a node has little memory, and a hub takes 32 KB in all.
/// </summary>
public static class ReportWriter
{
    /// <summary>A patch that has come to this length takes nothing more up. Long enough for a node's first report.</summary>
    public const int PatchLength = 4608;

    /// <summary>
    /// The same where memory is short: a node's first report is three of them. Writer, patch and the MQTT client's packet are there at the same time, and the client still holds
    /// the twin.
    /// </summary>
    public const int SmallPatchLength = 2048;

    /// <summary>Larger than any patch: <see cref="PatchLength"/> and the longest text with its acknowledgement.</summary>
    public const int MaximumLength = PatchLength + 8192;

    /// <summary>Writes the patch and moves what is in it from dirty to in flight.</summary>
    /// <param name="limit">Length in bytes from which the patch takes nothing more up; with 1 it holds one item.</param>
    public static void Write(JsonWriter writer, PropertyBook book, TwinFacts facts, HealthFacts health, int limit)
    {
        // The opening brace is no item.
        limit = limit < 2 ? 2 : limit;
        writer.Clear();
        writer.StartObject();
        WriteFacts(writer, facts, limit);
        if (writer.Length < limit)
        {
            health.Write(writer);
        }

        WriteStrays(writer, book, -1, limit);
        for (int component = 0; component < TwinModel.ComponentCount && writer.Length < limit; component++)
        {
            if (HasNews(book, component))
            {
                writer.Name(TwinModel.Component(component));
                writer.StartObject();
                writer.Member("__t", "c");
                int begun = writer.Length;
                int end = limit < begun + 1 ? begun + 1 : limit;
                WriteProperties(writer, book, component, end);
                WriteStrays(writer, book, component, end);
                writer.EndObject();
            }
        }

        writer.EndObject();
    }

    private static bool HasNews(PropertyBook book, int component)
    {
        for (int index = TwinModel.First(component); index < TwinModel.First(component + 1); index++)
        {
            if (book.IsDirty[index])
            {
                return true;
            }
        }

        for (int place = 0; place < PropertyBook.MaximumStrays; place++)
        {
            StrayProperty stray = book.Stray(place);
            if (stray != null && stray.Component == component && stray.IsDirty)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteFacts(JsonWriter writer, TwinFacts facts, int limit)
    {
        for (int fact = 0; fact < TwinFacts.Count && writer.Length < limit; fact++)
        {
            if (!facts.IsDirty(fact))
            {
                continue;
            }

            writer.Name(TwinFacts.Name(fact));
            if (fact >= TwinFacts.Alarms && fact < TwinFacts.Unacknowledged)
            {
                WriteAlarms(writer, facts, fact);
            }
            else if (fact == TwinFacts.Unacknowledged)
            {
                writer.Value(facts.UnacknowledgedCount());
            }
            else
            {
                writer.Value(facts.Text(fact));
            }

            facts.Took(fact);
        }
    }

    // Inactive alarms are taken out with null, also those that another boot reported.
    private static void WriteAlarms(JsonWriter writer, TwinFacts facts, int fact)
    {
        writer.StartObject();
        for (int bit = 0; bit < facts.AlarmCount(); bit++)
        {
            if (facts.AlarmWord(bit) == null)
            {
                continue;
            }

            writer.Name(facts.AlarmWord(bit));
            if (facts.IsAlarm(fact, bit))
            {
                writer.Value(true);
            }
            else
            {
                writer.Null();
            }
        }

        writer.EndObject();
    }

    private static void WriteProperties(JsonWriter writer, PropertyBook book, int component, int limit)
    {
        for (int index = TwinModel.First(component); index < TwinModel.First(component + 1) && writer.Length < limit; index++)
        {
            if (!book.IsDirty[index])
            {
                continue;
            }

            writer.Name(TwinModel.Name(index));
            if (!book.Values.IsSet(index) && book.Codes[index] == Acknowledgement.Initial)
            {
                // Absent and not asked for: nothing to acknowledge, and what another boot reported is taken out.
                writer.Null();
            }
            else
            {
                writer.StartObject();
                writer.Name("value");
                SettingsCodec.WriteValue(writer, index, book.Values);
                writer.Member("ac", book.Codes[index]);
                writer.Member("av", book.Versions[index]);
                writer.Member("ad", Description(book, index));
                writer.EndObject();
            }

            book.IsDirty[index] = false;
            book.IsInFlight[index] = true;
        }
    }

    private static string Description(PropertyBook book, int index)
    {
        if (book.Reasons[index] == RejectReason.Malformed)
        {
            return RejectReason.MalformedSentence(index, book.TextFault(TwinModel.TextOf(index)));
        }

        if (book.Reasons[index] != RejectReason.None)
        {
            return RejectReason.Sentence(book.Reasons[index], index);
        }

        return book.Codes[index] == Acknowledgement.Initial ? "default" : RejectReason.Word(RejectReason.None);
    }

    private static void WriteStrays(JsonWriter writer, PropertyBook book, int component, int limit)
    {
        for (int place = 0; place < PropertyBook.MaximumStrays && writer.Length < limit; place++)
        {
            StrayProperty stray = book.Stray(place);
            if (stray == null || stray.Component != component || !stray.IsDirty)
            {
                continue;
            }

            if (stray.Name == null)
            {
                WriteAcknowledgement(writer, stray);
            }
            else
            {
                writer.Name(stray.Name);
                if (stray.Leaving)
                {
                    writer.Null();
                }
                else
                {
                    writer.StartObject();
                    WriteAcknowledgement(writer, stray);
                    writer.EndObject();
                }
            }

            stray.IsDirty = false;
            stray.IsInFlight = true;
        }
    }

    private static void WriteAcknowledgement(JsonWriter writer, StrayProperty stray)
    {
        if (stray.Leaving)
        {
            writer.Name("ac");
            writer.Null();
            writer.Name("av");
            writer.Null();
            writer.Name("ad");
            writer.Null();
            return;
        }

        writer.Member("ac", Acknowledgement.Unknown);
        writer.Member("av", stray.Version);
        writer.Member("ad", RejectReason.Sentence(stray.Reason, stray.Path()));
    }
}
