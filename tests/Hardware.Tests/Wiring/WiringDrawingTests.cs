using System.Xml.Linq;
using DeviceTwin.Bench.Generation;
using DeviceTwin.Bench.Generation.Hardware;
using DeviceTwin.Tests.Hardware.Boards;

namespace DeviceTwin.Tests.Hardware.Wiring;

/// <summary>The drawings show each pin of their board; that the committed ones are those of the files is held where the other generated files are.</summary>
public sealed class WiringDrawingTests
{
    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_committed_drawing_is_that_of_the_file(BoardFile board)
    {
        Assert.That(File.ReadAllText(TestFiles.InRepository($"{WiringDrawing.Folder}/{board.Name}.svg")), Is.EqualTo(WiringDrawing.Write(board, BoardFiles.Modules)));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void It_is_valid_xml_and_names_every_pin_with_net_and_pad(BoardFile board)
    {
        var texts = XDocument.Parse(WiringDrawing.Write(board, BoardFiles.Modules)).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToArray();

        foreach (BoardPin pin in board.Pins())
        {
            Assert.That(texts, Does.Contain($"GPIO {pin.Gpio} ({BoardFiles.Modules[board.Module].GpioToPad[pin.Gpio]})"), pin.Role);
            Assert.That(texts, Does.Contain(pin.Net), pin.Role);
        }
    }

    [Test]
    public void No_other_drawing_lies_about()
    {
        Assert.That(
            Directory.EnumerateFiles(TestFiles.InRepository(WiringDrawing.Folder)).Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(BoardFiles.All.Select(board => board.Name)));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        BoardFile board = BoardFiles.OfTheSchematic;

        Assert.Multiple(() =>
        {
            Refused(board with { Module = "ESP8266" }, "no module 'ESP8266'");
            Refused(board with { Led = 33 }, "led is GPIO 33, which ESP32-S3-WROOM-1-N8R8 does not bring out");
            Refused(board with { Accelerometer = board.Accelerometer with { Sensor = "adxl345" } }, "no drawing of the accelerometer 'adxl345'");
            Refused(board with { Temperature = board.Temperature with { Sensor = "lm75" } }, "no drawing of the temperature sensor 'lm75'");
        });
    }

    private static void Refused(BoardFile board, string says) =>
        Assert.That(() => WiringDrawing.Write(board, BoardFiles.Modules), Throws.TypeOf<ModelException>().With.Message.Contains(says));
}
