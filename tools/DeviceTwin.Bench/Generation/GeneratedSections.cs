using DeviceTwin.Bench.Features;
using DeviceTwin.Bench.Generation.Fft;
using DeviceTwin.Bench.Il;
using DeviceTwin.Bench.Size;
using DeviceTwin.Bench.Size.Whole;

namespace DeviceTwin.Bench.Generation;

/// <summary>All sections that <c>generate</c> writes. A new one needs a row here and its two markers in the page.</summary>
public static class GeneratedSections
{
    private const string Signal = "firmware/SensorNode/Signal/README.md";
    private const string Memory = "firmware/MEMORY.md";
    private const string Detection = "firmware/SensorNode/Detection/README.md";

    /// <summary>The sections, page by page.</summary>
    public static readonly IReadOnlyList<GeneratedSection> All =
    [
        new(Signal, "il", () => IlTable.Write([.. TransformOperations.Table, .. SignalOperations.Table])),
        new(Signal, "fft", FftTable.Write),
        new(Detection, "features", FeatureTable.Write),
        new(Detection, "alarm", AlarmTable.Write),
        new(Detection, "il", () => IlTable.Write([.. DetectionOperations.Table, .. TwinOperations.Table])),
        new(Detection, "heap", () => SizeTables.Heap(Sizes.Heap())),
        new(Detection, "pe", () => SizeTables.Pe(Sizes.Pe())),
        new(Memory, "steady", NodeTables.Steady),
        new(Memory, "budgets", NodeTables.Budgets),
        new(Memory, "operations-32e", () => NodeTables.Operations(NodeBudgets.LowCost)),
        new(Memory, "operations-s3", () => NodeTables.Operations(NodeBudgets.Large)),
        new(Memory, "plan", NodeTables.Plan),
        new(Memory, "assemblies", NodeTables.Assemblies),
    ];

    /// <summary>The text that each page should have.</summary>
    /// <param name="root">The checkout.</param>
    /// <exception cref="ModelException">A page or a marker is missing.</exception>
    public static IEnumerable<(string Path, string Text)> Pages(string root)
    {
        foreach (IGrouping<string, GeneratedSection> page in All.GroupBy(section => section.Page))
        {
            string path = Path.Combine(root, page.Key);
            if (!File.Exists(path))
            {
                throw new ModelException($"{page.Key} is missing");
            }

            string text = File.ReadAllText(path);
            foreach (GeneratedSection section in page)
            {
                text = Filled(text, section);
            }

            yield return (path, text);
        }
    }

    private static string Filled(string text, GeneratedSection section)
    {
        try
        {
            return GeneratedSection.Replace(text, section.Name, section.Write());
        }
        catch (ModelException exception)
        {
            throw new ModelException($"{section.Page}: {exception.Message}");
        }
    }
}
