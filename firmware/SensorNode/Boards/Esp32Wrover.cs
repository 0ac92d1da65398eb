namespace DeviceTwin.SensorNode.Boards;

/// <summary>Espressif ESP32-DevKitC with a WROVER-E module: 8 MB of PSRAM, of which 4 MB are mapped (GPIO 16 and 17 belong to it). SPI on the VSPI pins.</summary>
public static class Esp32Wrover
{
    public static BoardDescription Describe()
    {
        var board = new BoardDescription();
        board.Name = "esp32-devkitc-wrover-e";
        board.Target = "ESP32_PSRAM_REV3";
        board.SpiBus = 1;
        board.SpiMosi = 23;
        board.SpiMiso = 19;
        board.SpiClock = 18;
        board.SpiSelect = 5;
        board.I2cBus = 1;
        board.I2cData = 21;
        board.I2cClock = 22;
        board.CaptureCapacity = 65536;
        board.WaveformCapacity = 65536;
        board.DetectorWindow = 8192;
        return board;
    }
}
