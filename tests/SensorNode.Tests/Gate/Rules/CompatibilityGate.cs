using DeviceTwin.Tests.SensorNode.Gate.Firmware;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>The compatibility gate: compiles sources for nanoFramework and runs every rule over the result.</summary>
internal static class CompatibilityGate
{
    /// <summary>Every violation of the given sources, in the order of files and lines; empty where they pass.</summary>
    /// <param name="sources">Firmware sources by path below <c>firmware/</c>.</param>
    /// <param name="references">The assemblies that their project references.</param>
    /// <param name="allowUnsafe">Whether <c>unsafe</c> compiles: shows the rules that stand behind the compiler's refusal.</param>
    public static IReadOnlyList<Violation> Check(IEnumerable<SourceFile> sources, IReadOnlyList<string> references, bool allowUnsafe = false) =>
        Check(GateCompiler.Compile(sources, references, allowUnsafe), references);

    /// <summary>Every violation of a compilation.</summary>
    public static IReadOnlyList<Violation> Check(GateCompilation compiled, IReadOnlyList<string> references) =>
    [
        .. CompilerRefusals.Of(compiled.Diagnostics, references)
            .Concat(SourceRules.Check(compiled.Compilation))
            .Concat(compiled.Assembly is { } assembly ? CheckIl(assembly) : [])
            .Distinct()
            .OrderBy(violation => violation.Place.Path, StringComparer.Ordinal)
            .ThenBy(violation => violation.Place.Line)
            .ThenBy(violation => violation.Rule.Code, StringComparer.Ordinal),
    ];

    /// <summary>The rules over IL alone.</summary>
    public static IEnumerable<Violation> CheckIl(FirmwareAssembly assembly)
    {
        var report = new RuleReport(assembly);
        foreach (var type in assembly.Types)
        {
            var place = assembly.PlaceOf(type);
            RuntimeRules.Check(type, report);
            ExactnessRules.Check(type, place, report);
            RoomRules.Check(type, place, report);
            BothWorldsRules.Check(type, place, report);
        }

        return report.Violations;
    }
}
