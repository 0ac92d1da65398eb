using DeviceTwin.Tests.SensorNode.Gate.References;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>The IL of a gate compilation, with the way back to the sources.</summary>
/// <param name="module">The compiled module.</param>
/// <param name="homes">Where its types were declared.</param>
internal sealed class FirmwareAssembly(ModuleDefinition module, TypeHomes homes)
{
    public ModuleDefinition Module => module;

    /// <summary>Every type, nested and compiler-made ones too.</summary>
    public IEnumerable<TypeDefinition> Types => module.Types.SelectMany(WithNested).Where(type => type.FullName != "<Module>");

    /// <summary>Names of the assemblies that the compiled code really refers to.</summary>
    public IReadOnlyList<string> UsedAssemblies => [.. module.AssemblyReferences.Select(reference => reference.Name)];

    /// <summary>Reads a compiled image.</summary>
    public static FirmwareAssembly Read(MemoryStream image, MemoryStream symbols, TypeHomes homes)
    {
        image.Position = 0;
        symbols.Position = 0;
        var module = ModuleDefinition.ReadModule(image, new ReaderParameters
        {
            AssemblyResolver = new EmittedResolver(),
            ReadSymbols = true,
            SymbolReaderProvider = new PortablePdbReaderProvider(),
            SymbolStream = symbols,
        });
        return new FirmwareAssembly(module, homes);
    }

    /// <summary>Whether the type, or for a compiler-made one its owner, stands in the sources.</summary>
    public bool IsDeclared(TypeDefinition type) => Declared(type) is not null;

    /// <summary>Where the type, or for a compiler-made one its owner, was declared.</summary>
    public SourcePlace PlaceOf(TypeDefinition type) => Declared(type) ?? new SourcePlace(type.FullName, 0);

    /// <summary>Where a type or a member was declared.</summary>
    public SourcePlace PlaceOf(IMemberDefinition member) => member is TypeDefinition type
        ? PlaceOf(type)
        : homes.FindMember(member.DeclaringType.FullName, member.Name) ?? PlaceOf(member.DeclaringType);

    /// <summary>The statement of an instruction, or the declaration of its method.</summary>
    public SourcePlace PlaceOf(MethodDefinition method, Instruction? instruction)
    {
        SequencePoint? nearest = null;
        if (method.HasBody && method.DebugInformation.HasSequencePoints)
        {
            var points = method.DebugInformation.SequencePoints.Where(point => !point.IsHidden);
            nearest = points.LastOrDefault(point => instruction is null || point.Offset <= instruction.Offset) ?? points.FirstOrDefault();
            if (instruction is null)
            {
                nearest = points.FirstOrDefault();
            }
        }

        return nearest is not null ? new SourcePlace(nearest.Document.Url, nearest.StartLine) : PlaceOf((IMemberDefinition)method);
    }

    private SourcePlace? Declared(TypeDefinition type)
    {
        for (var owner = type; owner is not null; owner = owner.DeclaringType)
        {
            if (homes.Find(owner.FullName) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    /// <summary>Resolves to the emitted nanoFramework assemblies.</summary>
    private sealed class EmittedResolver : IAssemblyResolver
    {
        private static readonly Lazy<Dictionary<string, AssemblyDefinition>> Assemblies = new(() =>
        {
            var resolver = new EmittedResolver();
            return ReferenceAssemblies.Images.ToDictionary(
                image => image.Key,
                image => AssemblyDefinition.ReadAssembly(new MemoryStream([.. image.Value]), new ReaderParameters { AssemblyResolver = resolver }));
        });

        public AssemblyDefinition? Resolve(AssemblyNameReference name) => Assemblies.Value.GetValueOrDefault(name.Name);

        public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters) => Resolve(name);

        public void Dispose()
        {
        }
    }
}
