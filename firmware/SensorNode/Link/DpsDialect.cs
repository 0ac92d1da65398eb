using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// The words of the device provisioning service's MQTT dialect. Source: Microsoft Learn, "Communicate with your DPS using the MQTT protocol".
/// </summary>
public static class DpsDialect
{
    /// <summary>Version of the device API.</summary>
    public const string ApiVersion = "2019-03-31";

    /// <summary>Name of the policy that a device's token names.</summary>
    public const string Policy = "registration";

    /// <summary>Filter of the service's answers.</summary>
    public const string AnswerFilter = "$dps/registrations/res/#";

    private const string AnswerPrefix = "$dps/registrations/res/";

    /// <summary>What a token of this device is for.</summary>
    public static string Resource(string idScope, string registrationId)
    {
        return idScope + "/registrations/" + registrationId;
    }

    /// <summary>The user name of CONNECT.</summary>
    public static string UserName(string idScope, string registrationId)
    {
        return Resource(idScope, registrationId) + "/api-version=" + ApiVersion + "&ClientVersion=" + PercentCode.Encode(HubDialect.ClientType);
    }

    /// <summary>Topic that asks to be registered.</summary>
    public static string RegisterTopic(int requestId)
    {
        return "$dps/registrations/PUT/iotdps-register/?$rid=" + Digits.Text(requestId);
    }

    /// <summary>Topic that asks how far a registration is.</summary>
    public static string StatusTopic(int requestId, string operationId)
    {
        return "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=" + Digits.Text(requestId) + "&operationId=" + operationId;
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
}
