using System.Buffers;
using System.Text.Json;
using DeviceTwin.Storage;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Rest;

/// <summary>A twin as <see cref="TwinJson"/> shows it, from the text in which it is stored: long answers are copied, not parsed.</summary>
internal static class TwinTextJson
{
    public static void Write(Utf8JsonWriter writer, TwinText twin, DeviceIdentity identity)
    {
        writer.WriteStartObject();
        writer.WriteString("deviceId", twin.DeviceId);
        writer.WriteString("etag", twin.ETag);
        writer.WriteString("deviceEtag", identity.ETag);
        writer.WriteString("status", DeviceJson.Status(identity));
        writer.WriteString("statusReason", identity.StatusReason);
        writer.WriteString("statusUpdateTime", ConditionSubject.Instant(identity.StatusUpdatedAt));
        writer.WriteString("connectionState", ConditionSubject.ConnectionState(twin.Presence.Connected));
        writer.WriteString("lastActivityTime", ConditionSubject.Instant(twin.Presence.LastActivityAt));
        writer.WriteNumber("cloudToDeviceMessageCount", twin.Presence.QueuedMessages);
        writer.WriteString("authenticationType", identity.Authentication.Word());
        DeviceJson.WriteThumbprint(writer, identity);
        writer.WriteString("modelId", twin.ModelId ?? "");
        writer.WriteNumber("version", twin.Version);
        writer.WritePropertyName("tags");
        writer.WriteRawValue(twin.Tags.Span, skipInputValidation: true);
        writer.WriteStartObject("properties");
        Section(writer, "desired", twin.Desired);
        Section(writer, "reported", twin.Reported);
        writer.WriteEndObject();
        writer.WriteStartObject("capabilities");
        writer.WriteBoolean("iotEdge", false);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The properties, then <c>$metadata</c>, then <c>$version</c>, in one object.</summary>
    private static void Section(Utf8JsonWriter writer, string name, SectionText section)
    {
        var properties = section.Properties.Span;
        var whole = new ArrayBufferWriter<byte>(properties.Length + section.Metadata.Length + 64);
        whole.Write(properties[..^1]);
        whole.Write(properties.Length > 2 ? ",\"$metadata\":"u8 : "\"$metadata\":"u8);
        whole.Write(section.Metadata.Span);
        whole.Write(",\"$version\":"u8);
        section.Version.TryFormat(whole.GetSpan(20), out var digits, default, System.Globalization.CultureInfo.InvariantCulture);
        whole.Advance(digits);
        whole.Write("}"u8);
        writer.WritePropertyName(name);
        writer.WriteRawValue(whole.WrittenSpan, skipInputValidation: true);
    }
}
