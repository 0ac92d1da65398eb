namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Espressif ESP32-S3-DevKitC-1 N8R8: 8 MB of octal PSRAM (GPIO 35 to 37 belong to it).
/// SPI on the FSPI pins that need no GPIO matrix.
/// </summary>
public static class Esp32S3DevKitC1
{
    public static BoardDescription Describe()
    {
        var board = new BoardDescription();
        board.Name = "esp32-s3-devkitc-1-n8r8";
        board.Target = "ESP32_S3_ALL";
        board.SpiBus = 1;
        board.SpiMosi = 11;
        board.SpiMiso = 13;
        board.SpiClock = 12;
        board.SpiSelect = 10;
        board.I2cBus = 1;
        board.I2cData = 8;
        board.I2cClock = 9;
        board.SerialUart = 2;
        board.SerialTransmit = 17;
        board.SerialReceive = 18;
        board.CaptureCapacity = 65536;
        board.DetectorWindow = 8192;
        return board;
    }
}
