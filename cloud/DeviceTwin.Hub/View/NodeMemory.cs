using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.View;

/// <summary>
/// What the pages show of one node's telemetry. The last values are read from the store once and then follow the events; the
/// history is only kept for nodes that somebody has looked at.
/// </summary>
internal sealed class NodeMemory(string deviceId, IFleet fleet)
{
    /// <summary>Points of a trend: more than a screen has room for would be drawn on top of one another.</summary>
    public const int HistoryLength = 360;

    private readonly Lock gate = new();
    private bool primed;
    private FeatureSample? last;
    private DateTimeOffset? lastAt;
    private FeatureSample[]? history;
    private TelemetryMessage? spectrumMessage;
    private SpectrumSample? spectrum;
    private bool spectrumPrimed;
    private bool unreadable;

    /// <summary>The last verdict and when anything came last; the first call reads the store.</summary>
    public (FeatureSample? Last, DateTimeOffset? At) Latest()
    {
        lock (gate)
        {
            if (primed)
            {
                return (last, lastAt);
            }
        }

        // Outside the lock: the event thread must never wait for the store.
        var stored = fleet.ReadTelemetry(deviceId, "features", 1).Select(TelemetryReader.Features).FirstOrDefault();
        var any = fleet.ReadTelemetry(deviceId, null, 1).FirstOrDefault();
        lock (gate)
        {
            primed = true;
            last ??= stored;
            lastAt ??= any?.EnqueuedAt;
            return (last, lastAt);
        }
    }

    /// <summary>Features, oldest first. The same array until something is added to it.</summary>
    public FeatureSample[] History()
    {
        lock (gate)
        {
            if (history is not null)
            {
                return history;
            }
        }

        var stored = fleet.ReadTelemetry(deviceId, "features", HistoryLength).Select(TelemetryReader.Features).OfType<FeatureSample>().Reverse().ToArray();
        lock (gate)
        {
            // A message that came while the store was read may be in neither or in both: the last one decides.
            history ??= last is null || stored.Length > 0 && stored[^1].At >= last.At ? stored : [.. stored, last];
            return history;
        }
    }

    /// <summary>The last spectrum, decoded when it is first asked for.</summary>
    public SpectrumSample? Spectrum()
    {
        TelemetryMessage? message;
        lock (gate)
        {
            if (spectrumPrimed && spectrumMessage is null)
            {
                return spectrum;
            }

            message = spectrumMessage;
        }

        message ??= fleet.ReadTelemetry(deviceId, "spectrum", 1).FirstOrDefault();
        var decoded = message is null ? null : TelemetryReader.Spectrum(message);
        lock (gate)
        {
            if (spectrumMessage is null || ReferenceEquals(spectrumMessage, message))
            {
                spectrum = decoded ?? spectrum;
                spectrumMessage = null;
                spectrumPrimed = true;
            }

            return spectrum;
        }
    }

    /// <summary>Takes in a message; quick, as it runs on the fleet's thread.</summary>
    /// <returns>False the first time that one was to be shown but cannot be read.</returns>
    public bool Take(TelemetryMessage message)
    {
        var features = message.Kind == "features" ? TelemetryReader.Features(message) : null;
        lock (gate)
        {
            lastAt = message.EnqueuedAt;
            if (features is not null)
            {
                last = features;
                history = history is null ? null : [.. history.AsSpan(Math.Max(0, history.Length - HistoryLength + 1)), features];
            }

            if (message.Kind == "spectrum")
            {
                spectrumMessage = message;
            }

            var first = features is null && message.Kind == "features" && !unreadable;
            unreadable |= first;
            return !first;
        }
    }
}
