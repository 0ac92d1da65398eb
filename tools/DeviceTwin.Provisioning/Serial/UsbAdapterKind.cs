namespace DeviceTwin.Provisioning.Serial;

/// <summary>What turns USB into a serial line.</summary>
public enum UsbAdapterKind
{
    /// <summary>Something else.</summary>
    Other,

    /// <summary>The USB connector of an ESP32 itself (303A).</summary>
    Espressif,

    /// <summary>Silicon Labs CP2102, CP2104 and their like (10C4).</summary>
    Cp210x,

    /// <summary>WCH CH340, CH341, CH343, CH9102 (1A86).</summary>
    Ch34x,

    /// <summary>FTDI FT232 and its like (0403).</summary>
    Ftdi,

    /// <summary>Prolific PL2303 (067B).</summary>
    Pl2303,
}
