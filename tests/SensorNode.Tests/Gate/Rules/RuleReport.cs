using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>Collects what the IL rules find and gives it its place in the sources.</summary>
internal sealed class RuleReport(FirmwareAssembly assembly)
{
    private readonly List<Violation> violations = [];

    public IReadOnlyList<Violation> Violations => violations;

    public void Add(GateRule rule, MethodDefinition method, Instruction? at, string subject, string? hint = null) =>
        violations.Add(new Violation(rule, assembly.PlaceOf(method, at), $"{NameOf(method)}: {subject}") { SpecialHint = hint });

    public void Add(GateRule rule, IMemberDefinition member, string subject, string? hint = null) =>
        violations.Add(new Violation(rule, assembly.PlaceOf(member), $"{NameOf(member)}: {subject}") { SpecialHint = hint });

    private static string NameOf(IMemberDefinition member) =>
        member.DeclaringType is null ? member.Name : $"{member.DeclaringType.Name}.{member.Name}";
}
