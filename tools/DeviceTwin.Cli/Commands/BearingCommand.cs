using System.CommandLine;
using System.Globalization;
using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin bearing</c>: the defect orders of a bearing.</summary>
internal static class BearingCommand
{
    private sealed record Geometry(string? Name, int Elements, int ElementUm, int PitchUm, int AngleMilliDegrees, string? Source, BearingOrders Orders);

    public static Command Create(string name, string description)
    {
        var type = new Argument<string?>("type") { HelpName = "TYPE", Arity = ArgumentArity.ZeroOrOne, Description = $"A bearing of the catalogue: {string.Join(", ", BearingCatalogue.Names)}; none lists it." };
        var elements = new Option<int?>("--elements") { HelpName = "N", Description = "Rolling elements of one row, 3 to 200." };
        var element = new Option<double?>("--element") { HelpName = "MM", Description = "Diameter of a rolling element in millimetres." };
        var pitch = new Option<double?>("--pitch") { HelpName = "MM", Description = "Pitch diameter in millimetres." };
        var angle = new Option<double?>("--angle") { HelpName = "DEGREES", Description = "Contact angle in degrees, 0 to 90; 0 without it." };
        var rpm = new Option<double?>("--rpm") { HelpName = "RPM", Description = "Shaft speed: shows frequencies in hertz, too." };
        type.CompletionSources.Add(_ => BearingCatalogue.Names.Select(known => new System.CommandLine.Completions.CompletionItem(known)));
        var command = new Command(name, description) { type, elements, element, pitch, angle, rpm };
        command.Validators.Add(result =>
        {
            Option[] geometry = [elements, element, pitch, angle];
            var given = geometry.Any(option => result.GetResult(option) is not null);
            if (given && result.GetResult(type) is { Tokens.Count: > 0 })
            {
                result.AddError("A bearing is named by its TYPE or by its geometry: give one of them.");
            }

            if (given && new Option[] { elements, element, pitch }.Any(option => result.GetResult(option) is null))
            {
                result.AddError("The geometry of a bearing is --elements, --element and --pitch (and --angle).");
            }
        });
        command.SetAction(parsed =>
        {
            Geometry[] bearings = parsed.GetValue(elements) is { } count
                ? [Compute(count, parsed.GetValue(element)!.Value, parsed.GetValue(pitch)!.Value, parsed.GetValue(angle) ?? 0)]
                : parsed.GetValue(type) is { } named ? [Find(named)] : [.. BearingCatalogue.All.Select(Of)];
            var hertz = parsed.GetValue(rpm) / 60;
            if (CommonOptions.Json(parsed))
            {
                Output.Json(bearings.Select(bearing => Document(bearing, hertz)));
            }
            else if (bearings.Length == 1)
            {
                Show(bearings[0], hertz);
            }
            else
            {
                List(bearings);
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Geometry Find(string name) => BearingCatalogue.Find(name) is { } found ? Of(found) : throw new CommandFailedException(
        ExitCode.BearingUnknown, $"The catalogue has no '{name}'; it has {string.Join(", ", BearingCatalogue.Names)}.",
        "Makers seldom print number and size of the balls: take the orders from the maker's calculator, or give --elements, --element, --pitch and --angle.");

    private static Geometry Of(BearingType type) =>
        new(type.Name, type.Elements, type.ElementDiameterUm, type.PitchDiameterUm, type.ContactAngleMilliDegrees, type.Source, type.Orders);

    private static Geometry Compute(int elements, double elementMm, double pitchMm, double angle)
    {
        var (element, pitch, milliDegrees) = (Thousandths(elementMm), Thousandths(pitchMm), Thousandths(angle));
        var settings = new DetectorSettings();
        return BearingGeometry.Orders(elements, element, pitch, milliDegrees, settings)
            ? new Geometry(null, elements, element, pitch, milliDegrees, null, new BearingOrders(settings.BpfoMilliOrders, settings.BpfiMilliOrders, settings.BsfMilliOrders, settings.FtfMilliOrders))
            : throw new CommandFailedException(
                ExitCode.BearingUnknown,
                string.Create(CultureInfo.InvariantCulture, $"There can be no bearing with {elements} elements of {elementMm} mm on {pitchMm} mm at {angle} degrees."),
                "It takes 3 to 200 elements, smaller than a pitch diameter of 2 m at most, and an angle from 0 to 90 degrees.");
    }

    private static int Thousandths(double value) => (int)Math.Clamp(Math.Round(value * 1000), int.MinValue, int.MaxValue);

    private static void Show(Geometry bearing, double? shaftHertz)
    {
        new Facts()
            .Text("bearing", bearing.Name)
            .Text("geometry", $"{bearing.Elements} elements of {Milli(bearing.ElementUm)} mm on {Milli(bearing.PitchUm)} mm at {Milli(bearing.AngleMilliDegrees)} degrees")
            .Text("source", bearing.Source).Write();
        var grid = new Grid().Column("defect").Column("").Column("order", 0, right: true).Column("Hz", 0, right: true);
        foreach (var (defect, word, milli) in Rows(bearing.Orders))
        {
            grid.Row(defect, word, Milli(milli), shaftHertz is { } shaft ? (milli * shaft / 1000).ToString("0.00", CultureInfo.InvariantCulture) : "-");
        }

        grid.Write();
        Talk.Say("A defect of a ball shows at twice the spin order. For `dtwin detect`: --orders " + string.Join(',', Rows(bearing.Orders).Select(row => Milli(row.Milli))));
    }

    private static void List(Geometry[] bearings)
    {
        var grid = new Grid().Column("bearing").Column("BPFO", 0, right: true).Column("BPFI", 0, right: true).Column("BSF", 0, right: true).Column("FTF", 0, right: true).Column("where its geometry is from", folds: true);
        foreach (var bearing in bearings)
        {
            var orders = bearing.Orders;
            grid.Row(bearing.Name!, Milli(orders.BpfoMilli), Milli(orders.BpfiMilli), Milli(orders.BsfMilli), Milli(orders.FtfMilli), Markup.Escape(bearing.Source!));
        }

        grid.Write();
    }

    private static object Document(Geometry bearing, double? shaftHertz) => new
    {
        name = bearing.Name,
        elements = bearing.Elements,
        elementDiameterUm = bearing.ElementUm,
        pitchDiameterUm = bearing.PitchUm,
        contactAngleMilliDegrees = bearing.AngleMilliDegrees,
        source = bearing.Source,
        orders = Rows(bearing.Orders).ToDictionary(row => row.Word, row => row.Milli),
        hertz = shaftHertz is { } shaft ? Rows(bearing.Orders).ToDictionary(row => row.Word, row => Math.Round(row.Milli * shaft / 1000, 3)) : null,
    };

    private static IEnumerable<(string Defect, string Word, int Milli)> Rows(BearingOrders orders) =>
    [
        ("outer race", "bpfo", orders.BpfoMilli), ("inner race", "bpfi", orders.BpfiMilli), ("ball spin", "bsf", orders.BsfMilli), ("cage", "ftf", orders.FtfMilli),
    ];

    private static string Milli(int thousandths) => (thousandths / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);
}
