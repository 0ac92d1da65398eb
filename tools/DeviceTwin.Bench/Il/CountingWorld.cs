using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;

namespace DeviceTwin.Bench.Il;

/// <summary>
/// A second world beside the running one: the instrumented rooms of the firmware and, bound to them, another copy of this program, whose
/// operations are therefore ordinary typed code. What the operations' own code executes is not counted.
/// </summary>
public sealed class CountingWorld : AssemblyLoadContext
{
    private readonly FieldInfo _executed;

    /// <summary>Instruments the build of SensorNode.Portable that this program uses.</summary>
    public CountingWorld()
        : this(AssemblyDefinition.ReadAssembly(typeof(SensorNode.Signal.Capture).Assembly.Location))
    {
    }

    /// <param name="assembly">The assembly to instrument; disposed of.</param>
    public CountingWorld(AssemblyDefinition assembly)
        : base("counting")
    {
        using AssemblyDefinition source = assembly;
        Instrumentation.Instrument(source.MainModule);
        var stream = new MemoryStream();
        source.Write(stream);
        stream.Position = 0;
        Instrumented = LoadFromStream(stream);
        _executed = Instrumented.GetType(Instrumentation.CounterType)!.GetField(Instrumentation.CounterField)!;
    }

    /// <summary>The assembly that counts.</summary>
    public Assembly Instrumented { get; }

    /// <summary>Every operation with the IL it executes, in the order of the table.</summary>
    public IReadOnlyList<Measurement> MeasureAll()
    {
        Assembly bench = LoadFromAssemblyPath(typeof(CountingWorld).Assembly.Location);
        var operations = (IEnumerable<(string Name, long Budget, Func<Action> Prepare)>)bench.GetType(typeof(Operations).FullName!)!
            .GetMethod(nameof(Operations.Neutral))!.Invoke(null, null)!;
        return [.. operations.Select(operation => new Measurement(operation.Name, Measure(operation.Prepare), operation.Budget))];
    }

    /// <summary>
    /// IL of one run. A run before it, on its own prepared state, has static tables filled and every path compiled; both runs see the same
    /// inputs, so the figure is always the same.
    /// </summary>
    public long Measure(Func<Action> prepare)
    {
        prepare()();
        Action run = prepare();
        _executed.SetValue(null, 0L);
        run();
        return (long)_executed.GetValue(null)!;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == Instrumented.GetName().Name ? Instrumented : null;
}
