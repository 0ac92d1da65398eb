namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Espressif ESP32-DevKitC-32E: no PSRAM, so captures and windows are short. SPI through the GPIO matrix, which carries 10 MHz; no
/// strapping pin is used, and 1-Wire keeps off GPIO 16 and 17, whose direct path would bypass the open drain.
/// </summary>
public static class Esp32DevKitC32E
{
    public static BoardDescription Describe()
    {
        var board = new BoardDescription();
        board.Name = "esp32-devkitc-32e";
        board.Images = new string[] { "ESP32_REV3" };
        board.Accelerometer = SensorName.Ism330dhcx;
        board.SpiBus = 1;
        board.SpiMosi = 23;
        board.SpiMiso = 19;
        board.SpiClock = 18;
        board.SpiSelect = 27;
        board.SpiHertz = 10000000;
        board.AccelerometerInterrupt = 35;
        board.TemperatureSensor = SensorName.Ds18b20;
        board.OneWireUart = 3;
        board.OneWireTransmit = 25;
        board.OneWireReceive = 26;
        board.SerialUart = 2;
        board.SerialTransmit = 17;
        board.SerialReceive = 16;
        board.StatusLed = 32;
        board.Button = 33;
        board.SupplyMillivolt = 5000;
        board.CaptureCapacity = 2048;
        board.DetectorWindow = 1024;
        board.HasTrial = false;
        board.HasForest = false;
        board.FileSystemBytes = BoardDescription.SmallFileSystemBytes;
        board.OutboxQueueBytes = 4096;
        return board;
    }
}
