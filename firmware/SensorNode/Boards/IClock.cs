namespace DeviceTwin.SensorNode.Boards;

/// <summary>The node's two clocks. Read by the loops only; rooms receive time as a parameter.</summary>
public interface IClock
{
    /// <summary>Milliseconds since boot; never goes back.</summary>
    long UptimeMs();

    /// <summary>UTC in milliseconds since 1970-01-01, or 0 while the node does not know it.</summary>
    long UtcMs();

    /// <summary>Sets the calendar, as a technician without a time server does; SNTP sets it again later. Does not throw.</summary>
    /// <param name="utcMs">Milliseconds since 1970-01-01.</param>
    void SetUtcMs(long utcMs);

    /// <summary>Asks the time server at once. Whether it answered shows in <see cref="UtcMs"/>; does not throw.</summary>
    void Synchronize();
}
