namespace DeviceTwin.Bench.Generation.Hardware;

/// <summary>A Wi-Fi module as <c>hardware/modules.json</c> tells it: where its GPIOs come out, and which of them a board should leave alone.</summary>
/// <param name="Name">Part number.</param>
/// <param name="Chip">The chip in it.</param>
/// <param name="Source">The data sheet.</param>
/// <param name="GpioToPad">Pad of the module by GPIO number.</param>
/// <param name="Taken">Pins that something else uses.</param>
/// <param name="Strapping">Pins whose level at reset chooses how the chip starts.</param>
/// <param name="InputOnly">Pins that cannot drive.</param>
public sealed record ModuleFile(
    string Name,
    string Chip,
    string Source,
    IReadOnlyDictionary<int, int> GpioToPad,
    IReadOnlyList<TakenPins> Taken,
    IReadOnlyList<int> Strapping,
    IReadOnlyList<int> InputOnly)
{
    /// <summary>The file, from the root of the checkout.</summary>
    public const string Path = "hardware/modules.json";

    /// <summary>All modules of a checkout by name.</summary>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, ModuleFile> All(string root) =>
        BoardFile.Read<List<ModuleFile>>(System.IO.Path.Combine(root, Path)).ToDictionary(module => module.Name);
}

/// <summary>Pins that something else uses.</summary>
public sealed record TakenPins(IReadOnlyList<int> Pins, string By);
