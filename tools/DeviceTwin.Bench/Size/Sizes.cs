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

    /// <summary>Budgets of the heap in bytes, by window length.</summary>
    private static readonly (int Window, long Budget)[] HeapBudgets = [(1024, 186_000), (2048, 191_000), (4096, 200_000), (8192, 218_000)];

    /// <summary>Budgets of the PE file in bytes, by room.</summary>
    private static readonly (string Room, int Budget)[] PeBudgets = [("Signal", 20_000), ("Detection", 12_000), ("Twin", 24_000)];

    /// <summary>The heap of a detector for each window length, with the static tables of its rooms.</summary>
    public static IReadOnlyList<HeapSize> Heap() => [.. HeapBudgets.Select(row => Heap(row.Window, row.Budget))];

    /// <summary>The share of each room in the firmware's PE file.</summary>
    public static IReadOnlyList<RoomSize> Pe()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Portable.Location);
        var model = new PeModel(module);
        return [.. PeBudgets.Select(row => new RoomSize(row.Room, model.Add(TypesOf(module, Root + row.Room)), row.Budget))];
    }

    private static HeapSize Heap(int window, long budget)
    {
        var model = new HeapModel();
        long tables = model.AddStatics(Portable, Root + "Signal") + model.AddStatics(Portable, Root + "Detection");
        return new HeapSize(window, tables, tables + model.Add(new Detector(window)), budget);
    }

    private static IEnumerable<TypeDefinition> TypesOf(ModuleDefinition module, string space) => module.GetTypes().Where(type => OuterNamespace(type) is var name
        && (name == space || name.StartsWith(space + ".", StringComparison.Ordinal)));

    private static string OuterNamespace(TypeDefinition type) => type.DeclaringType is { } outer ? OuterNamespace(outer) : type.Namespace;
}

/// <summary>The heap of a detector.</summary>
/// <param name="WindowLength">Samples of a window.</param>
/// <param name="Tables">Bytes of the static tables of Signal and Detection, which live once.</param>
/// <param name="Bytes">Bytes of the detector and those tables.</param>
/// <param name="Budget">Most that it may be.</param>
public sealed record HeapSize(int WindowLength, long Tables, long Bytes, long Budget);

/// <summary>The share of a room in the PE file.</summary>
/// <param name="Room">The room.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Budget">Most that they may be.</param>
public sealed record RoomSize(string Room, PeSize Size, int Budget);
