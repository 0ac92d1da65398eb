using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using Mono.Cecil;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// A second world beside the running one: the firmware instrumented by <see cref="AllocationInstrumentation"/>, with the simulated board around it, and bound to
/// them another copy of this program, whose <see cref="NodeScene"/> is therefore ordinary typed code.
/// </summary>
public sealed class AllocationWorld : AssemblyLoadContext
{
    private readonly Dictionary<string, Assembly> _own = [];

    /// <summary>Instruments the builds of SensorNode.Portable and SensorNode.Simulator that this program uses.</summary>
    public AllocationWorld()
        : base("allocations")
    {
        string bench = typeof(AllocationWorld).Assembly.Location;
        _own["DeviceTwin.Bench"] = LoadFromAssemblyPath(bench);
        foreach (Assembly source in new[] { typeof(SensorNode.Signal.Capture).Assembly, typeof(SensorNode.Node).Assembly })
        {
            using var resolver = new DefaultAssemblyResolver();
            resolver.AddSearchDirectory(Path.GetDirectoryName(bench));
            using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(source.Location, new ReaderParameters { AssemblyResolver = resolver });
            AllocationInstrumentation.Instrument(assembly.MainModule);
            var stream = new MemoryStream();
            assembly.Write(stream);
            stream.Position = 0;
            _own[assembly.Name.Name] = LoadFromStream(stream);
        }
    }

    /// <summary>The heap of a board's node.</summary>
    /// <param name="board">Name of the board.</param>
    public NodeHeap Measure(string board)
    {
        MethodInfo measure = _own["DeviceTwin.Bench"].GetType(typeof(NodeScene).FullName!)!.GetMethod(nameof(NodeScene.Measure))!;
        return JsonSerializer.Deserialize<NodeHeap>((string)measure.Invoke(null, [board])!)!;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) => _own.GetValueOrDefault(assemblyName.Name!);
}
