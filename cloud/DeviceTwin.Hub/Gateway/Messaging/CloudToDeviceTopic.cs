using System.Text;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>Where a message for a device is published to it.</summary>
internal static class CloudToDeviceTopic
{
    /// <summary>
    /// The topic of a message to a device, properties and all. Every reserved character is encoded, the <c>$</c> of <c>$.mid</c> too: Node's
    /// client cuts at slashes, ampersands and equals signs before it decodes. nanoFramework's decodes first and cuts then; keys
    /// and values with an <c>&amp;</c> or <c>=</c> are encoded twice for it and arrive there encoded once (<c>a%26b</c>), where they would break
    /// the other properties.
    /// </summary>
    /// <param name="begin">What the client has subscribed to, without the wildcard: <see cref="DeviceFilters.MessagesTopic"/>.</param>
    public static string Of(string begin, CloudToDeviceMessage message, bool nano)
    {
        var (deviceId, moduleId) = TwinAddress.Parse(message.DeviceId);
        var topic = new StringBuilder(begin);
        Write(topic, SystemProperties.To, moduleId is null ? $"/devices/{deviceId}/messages/deviceBound" : $"/devices/{deviceId}/modules/{moduleId}/messages/deviceBound", nano);
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
}
