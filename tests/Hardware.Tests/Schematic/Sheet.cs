namespace DeviceTwin.Tests.Hardware.Schematic;

/// <summary>
/// A sheet of KiCad 6 in which every pin carries the label of its net, or a no-connect mark: wires are not needed and not understood.
/// </summary>
internal sealed class Sheet
{
    private readonly Dictionary<(int X, int Y), string> _labels = [];
    private readonly HashSet<(int X, int Y)> _unconnected;

    private Sheet(SExpression root)
    {
        foreach (var label in root.All("label"))
        {
            if (!_labels.TryAdd(At(label), label.Text(1)) && _labels[At(label)] != label.Text(1))
            {
                throw new FormatException($"two labels at the place of {label.Text(1)}");
            }
        }

        _unconnected = [.. root.All("no_connect").Select(At)];
        Wires = root.All("wire").Count() + root.All("bus").Count() + root.All("junction").Count();
        var library = root.One("lib_symbols").All("symbol").ToDictionary(symbol => symbol.Text(1));
        var pins = new List<SheetPin>();
        foreach (var symbol in root.All("symbol"))
        {
            string reference = Property(symbol, "Reference");
            References.Add((reference, Property(symbol, "Value"), Property(symbol, "Footprint")));
            foreach (var pin in library[symbol.One("lib_id").Text(1)].All("symbol").SelectMany(unit => unit.All("pin")))
            {
                pins.Add(Read(reference, symbol, pin));
            }
        }

        Pins = pins;
        var places = Pins.Select(pin => pin.Place).ToHashSet();
        LooseLabels = [.. _labels.Where(label => !places.Contains(label.Key)).Select(label => label.Value)];
    }

    /// <summary>All pins of all parts.</summary>
    public IReadOnlyList<SheetPin> Pins { get; }

    /// <summary>Each part's reference, value and footprint; those that begin with # are not parts.</summary>
    public List<(string Reference, string Value, string Footprint)> References { get; } = [];

    /// <summary>Labels that touch no pin.</summary>
    public IReadOnlyList<string> LooseLabels { get; }

    /// <summary>How many wires, buses and junctions the sheet has.</summary>
    public int Wires { get; }

    public static Sheet Parse(string text) => new(SExpression.Parse(text));

    /// <summary>The net of a pin by reference and pad; null where it is marked as not connected.</summary>
    public string? Net(string reference, string pad) => Pins.Single(pin => pin.Reference == reference && pin.Pad == pad).Net;

    private static string Property(SExpression symbol, string name) => symbol.All("property").Single(property => property.Text(1) == name).Text(2);

    private static (int X, int Y) At(SExpression item) => (item.One("at").Hundredths(1), item.One("at").Hundredths(2));

    private SheetPin Read(string reference, SExpression symbol, SExpression pin)
    {
        var at = symbol.One("at");
        int turn = at.Hundredths(3) / 100;
        string mirror = symbol.All("mirror").SingleOrDefault()?.Text(1) ?? "";
        var (x, y) = Turn(pin.One("at").Hundredths(1), pin.One("at").Hundredths(2), turn, mirror);
        var place = (at.Hundredths(1) + x, at.Hundredths(2) + y);
        bool free = pin.Text(1) == "no_connect" || _unconnected.Contains(place);
        string? net = _labels.GetValueOrDefault(place);
        return new(reference, pin.One("number").Text(1), pin.One("name").Text(1), place, net, free);
    }

    /// <summary>
    /// From a symbol's own axes (y up) to the sheet's (y down): turned counter-clockwise, then mirrored at the sheet's x or y axis.
    /// </summary>
    internal static (int X, int Y) Turn(int x, int y, int degrees, string mirror)
    {
        (x, y) = degrees switch
        {
            0 => (x, -y),
            90 => (-y, -x),
            180 => (-x, y),
            270 => (y, x),
            _ => throw new FormatException($"a part stands at {degrees} degrees"),
        };
        return mirror switch
        {
            "" => (x, y),
            "x" => (x, -y),
            "y" => (-x, y),
            _ => throw new FormatException($"a part is mirrored at '{mirror}'"),
        };
    }
}

/// <summary>A pin of a part on the sheet.</summary>
/// <param name="Net">Its label, if there is one at its end.</param>
/// <param name="Free">Whether it is meant to be unconnected.</param>
internal sealed record SheetPin(string Reference, string Pad, string Name, (int X, int Y) Place, string? Net, bool Free);
