namespace DeviceTwin.SensorNode.Boards;

/// <summary>The sensors a board can carry: the same words stand in <c>hardware/boards/*.json</c>.</summary>
public static class SensorName
{
    /// <summary>ST IIS3DWB: three axes, 26.7 kHz, flat to 6 kHz.</summary>
    public const string Iis3dwb = "iis3dwb";

    /// <summary>ST ISM330DHCX: an inertial module whose accelerometer gives 6.67 kHz.</summary>
    public const string Ism330dhcx = "ism330dhcx";

    /// <summary>Microchip MCP9808 on I2C.</summary>
    public const string Mcp9808 = "mcp9808";

    /// <summary>Maxim DS18B20 on 1-Wire.</summary>
    public const string Ds18b20 = "ds18b20";
}
