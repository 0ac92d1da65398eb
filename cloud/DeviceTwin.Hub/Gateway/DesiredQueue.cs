using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Desired patches on their way to one connection, in the order of their versions. Bounded: when the device does not keep up, the
/// patches give way to one whole document, which says the same.
/// </summary>
internal sealed class DesiredQueue
{
    private const int Capacity = 64;

    private readonly Lock gate = new();
    private readonly Queue<FleetEvent.DesiredChanged> patches = new();
    private bool whole;
    private bool open;

    /// <summary>Begins to take patches: the device has subscribed.</summary>
    public void Open()
    {
        lock (gate)
        {
            open = true;
        }
    }

    /// <summary>Forgets what waits and takes no more: the device has unsubscribed.</summary>
    public void Close()
    {
        lock (gate)
        {
            open = false;
            whole = false;
            patches.Clear();
        }
    }

    /// <param name="collapsed">Patches that gave way to the whole document by this call.</param>
    /// <returns>Whether there is now something to send.</returns>
    public bool Add(FleetEvent.DesiredChanged change, out int collapsed)
    {
        collapsed = 0;
        lock (gate)
        {
            if (!open)
            {
                return false;
            }

            if (whole)
            {
                // The document is read when it is sent: it will contain this change.
                return true;
            }

            if (patches.Count == Capacity)
            {
                collapsed = patches.Count + 1;
                patches.Clear();
                whole = true;
                return true;
            }

            patches.Enqueue(change);
            return true;
        }
    }

    /// <summary>Asks for the whole document, which makes every waiting patch superfluous.</summary>
    /// <returns>Whether there is now something to send.</returns>
    public bool AddWhole()
    {
        lock (gate)
        {
            if (open)
            {
                whole = true;
                patches.Clear();
            }

            return open;
        }
    }

    /// <summary>Takes what is to be sent next.</summary>
    /// <param name="patch">The patch; null = the whole document.</param>
    public bool TryTake(out FleetEvent.DesiredChanged? patch)
    {
        lock (gate)
        {
            patch = null;
            if (whole)
            {
                whole = false;
                return true;
            }

            return patches.TryDequeue(out patch);
        }
    }
}
