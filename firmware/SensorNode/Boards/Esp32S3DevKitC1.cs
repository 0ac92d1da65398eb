namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Espressif ESP32-S3-WROOM-1 N8R8, on its DevKitC-1 or on the board of <c>hardware/esp32-s3-iis3dwb</c>: 8 MB of octal PSRAM
/// (GPIO 35 to 37 belong to it). SPI on the FSPI pins that need no GPIO matrix.
/// </summary>
public static class Esp32S3DevKitC1
{
    public static BoardDescription Describe()
    {
        var board = new BoardDescription();
        board.Name = "esp32-s3-devkitc-1-n8r8";
        board.Images = new string[] { "ESP32_S3_OCTAL", "ESP32_S3_ALL" };
        board.Accelerometer = SensorName.Iis3dwb;
        board.SpiBus = 1;
        board.SpiMosi = 11;
        board.SpiMiso = 13;
        board.SpiClock = 12;
        board.SpiSelect = 10;
        board.SpiHertz = 10000000;
        board.AccelerometerInterrupt = 14;
        board.TemperatureSensor = SensorName.Mcp9808;
        board.I2cBus = 1;
        board.I2cData = 8;
        board.I2cClock = 9;
        board.I2cHertz = 400000;
        board.I2cAddress = 0x18;
        board.SerialUart = 2;
        board.SerialTransmit = 17;
        board.SerialReceive = 18;
        board.StatusLed = 21;
        board.Button = 7;
        board.SupplyMillivolt = 24000;
        board.CaptureCapacity = 65536;
        board.WaveformCapacity = 65536;
        board.DetectorWindow = 8192;
        board.FileSystemBytes = 2 * 1024 * 1024;
        board.OutboxQueueBytes = 65536;
        return board;
    }
}
