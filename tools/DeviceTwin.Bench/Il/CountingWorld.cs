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
    private readonly FieldInfo[] _counters;

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
        _counters = Instrumented.GetType(Instrumentation.CounterType)!.GetFields(BindingFlags.Public | BindingFlags.Static);
    }

    /// <summary>The assembly that counts.</summary>
    public Assembly Instrumented { get; }

    /// <summary>Every operation with the IL it executes, in the order of the table.</summary>
    public IReadOnlyList<Measurement> MeasureAll() =>
        [.. OwnOperations().Select(operation => new Measurement(operation.Name, Measure(operation.Prepare), operation.Budget))];

    /// <summary>The methods that an operation executes and their own IL, the largest first.</summary>
    /// <exception cref="UsageException">There is no such operation.</exception>
    public IReadOnlyList<(string Method, long Il)> MeasureMethods(string operation)
    {
        Func<Action> prepare = OwnOperations().FirstOrDefault(one => one.Name == operation).Prepare
            ?? throw new UsageException($"there is no operation '{operation}'");
        Measure(prepare);
        return [.. _counters.Select(counter => (counter.Name, Il: (long)counter.GetValue(null)!)).Where(one => one.Il > 0).OrderByDescending(one => one.Il)];
    }

    /// <summary>
    /// IL of one run. A run before it, on its own prepared state, has static tables filled and every path compiled; both runs see the same
    /// inputs, so the figure is always the same.
    /// </summary>
    public long Measure(Func<Action> prepare)
    {
        prepare()();
        Action run = prepare();
        foreach (FieldInfo counter in _counters)
        {
            counter.SetValue(null, 0L);
        }

        run();
        return _counters.Sum(counter => (long)counter.GetValue(null)!);
    }

    /// <summary>The operations as the copy of this program in this world has them.</summary>
    private IEnumerable<(string Name, long Budget, Func<Action> Prepare)> OwnOperations()
    {
        Assembly bench = LoadFromAssemblyPath(typeof(CountingWorld).Assembly.Location);
        MethodInfo table = bench.GetType(typeof(Operations).FullName!)!.GetMethod(nameof(Operations.Neutral))!;
        return (IEnumerable<(string Name, long Budget, Func<Action> Prepare)>)table.Invoke(null, null)!;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == Instrumented.GetName().Name ? Instrumented : null;
}
