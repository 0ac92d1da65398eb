using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace DeviceTwin.Cli.Commands;

/// <summary>Options that take a number of a range, and say so when they are given anything else.</summary>
internal static class NumberOption
{
    public static Option<int> Whole(string name, string description, int unlessTold, int least, int most) =>
        Create(name, description, unlessTold, least, most, NumberStyles.Integer);

    public static Option<double> Real(string name, string description, double unlessTold, double least, double most) =>
        Create(name, description, unlessTold, least, most, NumberStyles.Float);

    private static Option<T> Create<T>(string name, string description, T unlessTold, T least, T most, NumberStyles style)
        where T : struct, INumber<T> => new(name)
        {
            HelpName = "N",
            Description = description,
            DefaultValueFactory = _ => unlessTold,
            CustomParser = result => Parse(name, result, least, most, style),
        };

    private static T Parse<T>(string name, ArgumentResult result, T least, T most, NumberStyles style)
        where T : struct, INumber<T>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}, not '{text}'."));
        return default;
    }
}
