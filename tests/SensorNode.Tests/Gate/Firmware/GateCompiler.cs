using System.Collections.Concurrent;
using DeviceTwin.Tests.SensorNode.Gate.References;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>
/// Compiles firmware sources the way a nanoFramework project does in its release build: C# 10, optimised, no standard library but the given
/// references, no implicit usings, no nullable annotations. Warnings are reported like errors; they do not keep the IL from being written.
/// </summary>
internal static class GateCompiler
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp10, DocumentationMode.None, preprocessorSymbols: []);

    /// <summary>A compilation without sources per set of references: it holds what is read of them.</summary>
    private static readonly ConcurrentDictionary<string, CSharpCompilation> Bases = new();

    /// <param name="sources">What to compile.</param>
    /// <param name="references">Names of assemblies of the API list.</param>
    /// <param name="allowUnsafe">Whether <c>unsafe</c> is accepted; the firmware's project does not set it.</param>
    /// <exception cref="KeyNotFoundException">A reference is not in the API list.</exception>
    public static GateCompilation Compile(IEnumerable<SourceFile> sources, IEnumerable<string> references, bool allowUnsafe = false)
    {
        var files = sources.ToArray();
        var trees = files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.Path, System.Text.Encoding.UTF8)).ToArray();
        var kind = files.Any(file => file.Path.EndsWith("/Program.cs", StringComparison.Ordinal))
            ? OutputKind.ConsoleApplication
            : OutputKind.DynamicallyLinkedLibrary;
        var empty = Bases.GetOrAdd(string.Join(';', references.Order(StringComparer.Ordinal)), Empty);
        var compilation = empty
            .WithOptions(empty.Options.WithOutputKind(kind).WithAllowUnsafe(allowUnsafe))
            .AddSyntaxTrees(trees);

        var image = new MemoryStream();
        var symbols = new MemoryStream();
        var emitted = compilation.Emit(image, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        var diagnostics = emitted.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToArray();
        return new GateCompilation(compilation, diagnostics, emitted.Success ? FirmwareAssembly.Read(image, symbols, TypeHomes.Of(compilation)) : null);
    }

    private static CSharpCompilation Empty(string references) => CSharpCompilation.Create(
        "DeviceTwin.SensorNode",
        references: references.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(name => ReferenceAssemblies.References[name]),
        options: new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            warningLevel: 9999,
            nullableContextOptions: NullableContextOptions.Disable,
            deterministic: true,
            concurrentBuild: true));
}

/// <summary>What came of a compilation.</summary>
/// <param name="Compilation">The sources as the compiler understands them.</param>
/// <param name="Diagnostics">Errors and warnings.</param>
/// <param name="Assembly">The IL, or null where there were errors.</param>
internal sealed record GateCompilation(CSharpCompilation Compilation, IReadOnlyList<Diagnostic> Diagnostics, FirmwareAssembly? Assembly);
