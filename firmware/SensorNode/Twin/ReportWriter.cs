using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>Writes the reported patch: everything that is dirty, once, each acknowledgement in the form of IoT Plug and Play.</summary>
public static class ReportWriter
{
    /// <summary>Larger than any report: every property rejected, every text as long as it may be, and every place for strays taken.</summary>
    public const int MaximumLength = 49152;

    /// <summary>Writes the patch and moves what is in it from dirty to in flight.</summary>
    public static void Write(JsonWriter writer, PropertyBook book, TwinFacts facts, HealthFacts health)
    {
        writer.Clear();
        writer.StartObject();
        WriteFacts(writer, facts);
        health.Write(writer);
        WriteStrays(writer, book, -1);
        for (int component = 0; component < TwinModel.Components.Length; component++)
        {
            if (HasNews(book, component))
            {
                writer.Name(TwinModel.Components[component]);
                writer.StartObject();
                writer.Member("__t", "c");
                WriteProperties(writer, book, component);
                WriteStrays(writer, book, component);
                writer.EndObject();
            }
        }

        writer.EndObject();
    }

    private static bool HasNews(PropertyBook book, int component)
    {
        for (int index = TwinModel.Firsts[component]; index < TwinModel.Firsts[component + 1]; index++)
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

    private static void WriteFacts(JsonWriter writer, TwinFacts facts)
    {
        for (int fact = 0; fact < TwinFacts.Count; fact++)
        {
            if (!facts.IsDirty(fact))
            {
                continue;
            }

            writer.Name(TwinFacts.Names[fact]);
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

    private static void WriteProperties(JsonWriter writer, PropertyBook book, int component)
    {
        for (int index = TwinModel.Firsts[component]; index < TwinModel.Firsts[component + 1]; index++)
        {
            if (!book.IsDirty[index])
            {
                continue;
            }

            writer.Name(TwinModel.Names[index]);
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
            return RejectReason.MalformedSentence(index, book.TextFault(TwinModel.TextOf[index]));
        }

        if (book.Reasons[index] != RejectReason.None)
        {
            return RejectReason.Sentence(book.Reasons[index], index);
        }

        return book.Codes[index] == Acknowledgement.Initial ? "default" : RejectReason.Word(RejectReason.None);
    }

    private static void WriteStrays(JsonWriter writer, PropertyBook book, int component)
    {
        for (int place = 0; place < PropertyBook.MaximumStrays; place++)
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
