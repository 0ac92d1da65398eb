using System.Globalization;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What a device may publish.</summary>
internal enum DeviceTopicKind
{
    /// <summary>Anything else, another device's topics among it.</summary>
    Foreign,
    Telemetry,
    TwinGet,
    ReportedPatch,
    MethodResponse,
}

/// <summary>A topic that a device publishes to, understood.</summary>
/// <param name="RequestId"><c>$rid</c> as written; null where there is none.</param>
/// <param name="Version"><c>$version</c>; null where there is none.</param>
/// <param name="BadVersion"><c>$version</c> is there and not a number.</param>
/// <param name="Status">What a method came to; null where it is not a number.</param>
/// <param name="Bag">The property bag of telemetry, still encoded.</param>
internal readonly record struct DeviceTopic(
    DeviceTopicKind Kind,
    string? RequestId = null,
    long? Version = null,
    bool BadVersion = false,
    string Bag = "",
    int? Status = null)
{
    private const string TwinGet = "$iothub/twin/GET";
    private const string ReportedPatch = "$iothub/twin/PATCH/properties/reported";
    private const string MethodResponse = "$iothub/methods/res/";
    private const string Devices = "devices/";
    private const string Events = "messages/events";

    /// <param name="deviceId">The address of who publishes; see <see cref="TwinAddress"/>.</param>
    public static DeviceTopic Parse(string topic, string deviceId)
    {
        if (topic.StartsWith(Devices, StringComparison.OrdinalIgnoreCase))
        {
            return ParseTelemetry(topic, deviceId);
        }

        if (TakeRequest(topic, TwinGet) is { } get)
        {
            return Request(DeviceTopicKind.TwinGet, get);
        }

        if (TakeRequest(topic, ReportedPatch) is { } patch)
        {
            return Request(DeviceTopicKind.ReportedPatch, patch);
        }

        return topic.StartsWith(MethodResponse, StringComparison.OrdinalIgnoreCase) ? ParseMethodResponse(topic) : default;
    }

    private static DeviceTopic ParseTelemetry(string topic, string deviceId)
    {
        int end = topic.IndexOf('/', Devices.Length);
        if (end < 0)
        {
            return default;
        }

        // Identifiers may contain characters that a topic may not: such a client encodes them.
        ReadOnlySpan<char> rest = topic.AsSpan(end + 1);
        if ((!Is(topic.AsSpan(Devices.Length, end - Devices.Length), deviceId) && !IsOfModule(topic.AsSpan(Devices.Length), deviceId, out rest))
            || !rest.StartsWith(Events, StringComparison.OrdinalIgnoreCase)
            || (rest.Length > Events.Length && rest[Events.Length] != '/'))
        {
            return default;
        }

        return new DeviceTopic(DeviceTopicKind.Telemetry, Bag: rest.Length > Events.Length + 1 ? rest[(Events.Length + 1)..].ToString() : "");
    }

    private static bool Is(ReadOnlySpan<char> segment, string id) => segment.SequenceEqual(id) || Uri.UnescapeDataString(segment.ToString()) == id;

    /// <summary><c>d/modules/m/…</c>, and <c>d/m/…</c>, which nanoFramework's client writes.</summary>
    private static bool IsOfModule(ReadOnlySpan<char> topic, string address, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!TwinAddress.IsModule(address))
        {
            return false;
        }

        var (deviceId, moduleId) = TwinAddress.Parse(address);
        ReadOnlySpan<char> left = topic;
        if (!Is(Segment(ref left), deviceId))
        {
            return false;
        }

        rest = left;
        bool spelled = Segment(ref rest).Equals("modules", StringComparison.OrdinalIgnoreCase) && Is(Segment(ref rest), moduleId!);
        if (spelled)
        {
            return true;
        }

        rest = left;
        return Is(Segment(ref rest), moduleId!);
    }

    /// <summary>Takes what stands before the next slash.</summary>
    private static ReadOnlySpan<char> Segment(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOf('/');
        ReadOnlySpan<char> segment = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return segment;
    }

    /// <summary><c>…/{status}/?$rid={rid}</c></summary>
    private static DeviceTopic ParseMethodResponse(string topic)
    {
        int end = topic.IndexOf('/', MethodResponse.Length);
        return end < 0 || TakeRequest(topic, topic[..end]) is not { } parameters
            ? new DeviceTopic(DeviceTopicKind.MethodResponse)
            : Request(DeviceTopicKind.MethodResponse, parameters) with
            {
                Status = int.TryParse(topic.AsSpan(MethodResponse.Length, end - MethodResponse.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int status)
                    ? status
                    : null,
            };
    }

    /// <returns>The parameters behind <c>?</c>, or null where the topic is another.</returns>
    private static string? TakeRequest(string topic, string prefix)
    {
        if (!topic.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        ReadOnlySpan<char> rest = topic.AsSpan(prefix.Length);
        if (rest.StartsWith("/"))
        {
            rest = rest[1..];
        }

        return rest.IsEmpty ? "" : rest[0] == '?' ? rest[1..].ToString() : null;
    }

    private static DeviceTopic Request(DeviceTopicKind kind, string parameters)
    {
        string? requestId = null;
        long? version = null;
        bool badVersion = false;
        foreach (string parameter in parameters.Split('&'))
        {
            int equals = parameter.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            string value = parameter[(equals + 1)..];
            if (parameter.AsSpan(0, equals).Equals("$rid", StringComparison.OrdinalIgnoreCase))
            {
                requestId = value;
            }
            else if (parameter.AsSpan(0, equals).Equals("$version", StringComparison.OrdinalIgnoreCase))
            {
                badVersion = !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
                version = badVersion ? null : number;
            }
        }

        return new DeviceTopic(kind, requestId, version, badVersion);
    }
}
