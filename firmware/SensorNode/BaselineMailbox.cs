namespace DeviceTwin.SensorNode;

/// <summary>Hands the learned baseline from the measure loop to the talk loop, which keeps it in a file; only the newest counts. Both loops may call at once.</summary>
public sealed class BaselineMailbox
{
    private readonly object _gate = new object();
    private byte[] _content;

    /// <summary>Puts a baseline in, replacing one not yet taken.</summary>
    /// <param name="content">Not changed any more.</param>
    public void Put(byte[] content)
    {
        lock (_gate)
        {
            _content = content;
        }
    }

    /// <summary>Takes the baseline out, or null where there is no new one.</summary>
    public byte[] Take()
    {
        lock (_gate)
        {
            byte[] content = _content;
            _content = null;
            return content;
        }
    }
}
