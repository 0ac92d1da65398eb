using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// The words of Azure IoT Hub's MQTT dialect as far as a node speaks it: names, topics, numbers in topics.
/// Source: Microsoft Learn, "Communicate with an IoT hub using the MQTT protocol".
/// </summary>
public static class HubDialect
{
    /// <summary>Who the node says it is. Does not begin with <c>nano;</c>: hubs treat that client's weaknesses, which are not ours.</summary>
    public const string ClientType = "DeviceTwin.SensorNode/0.1.0 (nanoFramework)";

    /// <summary>Version of the device API.</summary>
    public const string ApiVersion = "2021-04-12";

    /// <summary>Filter of the hub's answers.</summary>
    public const string AnswerFilter = "$iothub/twin/res/#";

    /// <summary>Filter of desired patches.</summary>
    public const string DesiredFilter = "$iothub/twin/PATCH/properties/desired/#";

    /// <summary>Filter of direct methods.</summary>
    public const string MethodFilter = "$iothub/methods/POST/#";

    private const string MethodPrefix = "$iothub/methods/POST/";
    private const string AnswerPrefix = "$iothub/twin/res/";
    private const string DesiredPrefix = "$iothub/twin/PATCH/properties/desired/";

    /// <summary>The user name of CONNECT.</summary>
    public static string UserName(string host, string deviceId, string modelId)
    {
        return host + "/" + deviceId + "/?api-version=" + ApiVersion + "&model-id=" + PercentCode.Encode(modelId)
            + "&DeviceClientType=" + PercentCode.Encode(ClientType);
    }

    /// <summary>What a token of this device is for.</summary>
    public static string Resource(string host, string deviceId)
    {
        return host + "/devices/" + deviceId;
    }

    /// <summary>Topic that asks for the twin.</summary>
    public static string TwinTopic(int requestId)
    {
        return "$iothub/twin/GET/?$rid=" + Digits.Text(requestId);
    }

    /// <summary>Topic of a reported patch.</summary>
    public static string ReportTopic(int requestId)
    {
        return "$iothub/twin/PATCH/properties/reported/?$rid=" + Digits.Text(requestId);
    }

    /// <summary>Topic of a telemetry message.</summary>
    /// <param name="kind">Value of the application property <c>kind</c>.</param>
    /// <param name="bootId">Value of <c>bootId</c>.</param>
    /// <param name="sequence">Value of <c>seq</c>: with it the hub tells a repetition from a new message.</param>
    public static string TelemetryTopic(string deviceId, string kind, string bootId, int sequence)
    {
        return "devices/" + deviceId + "/messages/events/%24.ct=application%2Fjson&%24.ce=utf-8&kind=" + PercentCode.Encode(kind)
            + "&bootId=" + PercentCode.Encode(bootId) + "&seq=" + Digits.Text(sequence);
    }

    /// <summary>Topic of a message with properties of its own.</summary>
    /// <param name="properties">Encoded: <c>name=value&amp;…</c>.</param>
    public static string MessageTopic(string deviceId, string properties)
    {
        return "devices/" + deviceId + "/messages/events/" + properties;
    }

    /// <summary>Whether a topic carries the answer to a question about a waveform; their request identifiers begin with a letter, those of the twin with a digit.</summary>
    /// <param name="requestId">The question's.</param>
    public static bool IsAnswerTo(string topic, string requestId)
    {
        string end = "?$rid=" + requestId;
        return IsAnswer(topic) && topic.Length > end.Length && topic.Substring(topic.Length - end.Length) == end;
    }

    /// <summary>Topic of the answer to a direct method.</summary>
    /// <param name="requestId">As it came.</param>
    public static string MethodAnswerTopic(int status, string requestId)
    {
        return "$iothub/methods/res/" + Digits.Text(status) + "/?$rid=" + requestId;
    }

    /// <summary>Whether a topic carries a call of a direct method.</summary>
    public static bool IsMethod(string topic)
    {
        return Ordinal.Begins(topic, MethodPrefix);
    }

    /// <summary>Name of the method that a topic calls; empty where the topic is malformed.</summary>
    public static string MethodName(string topic)
    {
        int end = topic.IndexOf('/', MethodPrefix.Length);
        return end < 0 ? "" : topic.Substring(MethodPrefix.Length, end - MethodPrefix.Length);
    }

    /// <summary>Whether a topic carries a desired patch.</summary>
    public static bool IsDesired(string topic)
    {
        return Ordinal.Begins(topic, DesiredPrefix);
    }

    /// <summary>Whether a topic carries an answer.</summary>
    public static bool IsAnswer(string topic)
    {
        return Ordinal.Begins(topic, AnswerPrefix);
    }

    /// <summary>Status in an answer's topic, -1 where it is malformed.</summary>
    public static int Status(string topic)
    {
        int end = topic.IndexOf('/', AnswerPrefix.Length);
        return end < 0 ? -1 : Digits.Parse(topic.Substring(AnswerPrefix.Length, end - AnswerPrefix.Length));
    }

    /// <summary>A number in the parameters of a topic, -1 where it is missing or none.</summary>
    /// <param name="name">E.g. <c>$rid</c>.</param>
    public static int Parameter(string topic, string name)
    {
        string text = TextParameter(topic, name);
        return text == null ? -1 : Digits.Parse(text);
    }

    /// <summary>A parameter of a topic as it stands there, null where it is missing.</summary>
    public static string TextParameter(string topic, string name)
    {
        int position = topic.IndexOf('?');
        while (position >= 0)
        {
            int start = position + 1;
            int next = topic.IndexOf('&', start);
            int end = next < 0 ? topic.Length : next;
            int length = name.Length + 1;
            if (end - start >= length && topic.Substring(start, length) == name + "=")
            {
                return topic.Substring(start + length, end - start - length);
            }

            position = next;
        }

        return null;
    }
}
