using System.Runtime.InteropServices;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>Bounds the calls of methods that are unanswered: each holds its payload until it is answered or its time is over.</summary>
/// <param name="perDevice">Of one device.</param>
/// <param name="all">Of all devices together.</param>
internal sealed class MethodCallBound(int perDevice, int all)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> calls = new(StringComparer.Ordinal);
    private int open;

    /// <summary>Takes a place among the unanswered calls.</summary>
    /// <returns>Gives it back when disposed.</returns>
    /// <exception cref="HubException">There is none.</exception>
    public IDisposable Enter(string deviceId)
    {
        lock (gate)
        {
            if (open >= all)
            {
                throw new HubException(HubError.Throttling, $"{all} calls of methods are unanswered, as many as the hub keeps. Call again when some have ended.");
            }

            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(calls, deviceId, out _);
            if (count >= perDevice)
            {
                throw new HubException(
                    HubError.Throttling, $"{perDevice} calls of methods of device {deviceId} are unanswered, as many as a device may have. Call again when it has answered some.");
            }

            count++;
            open++;
            return new Place(this, deviceId);
        }
    }

    private void Leave(string deviceId)
    {
        lock (gate)
        {
            open--;
            if (--CollectionsMarshal.GetValueRefOrNullRef(calls, deviceId) == 0)
            {
                calls.Remove(deviceId);
            }
        }
    }

    private sealed class Place(MethodCallBound bound, string deviceId) : IDisposable
    {
        public void Dispose() => bound.Leave(deviceId);
    }
}
