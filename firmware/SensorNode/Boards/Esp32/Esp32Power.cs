using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>Restart and its cause. nanoFramework tells why the chip woke up, not why it was reset: everything but a wake-up is unknown.</summary>
public sealed class Esp32Power : IPower
{
    public string LastResetCause()
    {
        return Sleep.GetWakeupCause() == Sleep.WakeupCause.Undefined ? "unknown" : "deepSleep";
    }

    public void Restart()
    {
        Power.RebootDevice();
    }

    public int FreeMemoryBytes()
    {
        uint free = nanoFramework.Runtime.Native.GC.Run(false);
        return free > int.MaxValue ? int.MaxValue : (int)(long)free;
    }
}
