using DeviceTwin.Bench.Generation.Fft;
using DeviceTwin.Bench.Generation.Filters;
using Mono.Cecil;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// The nanoFramework assemblies of the firmware by the formula of <see cref="PeModel"/>, from the builds for .NET. Of SensorNode what stands on nanoFramework's
/// own libraries is not there (Program.cs, Boards/Esp32); the compatibility gate counts it and holds the limits of the whole.
/// </summary>
public static class AssemblySizes
{
    private const string Root = "DeviceTwin.SensorNode";

    /// <summary>Every assembly, in the order in which they are loaded.</summary>
    public static IReadOnlyList<AssemblySize> All()
    {
        HashSet<string> codelets = [.. FftFiles.All().Select(file => file.Name).Append(HalfBandFile.Name).Select(name => Path.GetFileName(name).Split('.')[0])];
        using ModuleDefinition portable = ModuleDefinition.ReadModule(typeof(SensorNode.Signal.Capture).Assembly.Location);
        using ModuleDefinition rest = ModuleDefinition.ReadModule(typeof(SensorNode.Node).Assembly.Location);
        return
        [
            Of(portable, "SensorNode.Codelets", type => codelets.Contains(type.Name)),
            Of(portable, "SensorNode.Signal", type => IsIn(type, "Signal") && !codelets.Contains(type.Name)),
            Of(portable, "SensorNode.Detection", type => IsIn(type, "Detection")),
            Of(portable, "SensorNode.Twin", type => IsIn(type, "Twin")),
            Of(rest, "SensorNode", type => NodeParcel.Belongs(Outer(type).Namespace)),
        ];
    }

    private static AssemblySize Of(ModuleDefinition module, string name, Func<TypeDefinition, bool> isOwn) =>
        new(name, new PeModel(module).Add(module.GetTypes().Where(isOwn)));

    private static bool IsIn(TypeDefinition type, string room) =>
        Outer(type).Namespace is var space && (space == $"{Root}.{room}" || space.StartsWith($"{Root}.{room}.", StringComparison.Ordinal));

    private static TypeDefinition Outer(TypeDefinition type) => type.DeclaringType is { } outer ? Outer(outer) : type;
}

/// <summary>An assembly without its header and references.</summary>
/// <param name="Assembly">Its name.</param>
/// <param name="Size">Its bytes.</param>
public sealed record AssemblySize(string Assembly, PeSize Size);
