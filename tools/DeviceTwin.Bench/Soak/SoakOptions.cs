using System.Globalization;

namespace DeviceTwin.Bench.Soak;

/// <summary>What is asked of a soak.</summary>
/// <param name="For">Longest time; null = as the soak has it.</param>
/// <param name="Rounds">Rounds or inputs at most; null = as the soak has it.</param>
/// <param name="Target">The one part to soak; null = all.</param>
public sealed record SoakOptions(string Name, int Seed, TimeSpan? For, long? Rounds, string? Target = null)
{
    /// <exception cref="UsageException">An option that is none, or a value that does not fit.</exception>
    public static SoakOptions Parse(string[] options)
    {
        string? name = null;
        var seed = 1;
        TimeSpan? longest = null;
        long? rounds = null;
        string? target = null;
        for (var index = 0; index < options.Length; index++)
        {
            switch (options[index])
            {
                case "--seed" when index + 1 < options.Length && int.TryParse(options[index + 1], CultureInfo.InvariantCulture, out seed):
                    index++;
                    break;
                case "--for" when index + 1 < options.Length && Duration(options[index + 1]) is { } duration:
                    longest = duration;
                    index++;
                    break;
                case "--rounds" or "--inputs" when index + 1 < options.Length
                    && long.TryParse(options[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0:
                    rounds = count;
                    index++;
                    break;
                case "--target" when index + 1 < options.Length:
                    target = options[++index];
                    break;
                case var word when name is null && !word.StartsWith('-'):
                    name = word;
                    break;
                default:
                    throw new UsageException($"soak does not take '{options[index]}'; --for takes 90s, 10m or 2h, --rounds and --inputs a count, --seed a number");
            }
        }

        return new SoakOptions(name ?? throw new UsageException("soak what? help lists them"), seed, longest, rounds, target);
    }

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
