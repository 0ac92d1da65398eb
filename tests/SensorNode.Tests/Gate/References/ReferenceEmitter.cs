using System.Collections.Immutable;
using DeviceTwin.Tests.SensorNode.Gate.ApiList;
using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Gate.References;

/// <summary>
/// Writes reference assemblies from the API list: metadata only, no bodies, which is all that a compiler reads.
/// Generic types are left out: the 1.x runtime cannot load them, so the compiler must not find them.
/// </summary>
internal static class ReferenceEmitter
{
    private const string CoreLibrary = "mscorlib";

    /// <summary>One image per assembly, by name.</summary>
    /// <param name="assemblies">In dependency order; the first is the core library.</param>
    public static ImmutableDictionary<string, ImmutableArray<byte>> Emit(IReadOnlyList<ApiAssembly> assemblies)
    {
        using var resolver = new EmittedAssemblies();
        var images = ImmutableDictionary.CreateBuilder<string, ImmutableArray<byte>>();
        foreach (var assembly in assemblies)
        {
            var definition = Define(assembly, resolver);
            resolver.Add(definition);
            images[assembly.Name] = Write(definition);
        }

        return images.ToImmutable();
    }

    private static AssemblyDefinition Define(ApiAssembly assembly, EmittedAssemblies resolver)
    {
        // Cecil's type system looks for primitives in the core library. While that one is being made it goes by another name,
        // so that primitives are written as such and never looked up.
        var isCore = assembly.Name == CoreLibrary;
        var workingName = isCore ? "core" : assembly.Name;
        var definition = AssemblyDefinition.CreateAssembly(
            new AssemblyNameDefinition(workingName, assembly.Version),
            workingName,
            new ModuleParameters { Kind = ModuleKind.Dll, Runtime = TargetRuntime.Net_4_0, AssemblyResolver = resolver });
        var module = definition.MainModule;
        foreach (var reference in assembly.References)
        {
            var name = resolver[reference].Name;
            module.AssemblyReferences.Add(new AssemblyNameReference(name.Name, name.Version) { PublicKeyToken = name.PublicKeyToken });
        }

        new TypeEmitter(definition, assembly, assembly.References.Select(reference => resolver[reference].MainModule)).Emit();

        if (assembly.PublicKey.Length > 0)
        {
            definition.Name.PublicKey = assembly.PublicKey;
            definition.Name.HasPublicKey = true;
        }

        if (isCore)
        {
            // The core library does not refer to itself. Others import signatures with the scope that the primitives got here.
            foreach (var self in module.AssemblyReferences)
            {
                self.Version = assembly.Version;
                self.PublicKeyToken = definition.Name.PublicKeyToken;
            }

            module.AssemblyReferences.Clear();
            definition.Name.Name = CoreLibrary;
        }

        module.Name = assembly.Name + ".dll";
        return definition;
    }

    private static ImmutableArray<byte> Write(AssemblyDefinition definition)
    {
        using var stream = new MemoryStream();
        definition.Write(stream, new WriterParameters { DeterministicMvid = true });
        return [.. stream.ToArray()];
    }

    /// <summary>Finds the assemblies made so far by name.</summary>
    private sealed class EmittedAssemblies : IAssemblyResolver
    {
        private readonly Dictionary<string, AssemblyDefinition> made = [];

        public AssemblyDefinition this[string name] => made[name];

        public void Add(AssemblyDefinition definition) => made.Add(definition.Name.Name, definition);

        public AssemblyDefinition Resolve(AssemblyNameReference name) => made[name.Name];

        public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters) => made[name.Name];

        public void Dispose()
        {
            foreach (var definition in made.Values)
            {
                definition.Dispose();
            }
        }
    }
}
