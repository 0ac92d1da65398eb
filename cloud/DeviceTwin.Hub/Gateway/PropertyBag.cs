using System.Text;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>The properties at the end of a topic: <c>k=v&amp;k=v</c>, percent-encoded.</summary>
internal static class PropertyBag
{
    /// <summary>
    /// Reads what each client writes: keys encoded (<c>%24.ct</c>) and raw (<c>$.ct</c>), <c>+</c> for a space, one slash behind the
    /// last value. A key without <c>=</c> has the value null; of a key that comes twice the last counts.
    /// </summary>
    public static Dictionary<string, string?> Parse(ReadOnlySpan<char> bag)
    {
        var properties = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (bag.EndsWith("/"))
        {
            bag = bag[..^1];
        }

        foreach (Range range in bag.Split('&'))
        {
            ReadOnlySpan<char> part = bag[range];
            if (part.IsEmpty)
            {
                continue;
            }

            int equals = part.IndexOf('=');
            string key = Decode(equals < 0 ? part : part[..equals]);
            properties[key] = equals < 0 ? null : Decode(part[(equals + 1)..]);
        }

        return properties;
    }

    /// <summary>
    /// The topic of a message to a device, properties and all. Every reserved character is encoded, the <c>$</c> of <c>$.mid</c> too: Node's
    /// client cuts at slashes, ampersands and equals signs before it decodes. nanoFramework's decodes first and cuts then; keys
    /// and values with an <c>&amp;</c> or <c>=</c> are encoded twice for it and arrive there encoded once (<c>a%26b</c>), where they would break
    /// the other properties.
    /// </summary>
    public static string CloudToDeviceTopic(CloudToDeviceMessage message, bool nano)
    {
        // An identifier may contain what a topic may not.
        string id = message.DeviceId.AsSpan().ContainsAny('+', '#') ? Uri.EscapeDataString(message.DeviceId) : message.DeviceId;
        var topic = new StringBuilder($"devices/{id}/messages/devicebound/");
        Write(topic, SystemProperties.To, $"/devices/{message.DeviceId}/messages/deviceBound", nano);
        foreach (var (key, value) in message.Properties)
        {
            topic.Append('&');
            Write(topic, key, value ?? "", nano);
        }

        return topic.ToString();
    }

    private static void Write(StringBuilder topic, string key, string value, bool nano) =>
        topic.Append(Encode(key, nano)).Append('=').Append(Encode(value, nano));

    private static string Encode(string text, bool nano)
    {
        string once = Uri.EscapeDataString(text);
        return nano && text.AsSpan().ContainsAny('&', '=') ? Uri.EscapeDataString(once) : once;
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        string spaced = text.ToString().Replace('+', ' ');
        return Uri.UnescapeDataString(spaced);
    }
}
