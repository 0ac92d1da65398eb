using System.Globalization;

namespace DeviceTwin.Bench.Soak;

/// <summary>What is asked of a soak.</summary>
/// <param name="For">Longest time; null = as the soak has it.</param>
/// <param name="Rounds">Rounds or inputs at most; null = as the soak has it.</param>
/// <param name="Target">The one part to soak; null = all.</param>
/// <param name="StartTimeout">How long a hub may take to start; null = as the soak has it.</param>
public sealed record SoakOptions(string Name, int Seed, TimeSpan? For, long? Rounds, string? Target = null, TimeSpan? StartTimeout = null)
{
    private const string Seeded = "--seed NUMBER";
    private const string Timed = "--for 90s|10m|2h";

    /// <summary>The soaks, each with all that it takes: an option, and what stands for its value.</summary>
    private static readonly IReadOnlyList<(string Name, string[] Takes)> Soaks =
    [
        ("arithmetic", [Seeded]),
        ("crash", [Seeded, "--rounds COUNT", Timed, "--start-timeout 90s|10m"]),
        ("node-twin", [Seeded, "--rounds COUNT", Timed]),
        ("node", [Seeded, "--rounds COUNT", Timed]),
        ("day", [Seeded, "--scenario FILE"]),
        ("fuzz", [Seeded, Timed, "--inputs COUNT", "--target NAME"]),
        ("reconcile", [Seeded, "--rounds COUNT", Timed]),
    ];

    /// <exception cref="UsageException">There is no such soak, it does not take an option, or a value does not fit.</exception>
    public static SoakOptions Parse(string[] options)
    {
        var names = string.Join(", ", Soaks.Select(soak => soak.Name));
        if (options.Length == 0 || options[0].StartsWith('-'))
        {
            throw new UsageException($"soak what? there are: {names}");
        }

        var (name, takes) = Soaks.FirstOrDefault(soak => soak.Name == options[0]);
        if (name is null)
        {
            throw new UsageException($"there is no soak '{options[0]}'; there are: {names}");
        }

        var asked = new SoakOptions(name, 1, null, null);
        for (var index = 1; index < options.Length; index += 2)
        {
            var option = options[index];
            var value = index + 1 < options.Length ? options[index + 1] : "";
            asked = takes.Any(taken => taken.Split(' ')[0] == option) && asked.With(option, value) is { } more
                ? more
                : throw new UsageException($"soak {name} does not take '{$"{option} {value}".TrimEnd()}'; it takes {string.Join(", ", takes)}");
        }

        return asked;
    }

    /// <summary>The same with one option more; null where its value does not fit.</summary>
    private SoakOptions? With(string option, string value) => option switch
    {
        "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out var seed) ? this with { Seed = seed } : null,
        "--for" => Duration(value) is { } duration ? this with { For = duration } : null,
        "--start-timeout" => Duration(value) is { } duration ? this with { StartTimeout = duration } : null,
        "--rounds" or "--inputs" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? this with { Rounds = count } : null,
        _ => value.Length > 0 ? this with { Target = value } : null,
    };

    private static TimeSpan? Duration(string text) =>
        text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count),
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                _ => null,
            }
            : null;
}
