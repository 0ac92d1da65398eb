using System.Globalization;
using System.Text;

namespace DeviceTwin.Bench.Generation.Hardware;

/// <summary>
/// The wiring of a board as SVG: the module at the left with its pads, each part at the right beside its wires. Everything that differs
/// from board to board comes from the JSON files; what belongs to a kind of part (its pins, its pull-ups) stands here.
/// </summary>
public static class WiringDrawing
{
    /// <summary>The folder of the drawings, from the root of the checkout.</summary>
    public const string Folder = "hardware/wiring";

    private const int Width = 980;
    private const int Top = 84;
    private const int Pitch = 24;
    private const int Gap = 34;
    private const int ModuleRight = 330;
    private const int PartLeft = 650;
    private const int PartRight = 930;
    private const string Power = "#b3261e";
    private const string Ground = "#33373d";

    /// <summary>The drawings of a checkout, one a board.</summary>
    /// <exception cref="ModelException">A board has an unknown module or sensor, or a pin that its module does not bring out.</exception>
    public static IEnumerable<(string Path, string Text)> All(string root)
    {
        IReadOnlyList<BoardFile> boards = BoardFile.All(root);
        if (boards.Count == 0)
        {
            return [];
        }

        IReadOnlyDictionary<string, ModuleFile> modules = ModuleFile.All(root);
        return boards.Select(board => (Path.Combine(root, Folder, board.Name + ".svg"), Write(board, modules)));
    }

    /// <summary>Draws one board.</summary>
    public static string Write(BoardFile board, IReadOnlyDictionary<string, ModuleFile> modules)
    {
        ModuleFile module = modules.TryGetValue(board.Module, out ModuleFile? found)
            ? found
            : throw new ModelException($"{board.Name}: {ModuleFile.Path} has no module '{board.Module}'");
        List<Part> parts = [Supply(board), Accelerometer(board), Temperature(board), Serial(board), Led(board), Button(board)];
        int height = Top + parts.Sum(part => part.Rows.Count * Pitch + Gap) + 20;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" font-family="sans-serif" font-size="13">
            <desc>Written by: dotnet run -c Release --project tools/DeviceTwin.Bench -- generate</desc>
            <title>Wiring of {board.Name}</title>
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="40" y="36" font-size="20" font-weight="bold" fill="#1b1f24">{Escape(board.Title)}</text>
            <text x="40" y="58" fill="#57606a">{board.Name} · firmware image {board.Images[0]} · air {Celsius(board.Ambient.MinimumCentiCelsius)} to {Celsius(board.Ambient.MaximumCentiCelsius)} °C</text>
            <rect x="40" y="{Top - 6}" width="{ModuleRight - 40}" height="{height - Top - 16}" rx="8" fill="#eef2f7" stroke="#57606a"/>
            <text x="58" y="{Top + 20}" font-weight="bold" fill="#1b1f24">{board.Module}</text>
            <text x="58" y="{Top + 38}" font-size="11" fill="#57606a">GPIO number, (pad of the module)</text>

            """);
        int y = Top + Pitch;
        foreach (Part part in parts)
        {
            Draw(svg, board, module, part, y);
            y += part.Rows.Count * Pitch + Gap;
        }

        return svg.Append("</svg>\n").ToString().ReplaceLineEndings("\n");
    }

    private static Part Supply(BoardFile board)
    {
        SupplyFacts supply = board.Supply;
        return new(
            $"{Volt(supply.NominalMillivolt)} V DC ({Volt(supply.MinimumMillivolt)} to {Volt(supply.MaximumMillivolt)} V)",
            $"to 3.3 V; {supply.TypicalMilliwatt} mW typical, {supply.PeakMilliwatt} mW at Wi-Fi peaks",
            [new("3V3", null, "", "+3.3 V", Power), new("GND", null, "", "0 V", Ground)]);
    }

    private static Part Accelerometer(BoardFile board)
    {
        AccelerometerFacts facts = board.Accelerometer;

        // Both sensors come in ST's 14-pad package with the same order of pads.
        string title = facts.Sensor switch
        {
            "iis3dwb" => "IIS3DWB",
            "ism330dhcx" => "ISM330DHCX",
            _ => throw new ModelException($"{board.Name}: there is no drawing of the accelerometer '{facts.Sensor}'"),
        };
        return new(
            title,
            $"SPI {facts.Spi.Bus}, mode {facts.Spi.Mode}, {facts.Spi.ClockHertz / 1000000} MHz; 100 nF at VDD and at VDD_IO",
            [
                new("3V3", null, "", "8 VDD, 5 VDD_IO", Power),
                new("GND", null, "", "6 GND, 7 GND, 2, 3", Ground),
                new(null, "accelerometer.spi.select", "10 kΩ to 3.3 V", "12 CS", "#7d4cc2"),
                new(null, "accelerometer.spi.clock", "", "13 SPC", "#0b6bcb"),
                new(null, "accelerometer.spi.mosi", "", "14 SDI", "#1a7f37"),
                new(null, "accelerometer.spi.miso", "", "1 SDO", "#b35900"),
                new(null, "accelerometer.interrupt", "", "4 INT1", "#8a6d00"),
            ]);
    }

    private static Part Temperature(BoardFile board)
    {
        TemperatureFacts facts = board.Temperature;
        return facts.Sensor switch
        {
            "mcp9808" => new(
                "MCP9808",
                $"I²C {facts.I2c!.Bus}, {facts.I2c.ClockHertz / 1000} kHz, address 0x{facts.I2c.Address:X2} (A0 to A2 at GND); 100 nF",
                [
                    new("3V3", null, "", "8 VDD", Power),
                    new("GND", null, "", "4 GND, 5 A2, 6 A1, 7 A0", Ground),
                    new(null, "temperature.i2c.data", "4.7 kΩ to 3.3 V", "1 SDA", "#1a7f37"),
                    new(null, "temperature.i2c.clock", "4.7 kΩ to 3.3 V", "2 SCL", "#0b6bcb"),
                ]),
            "ds18b20" => new(
                "DS18B20",
                $"1-Wire on COM{facts.OneWire!.Uart}: both pins join at DQ; three wires, no parasite power",
                [
                    new("3V3", null, "", "3 VDD", Power),
                    new("GND", null, "", "1 GND", Ground),
                    new(null, "temperature.oneWire.transmit", "4.7 kΩ to 3.3 V", "2 DQ", "#1a7f37"),
                    new(null, "temperature.oneWire.receive", "joined outside the module", "2 DQ", "#1a7f37"),
                ]),
            _ => throw new ModelException($"{board.Name}: there is no drawing of the temperature sensor '{facts.Sensor}'"),
        };
    }

    private static Part Serial(BoardFile board) => new(
        "Technician's serial cable",
        $"COM{board.Serial.Uart}, 3.3 V levels; leave the cable's supply open",
        [
            new("GND", null, "", "GND", Ground),
            new(null, "serial.transmit", "470 Ω", "RXD", "#0b6bcb"),
            new(null, "serial.receive", "470 Ω", "TXD", "#b35900"),
        ]);

    private static Part Led(BoardFile board) => new("Status LED", "lit by a high level; cathode to GND", [new(null, "led", "1 kΩ", "anode", "#1a7f37")]);

    private static Part Button(BoardFile board) => new("Button", "pressed at a low level; other side to GND", [new(null, "button", "10 kΩ to 3.3 V, 100 nF to GND", "contact", "#7d4cc2")]);

    private static void Draw(StringBuilder svg, BoardFile board, ModuleFile module, Part part, int y)
    {
        int height = part.Rows.Count * Pitch + 14;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <rect x="{PartLeft}" y="{y - 18}" width="{PartRight - PartLeft}" height="{height}" rx="6" fill="#fff8e6" stroke="#8a6d00"/>
            <text x="{PartRight - 12}" y="{y + 2}" text-anchor="end" font-weight="bold" fill="#1b1f24">{Escape(part.Title)}</text>
            <text x="{PartRight}" y="{y - 18 + height + 13}" text-anchor="end" font-size="11" fill="#57606a">{Escape(part.Note)}</text>

            """);
        foreach (Row row in part.Rows)
        {
            BoardPin? pin = row.Role is null ? null : board.Pins().Single(candidate => candidate.Role == row.Role);
            string left = row.Rail ?? "";
            if (pin is not null)
            {
                left = module.GpioToPad.TryGetValue(pin.Gpio, out int pad)
                    ? $"GPIO {pin.Gpio} ({pad})"
                    : throw new ModelException($"{board.Name}: {pin.Role} is GPIO {pin.Gpio}, which {module.Name} does not bring out");
            }

            string net = pin?.Net ?? "";
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{ModuleRight}" y1="{y}" x2="{PartLeft}" y2="{y}" stroke="{row.Colour}" stroke-width="2"/>
                <circle cx="{ModuleRight}" cy="{y}" r="4" fill="{row.Colour}"/><circle cx="{PartLeft}" cy="{y}" r="4" fill="{row.Colour}"/>
                <text x="{ModuleRight - 12}" y="{y + 4}" text-anchor="end" fill="#1b1f24">{left}</text>
                <text x="{PartLeft + 12}" y="{y + 4}" fill="#1b1f24">{Escape(row.PartPin)}</text>

                """);
            if (net.Length > 0)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{ModuleRight + 16}\" y=\"{y - 4}\" font-size=\"11\" fill=\"{row.Colour}\">{net}</text>\n");
            }

            if (row.Remark.Length > 0)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{PartLeft - 14}\" y=\"{y - 4}\" text-anchor=\"end\" font-size=\"11\" fill=\"#57606a\">{Escape(row.Remark)}</text>\n");
            }

            y += Pitch;
        }
    }

    private static string Volt(int millivolt) => (millivolt / 1000m).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Celsius(int centi) => (centi / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    private sealed record Part(string Title, string Note, IReadOnlyList<Row> Rows);

    private sealed record Row(string? Rail, string? Role, string Remark, string PartPin, string Colour);
}
