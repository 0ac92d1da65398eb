namespace DeviceTwin.SensorNode.Twin;

/// <summary>What the node asks of the hub about its twin; the link turns it into a message.</summary>
public sealed class TwinRequest
{
    /// <summary>Number that the reply carries.</summary>
    public readonly int RequestId;

    /// <summary>The reported patch, or null where the twin is asked for.</summary>
    public readonly byte[] Patch;

    /// <param name="requestId">Number that the reply carries.</param>
    /// <param name="patch">The reported patch, or null.</param>
    public TwinRequest(int requestId, byte[] patch)
    {
        RequestId = requestId;
        Patch = patch;
    }
}
