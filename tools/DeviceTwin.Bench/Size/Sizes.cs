using System.Reflection;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using Mono.Cecil;

namespace DeviceTwin.Bench.Size;

/// <summary>What the detector takes of a device's memory and flash, and what it may take.</summary>
public static class Sizes
{
    private const string Root = "DeviceTwin.SensorNode.";

    private static readonly Assembly Portable = typeof(Capture).Assembly;

    /// <summary>Array literals of Signal and Detection.</summary>
    private static readonly Lazy<int> Literals = new(CountLiterals);

    /// <summary>What lives on the heap, and its budget in bytes. A detector is counted with the static tables of its rooms.</summary>
    private static readonly (string Part, long Budget, Func<object> Create)[] Parts =
    [
        ("detector.1024", 20_500, () => new Detector(1024)),
        ("detector.2048", 34_600, () => new Detector(2048)),
        ("detector.4096", 58_000, () => new Detector(4096)),
        ("detector.8192", 101_000, () => new Detector(8192)),
        ("monitor", 2_900, () => new SensorNode.Detection.Monitor()),
        ("shadow", 2_900, () => new Shadow()),
        ("result", 5_100, () => new DetectorResult()),
    ];

    /// <summary>Budgets of the PE file in bytes, by room; 2.5 KB of Signal are the compression of waveforms, 3 KB the transform of 256 once more, without memory of its own.</summary>
    private static readonly (string Room, int Budget)[] PeBudgets = [("Signal", 95_300), ("Detection", 36_800), ("Twin", 26_500)];

    /// <summary>Bytes of the static tables of Signal and Detection, which live once, from the start.</summary>
    public static long Tables() => AddTables(new HeapModel());

    /// <summary>The heap of each part.</summary>
    public static IReadOnlyList<HeapSize> Heap() => [.. Parts.Select(part => new HeapSize(part.Part, Bytes(part.Part, part.Create()), part.Budget))];

    /// <summary>The share of each room in the firmware's PE file.</summary>
    public static IReadOnlyList<RoomSize> Pe()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Portable.Location);
        var model = new PeModel(module);
        return [.. PeBudgets.Select(row => new RoomSize(row.Room, model.Add(TypesOf(module, Root + row.Room)), row.Budget))];
    }

    private static long Bytes(string part, object one)
    {
        var model = new HeapModel();
        long tables = AddTables(model);
        return model.Add(one) + (part.StartsWith("detector", StringComparison.Ordinal) ? tables : 0);
    }

    private static long AddTables(HeapModel model) =>
        model.AddStatics(Portable, Root + "Signal") + model.AddStatics(Portable, Root + "Detection") + (HeapModel.LiteralBytes * Literals.Value);

    private static int CountLiterals()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Portable.Location);
        return PeModel.Literals(TypesOf(module, Root + "Signal").Concat(TypesOf(module, Root + "Detection"))).Count();
    }

    private static IEnumerable<TypeDefinition> TypesOf(ModuleDefinition module, string space) => module.GetTypes().Where(type => OuterNamespace(type) is var name
        && (name == space || name.StartsWith(space + ".", StringComparison.Ordinal)));

    private static string OuterNamespace(TypeDefinition type) => type.DeclaringType is { } outer ? OuterNamespace(outer) : type.Namespace;
}

/// <summary>The heap of a part.</summary>
/// <param name="Part">The part; for a detector with the samples of its window.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Budget">Most that they may be.</param>
public sealed record HeapSize(string Part, long Bytes, long Budget);

/// <summary>The share of a room in the PE file.</summary>
/// <param name="Room">The room.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Budget">Most that they may be.</param>
public sealed record RoomSize(string Room, PeSize Size, int Budget);
