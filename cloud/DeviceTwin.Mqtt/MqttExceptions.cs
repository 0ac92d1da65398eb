namespace DeviceTwin.Mqtt;

/// <summary>The server answered CONNECT with a code other than 0.</summary>
public sealed class MqttConnectRefusedException(MqttConnectReturnCode code)
    : Exception($"the server refused the connection: {code} ({(int)code})")
{
    public MqttConnectReturnCode ReturnCode { get; } = code;
}

/// <summary>The connection ended before what was asked for had happened.</summary>
public sealed class MqttConnectionClosedException(string reason, Exception? inner = null) : Exception(reason, inner);
