using System.CommandLine;
using DeviceTwin.SensorNode.Boards;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin boards</c>: what this firmware runs on, and how it is wired.</summary>
internal static class BoardsCommand
{
    public static Command Create(string name, string description)
    {
        var command = new Command(name, description);
        command.SetAction(parsed =>
        {
            var boards = BoardCatalogue.All();
            if (CommonOptions.Json(parsed))
            {
                Output.Json(boards.Select(ToDocument));
            }
            else
            {
                ToGrid(boards).Write();
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Grid ToGrid(IEnumerable<BoardDescription> boards)
    {
        var table = new Grid().Column("board").Column("firmware image").Column("accelerometer", 1, folds: true).Column("temperature", 2, folds: true).Column("serial port", 3, folds: true).Column("LED", 5, right: true).Column("button", 6, right: true).Column("supply", 4);
        foreach (var board in boards)
        {
            table.Row(
                Markup.Escape(board.Name),
                Markup.Escape(board.Images[0]),
                $"{board.Accelerometer}: MOSI {board.SpiMosi}, MISO {board.SpiMiso}, clock {board.SpiClock}, select {board.SpiSelect}, INT1 {board.AccelerometerInterrupt}",
                board.TemperatureSensor + (board.I2cBus == BoardDescription.None
                    ? $": TX {board.OneWireTransmit}, RX {board.OneWireReceive}"
                    : $": SDA {board.I2cData}, SCL {board.I2cClock}"),
                $"COM{board.SerialUart}: TX {board.SerialTransmit}, RX {board.SerialReceive}",
                board.StatusLed.ToString(),
                board.Button.ToString(),
                $"{board.SupplyMillivolt / 1000} V");
        }

        return table;
    }

    // The same names as in hardware/boards/*.json: a script that reads one reads the other.
    private static Dictionary<string, object> ToDocument(BoardDescription board)
    {
        var temperature = new Dictionary<string, object> { ["sensor"] = board.TemperatureSensor };
        if (board.I2cBus != BoardDescription.None)
        {
            temperature["i2c"] = new { bus = board.I2cBus, clockHertz = board.I2cHertz, address = board.I2cAddress, data = board.I2cData, clock = board.I2cClock };
        }

        if (board.OneWireUart != BoardDescription.None)
        {
            temperature["oneWire"] = new { uart = board.OneWireUart, transmit = board.OneWireTransmit, receive = board.OneWireReceive };
        }

        return new()
        {
            ["name"] = board.Name,
            ["images"] = board.Images,
            ["memory"] = new
            {
                captureSamples = board.CaptureCapacity,
                detectorWindowSamples = board.DetectorWindow,
                waveformSamples = board.WaveformCapacity,
                trial = board.HasTrial,
                forest = board.HasForest,
                fileSystemBytes = board.FileSystemBytes,
                outboxQueueBytes = board.OutboxQueueBytes,
            },
            ["accelerometer"] = new
            {
                sensor = board.Accelerometer,
                spi = new { bus = board.SpiBus, clockHertz = board.SpiHertz, mosi = board.SpiMosi, miso = board.SpiMiso, clock = board.SpiClock, select = board.SpiSelect },
                interrupt = board.AccelerometerInterrupt,
            },
            ["temperature"] = temperature,
            ["serial"] = new { uart = board.SerialUart, transmit = board.SerialTransmit, receive = board.SerialReceive },
            ["led"] = board.StatusLed,
            ["button"] = board.Button,
            ["supply"] = new { nominalMillivolt = board.SupplyMillivolt },
        };
    }
}
