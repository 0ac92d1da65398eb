#nullable enable

using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>The scenarios that come with the simulator: the files beside this one, embedded.</summary>
public static class ScenarioFiles
{
    /// <summary>A day of six nodes with a little of everything.</summary>
    public const string Day = "day";

    private const string Prefix = "Scenarios.";
    private const string Suffix = ".scenario";

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(ScenarioFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, System.StringComparison.Ordinal) && name.EndsWith(Suffix, System.StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(System.StringComparer.Ordinal),
    ];

    /// <summary>The text of one.</summary>
    /// <exception cref="FileNotFoundException">There is none of this name.</exception>
    public static string Read(string name)
    {
        using Stream stream = typeof(ScenarioFiles).Assembly.GetManifestResourceStream(Prefix + name + Suffix)
            ?? throw new FileNotFoundException($"There is no scenario '{name}'; there are: {string.Join(", ", Names)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
