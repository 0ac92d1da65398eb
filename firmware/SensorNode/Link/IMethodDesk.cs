namespace DeviceTwin.SensorNode.Link;

/// <summary>Whoever answers direct methods. The link brings calls and takes answers; when to answer is the desk's own affair. No member throws.</summary>
public interface IMethodDesk
{
    /// <summary>A new connection: answers that the hub still waits for on an older one are not waited for any more.</summary>
    void Connected();

    /// <summary>A method was called.</summary>
    /// <param name="name">As the hub wrote it.</param>
    /// <param name="requestId">Goes back as it came.</param>
    /// <param name="payload">The body.</param>
    void Called(string name, string requestId, byte[] payload, long nowMs);

    /// <summary>Lets time pass.</summary>
    void Step(long nowMs);

    /// <summary>The next answer to be sent, or null. Each is given once.</summary>
    MethodAnswer TakeAnswer(long nowMs);
}

/// <summary>An answer to a direct method.</summary>
public sealed class MethodAnswer
{
    /// <summary>The number of the call as it came.</summary>
    public readonly string RequestId;

    /// <summary>What became of it, as a status of HTTP.</summary>
    public readonly int Status;

    /// <summary>The body, JSON.</summary>
    public readonly byte[] Payload;

    public MethodAnswer(string requestId, int status, byte[] payload)
    {
        RequestId = requestId;
        Status = status;
        Payload = payload;
    }
}
