namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>Method requests on their way to one connection. Bounded; closed until the device has subscribed, and from its end on.</summary>
internal sealed class MethodQueue(string deviceId, int capacity)
{
    private readonly Lock gate = new();
    private readonly Queue<MethodRequest> waiting = new();
    private bool open;

    public bool IsOpen
    {
        get
        {
            lock (gate)
            {
                return open;
            }
        }
    }

    /// <summary>Begins to take requests: the device has subscribed.</summary>
    public void Open()
    {
        lock (gate)
        {
            open = true;
        }
    }

    /// <summary>Takes no more, and gives back what waits.</summary>
    public void Close()
    {
        MethodRequest[] unsent;
        lock (gate)
        {
            open = false;
            unsent = [.. waiting];
            waiting.Clear();
        }

        foreach (MethodRequest request in unsent)
        {
            request.NotSent(deviceId);
        }
    }

    /// <returns>False where it is closed or full.</returns>
    public bool TryAdd(MethodRequest request)
    {
        lock (gate)
        {
            if (!open || waiting.Count == capacity)
            {
                return false;
            }

            waiting.Enqueue(request);
            return true;
        }
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MethodRequest? request)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out request);
        }
    }
}
