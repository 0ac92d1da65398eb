using DeviceTwin.Bench.Generation.Hardware;
using DeviceTwin.Tests.Hardware.Boards;

namespace DeviceTwin.Tests.Hardware.Schematic;

/// <summary>The schematic connects what the board file says, and nothing is left open by accident.</summary>
public sealed class SchematicTests
{
    private const string Folder = "hardware/esp32-s3-iis3dwb";
    private const string Module = "U2";
    private const string Accelerometer = "U3";
    private const string Thermometer = "U4";

    private static readonly Sheet Drawn = Sheet.Parse(File.ReadAllText(TestFiles.InRepository($"{Folder}/vibration-node.kicad_sch")));

    [Test]
    public void Every_pin_is_labelled_or_marked_as_open()
    {
        Assert.That(Drawn.Pins.Where(pin => pin.Net is null == !pin.Free).Select(pin => $"{pin.Reference}.{pin.Pad}"), Is.Empty);
        Assert.That(Drawn.LooseLabels, Is.Empty);
        Assert.That(Drawn.Wires, Is.Zero, "nets are labels at pins");
    }

    [Test]
    public void No_two_pins_touch()
    {
        Assert.That(Drawn.Pins.Select(pin => pin.Place), Is.Unique);
    }

    [Test]
    public void Every_net_joins_two_parts_at_least()
    {
        var single = Drawn.Pins.Where(pin => pin.Net is not null).GroupBy(pin => pin.Net).Where(net => net.Select(pin => pin.Reference).Distinct().Count() < 2);

        Assert.That(single.Select(net => net.Key), Is.Empty);
    }

    [Test]
    public void Each_gpio_has_the_net_of_the_board_file_and_no_other_has_one_of_them()
    {
        BoardFile board = BoardFiles.OfTheSchematic;
        ModuleFile module = BoardFiles.Modules[board.Module];
        var expected = board.Pins().ToDictionary(pin => module.GpioToPad[pin.Gpio].ToString(), pin => pin.Net);
        var nets = expected.Values.ToHashSet();

        var drawn = Drawn.Pins.Where(pin => pin.Reference == Module && pin.Net is not null && nets.Contains(pin.Net)).ToDictionary(pin => pin.Pad, pin => pin.Net);

        Assert.That(drawn, Is.EquivalentTo(expected));
    }

    [Test]
    public void The_pads_of_the_symbol_are_those_of_the_module()
    {
        foreach (var (gpio, pad) in BoardFiles.Modules[BoardFiles.OfTheSchematic.Module].GpioToPad)
        {
            var name = Drawn.Pins.Single(pin => pin.Reference == Module && pin.Pad == pad.ToString()).Name;

            Assert.That(name.Split('/'), Does.Contain($"IO{gpio}"), $"pad {pad}");
        }
    }

    [TestCase(Module, "3", "EN")]
    [TestCase(Module, "27", "BOOT", Description = "GPIO 0 chooses the ROM loader")]
    [TestCase(Module, "13", "USB_DN")]
    [TestCase(Module, "14", "USB_DP")]
    [TestCase(Module, "2", "+3V3")]
    [TestCase(Accelerometer, "12", "SPI_CS")]
    [TestCase(Accelerometer, "13", "SPI_SCK")]
    [TestCase(Accelerometer, "14", "SPI_MOSI")]
    [TestCase(Accelerometer, "1", "SPI_MISO")]
    [TestCase(Accelerometer, "4", "ACC_INT1")]
    [TestCase(Accelerometer, "8", "+3V3_SENSOR")]
    [TestCase(Accelerometer, "5", "+3V3_SENSOR")]
    [TestCase(Thermometer, "1", "I2C_SDA")]
    [TestCase(Thermometer, "2", "I2C_SCL")]
    public void The_part_sits_on_the_net(string reference, string pad, string net)
    {
        Assert.That(Drawn.Net(reference, pad), Is.EqualTo(net));
    }

    [Test]
    public void The_thermometers_address_is_strapped_as_the_board_file_says()
    {
        int address = 0x18;
        foreach (var (pad, bit) in new[] { ("7", 1), ("6", 2), ("5", 4) })
        {
            address += Drawn.Net(Thermometer, pad) == "GND" ? 0 : bit;
        }

        Assert.That(address, Is.EqualTo(BoardFiles.OfTheSchematic.Temperature.I2c!.Address));
    }

    [TestCase("SPI_CS", "+3V3_SENSOR", "10 kΩ")]
    [TestCase("I2C_SDA", "+3V3", "4.7 kΩ")]
    [TestCase("I2C_SCL", "+3V3", "4.7 kΩ")]
    [TestCase("EN", "+3V3", "10 kΩ")]
    [TestCase("BOOT", "+3V3", "10 kΩ")]
    [TestCase("BUTTON", "+3V3", "10 kΩ")]
    public void The_line_is_pulled_up(string net, string rail, string value)
    {
        Assert.That(Between(net, rail, 'R'), Is.EqualTo(new[] { value }));
    }

    [Test]
    public void The_interrupt_line_is_not_pulled_up()
    {
        Assert.That(Drawn.Pins.Where(pin => pin.Net == "ACC_INT1").Select(pin => pin.Reference), Is.EquivalentTo(new[] { Module, Accelerometer }));
    }

    [TestCase("24V_IN", "24V_FUSED", "F")]
    [TestCase("24V_FUSED", "GND", "D")]
    [TestCase("24V_FUSED", "VIN", "D")]
    public void The_input_is_protected(string from, string to, string kind)
    {
        Assert.That(Between(from, to, kind[0]), Has.Exactly(1).Items);
    }

    [Test]
    public void Reverse_polarity_meets_a_blocking_diode()
    {
        // Pad 1 of a diode is its cathode.
        foreach (string diode in new[] { "D2", "D3" })
        {
            Assert.That(Drawn.Net(diode, "1"), Is.EqualTo("VIN"));
        }
    }

    [Test]
    public void The_converter_makes_3_3_volts()
    {
        static decimal Kiloohm(string text) => decimal.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        decimal upper = Kiloohm(Between("+3V3", "BUCK_FB", 'R').Single());
        decimal lower = Kiloohm(Between("BUCK_FB", "GND", 'R').Single());

        // The reference of the LMR36510 is 1.0 V.
        Assert.That(1 + upper / lower, Is.EqualTo(3.3m).Within(0.05m));
    }

    [Test]
    public void The_netlist_that_kicad_wrote_is_that_of_the_sheet()
    {
        var netlist = SExpression.Parse(File.ReadAllText(TestFiles.InRepository($"{Folder}/vibration-node.net")));
        var kicad = netlist.One("nets").All("net")
            .Where(net => !net.One("name").Text(1).StartsWith("unconnected-", StringComparison.Ordinal))
            .SelectMany(net => net.All("node").Select(node => $"{node.One("ref").Text(1)}.{node.One("pin").Text(1)} {net.One("name").Text(1).TrimStart('/')}"));

        var ours = Drawn.Pins.Where(pin => pin.Net is not null && pin.Reference[0] != '#').Select(pin => $"{pin.Reference}.{pin.Pad} {pin.Net}");

        Assert.That(ours, Is.EquivalentTo(kicad));
        Assert.That(
            netlist.One("components").All("comp").Select(part => (part.One("ref").Text(1), part.One("value").Text(1), part.One("footprint").Text(1))),
            Is.EquivalentTo(Parts));
    }

    [Test]
    public void Every_part_has_a_value_and_a_footprint()
    {
        Assert.That(Drawn.References.Where(part => part.Reference[0] != '#' && (part.Value.Length == 0 || !part.Footprint.Contains(':'))), Is.Empty);
    }

    // What the board file calls the parts is what the sheet calls them.
    [Test]
    public void Module_and_sensors_are_the_board_files()
    {
        BoardFile board = BoardFiles.OfTheSchematic;
        var values = Drawn.References.ToDictionary(part => part.Reference, part => part.Value);

        Assert.That(values[Module], Is.EqualTo(board.Module));
        Assert.That(values[Accelerometer], Does.StartWith(board.Accelerometer.Sensor).IgnoreCase);
        Assert.That(values[Thermometer], Does.StartWith(board.Temperature.Sensor).IgnoreCase);
    }

    [TestCase(0, "", 300, -100)]
    [TestCase(90, "", -100, -300)]
    [TestCase(180, "", -300, 100)]
    [TestCase(270, "", 100, 300)]
    [TestCase(0, "x", 300, 100)]
    [TestCase(0, "y", -300, -100)]
    public void A_pin_turns_with_its_part(int degrees, string mirror, int x, int y)
    {
        Assert.That(Sheet.Turn(300, 100, degrees, mirror), Is.EqualTo((x, y)));
    }

    [TestCase("(a (b")]
    [TestCase("(a) b")]
    [TestCase("(a \"b)")]
    [TestCase(")")]
    [TestCase("")]
    public void A_broken_file_is_not_read(string text)
    {
        Assert.That(() => SExpression.Parse(text), Throws.TypeOf<FormatException>());
    }

    // Values of the two-pin parts of a kind that lie between two nets.
    private static IEnumerable<string> Between(string one, string other, char kind) => Drawn.Pins
        .GroupBy(pin => pin.Reference)
        .Where(part => part.Key[0] == kind && part.Select(pin => pin.Net).Order(StringComparer.Ordinal).SequenceEqual(new[] { one, other }.Order(StringComparer.Ordinal)))
        .Select(part => Drawn.References.Single(reference => reference.Reference == part.Key).Value);

    /// <summary>The references of the sheet that are parts.</summary>
    internal static IEnumerable<(string Reference, string Value, string Footprint)> Parts => Drawn.References.Where(part => part.Reference[0] != '#');
}
