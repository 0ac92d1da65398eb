using System;
using nanoFramework.Networking;
using nanoFramework.Runtime.Native;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>The board's clocks: a counter since boot, and the calendar that SNTP sets.</summary>
public sealed class Esp32Clock : IClock
{
    // Before SNTP set it, the calendar stands near 1970.
    private const int FirstPlausibleYear = 2025;

    public long UptimeMs()
    {
        return Environment.TickCount64;
    }

    public long UtcMs()
    {
        DateTime now = DateTime.UtcNow;
        return now.Year < FirstPlausibleYear ? 0 : (now.ToUnixTimeSeconds() * 1000) + now.Millisecond;
    }

    public void SetUtcMs(long utcMs)
    {
        try
        {
            Rtc.SetSystemTime(DateTime.UnixEpoch.AddSeconds(utcMs / 1000));
        }
        catch (Exception)
        {
            // Whether it was taken shows in UtcMs.
        }
    }

    public void Synchronize()
    {
        try
        {
            Sntp.UpdateNow();
        }
        catch (Exception)
        {
            // SNTP goes on asking in its own rhythm.
        }
    }
}
