namespace DeviceTwin.Tests.Hardware.Schematic;

/// <summary>The bill of materials lists each part of the schematic once.</summary>
public sealed class BillOfMaterialsTests
{
    private static readonly string[] Columns = ["References", "Quantity", "Value", "Package", "Manufacturer", "Part number", "Alternative", "Purpose"];

    private static readonly IReadOnlyList<string[]> Rows =
        [.. File.ReadAllLines(TestFiles.InRepository("hardware/esp32-s3-iis3dwb/bom.csv")).Select(Cells)];

    private static IEnumerable<string[]> Lines => Rows.Skip(1);

    [Test]
    public void It_has_its_columns_and_every_cell_is_filled()
    {
        Assert.That(Rows[0], Is.EqualTo(Columns));
        Assert.That(Lines.Where(cells => cells.Length != Columns.Length || cells.Any(string.IsNullOrWhiteSpace)).Select(cells => cells[0]), Is.Empty);
    }

    [Test]
    public void Every_part_of_the_schematic_is_listed_once_and_nothing_else_is()
    {
        Assert.That(Lines.SelectMany(References), Is.EquivalentTo(SchematicTests.Parts.Select(part => part.Reference)));
    }

    [Test]
    public void Quantities_are_the_number_of_references()
    {
        Assert.That(Lines.Where(cells => cells[1] != References(cells).Count().ToString()).Select(cells => cells[0]), Is.Empty);
    }

    [Test]
    public void No_part_number_has_two_lines()
    {
        Assert.That(Lines.Select(cells => cells[5]), Is.Unique);
    }

    [Test]
    public void Parts_of_one_line_have_one_value_and_one_footprint()
    {
        var parts = SchematicTests.Parts.ToDictionary(part => part.Reference);
        foreach (var cells in Lines.Where(cells => References(cells).First()[0] is 'R' or 'C' or 'L'))
        {
            var drawn = References(cells).Select(reference => (parts[reference].Value, parts[reference].Footprint)).Distinct().ToArray();

            Assert.That(drawn, Has.Length.EqualTo(1), cells[0]);
            Assert.That(cells[2], Does.StartWith(drawn[0].Value), cells[0]);
        }
    }

    private static IEnumerable<string> References(string[] cells) => cells[0].Split(", ");

    // Comma-separated; a cell with a comma stands in quotes.
    private static string[] Cells(string line)
    {
        var cells = new List<string>();
        foreach (var (piece, index) in line.Split('"').Select((piece, index) => (piece, index)))
        {
            if (index % 2 == 1)
            {
                cells.Add(piece);
                continue;
            }

            var plain = piece;
            if (index > 0 && plain.StartsWith(','))
            {
                plain = plain[1..];
            }

            var isLast = index == line.Split('"').Length - 1;
            if (!isLast && plain.EndsWith(','))
            {
                plain = plain[..^1];
            }

            if (plain.Length > 0)
            {
                cells.AddRange(plain.Split(','));
            }
        }

        return [.. cells];
    }
}
