using System.CommandLine;
using System.Globalization;
using DeviceTwin.SensorNode.Bearings;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Commands;

/// <summary>What a file of samples does not say itself: rate, scale, shaft speed and bearing.</summary>
internal sealed class RecordingOptions
{
    private const string UnknownScale = "unknown";
    private const double MostRpm = 60000;
    private const double MostOrder = 100;

    private readonly Option<double?> rate = new("--rate") { HelpName = "HZ", Description = "Of a FILE: its sampling rate." };
    private readonly Option<string?> scale = new("--scale") { HelpName = "G", Description = "Of a FILE: weight of a count in g, or 'unknown' (as without it): levels are then refused." };
    private readonly Option<double?> rpm = new("--rpm") { HelpName = "RPM", Description = "Of a FILE: shaft speed." };
    private readonly Option<string?> orders = new("--orders") { HelpName = "BPFO,BPFI,BSF,FTF", Description = "Of a FILE: bearing orders; 0 = not asked." };
    private readonly Option<string?> bearing = new("--bearing") { HelpName = "TYPE", Description = $"Of a FILE: a bearing of the catalogue ({string.Join(", ", BearingCatalogue.Names)})." };

    public RecordingOptions()
    {
        Within(rate, 1, 2000000);
        Within(rpm, 0, MostRpm);
        scale.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && text != UnknownScale && !(Real(text) > 0))
            {
                result.AddError($"--scale takes the weight of a count in g, or '{UnknownScale}', not '{text}'.");
            }
        });
        orders.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ParseOrders(text) is null)
            {
                result.AddError($"--orders takes four orders of the shaft speed, BPFO,BPFI,BSF,FTF, such as 3.585,5.415,2.357,0.398, not '{text}'.");
            }
        });
        bearing.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && BearingCatalogue.Find(text) is null)
            {
                result.AddError($"The catalogue has no '{text}'; it has {string.Join(", ", BearingCatalogue.Names)}. State --orders instead.");
            }
        });
        bearing.CompletionSources.Add(_ => BearingCatalogue.Names.Select(known => new System.CommandLine.Completions.CompletionItem(known)));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [rate, scale, rpm, orders, bearing];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(orders) is not null && result.GetResult(bearing) is not null)
            {
                result.AddError("--orders and --bearing say the same thing: give one of them.");
            }
        });
    }

    /// <summary>Sampling rate; null = nobody said.</summary>
    public double? RateHertz(ParseResult parsed) => parsed.GetValue(rate);

    /// <summary>Weight of a count in g; null = not known.</summary>
    public double? GPerCount(ParseResult parsed) => Real(parsed.GetValue(scale));

    /// <summary>Tells the detector of shaft and bearing, where they were given.</summary>
    public void Apply(ParseResult parsed, DetectorSettings settings)
    {
        if (parsed.GetValue(rpm) is { } speed)
        {
            settings.ShaftSpeedMilliHertz = (int)Math.Round(speed * 1000 / 60);
        }

        if (parsed.GetValue(orders) is { } text)
        {
            ParseOrders(text)!.Value.Apply(settings);
        }
        else if (parsed.GetValue(bearing) is { } type)
        {
            BearingCatalogue.Find(type)!.Orders.Apply(settings);
        }
    }

    /// <summary>The model's settings with shaft and bearing.</summary>
    public DetectorSettings Settings(ParseResult parsed)
    {
        var settings = new DetectorSettings();
        Apply(parsed, settings);
        return settings;
    }

    private static BearingOrders? ParseOrders(string text)
    {
        var milli = text.Split(',').Select(part => Real(part) is { } order and >= 0 and <= MostOrder ? (int)Math.Round(order * 1000) : -1).ToArray();
        return milli.Length == 4 && milli.All(order => order >= 0) && milli[3] <= 1000 ? new BearingOrders(milli[0], milli[1], milli[2], milli[3]) : null;
    }

    private static double? Real(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static void Within(Option<double?> option, double least, double most) => option.CustomParser = result =>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Real(text) is { } number && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from {least} to {most}, not '{text}'."));
        return null;
    };
}
