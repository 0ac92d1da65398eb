using System.Globalization;
using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.Rules;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate;

/// <summary>
/// Compares method bodies of the gate compilation with those of the .NET build, instruction by instruction: what executes on .NET must be what the
/// board executes, else counting instructions there says nothing.
/// </summary>
internal static class OpcodeComparison
{
    /// <summary>Every method of the given rooms that differs, is missing, or exists on .NET only.</summary>
    public static IEnumerable<Violation> Compare(FirmwareAssembly gate, ModuleDefinition built, params string[] rooms)
    {
        var report = new RuleReport(gate);
        var inGate = gate.Types
            .Where(type => rooms.Contains(gate.PlaceOf(type).Room))
            .SelectMany(type => type.Methods)
            .ToDictionary(method => method.FullName);
        var prefixes = rooms.Select(room => $"{Rooms.Namespace(room)}.").ToArray();
        var inBuilt = built.GetTypes()
            .Where(type => prefixes.Any(prefix => type.FullName.StartsWith(prefix, StringComparison.Ordinal)))
            .SelectMany(type => type.Methods)
            .ToDictionary(method => method.FullName);
        foreach (var (name, method) in inGate)
        {
            if (!inBuilt.TryGetValue(name, out var other))
            {
                report.Add(GateRule.OpcodesDiffer, method, null, "is not in the .NET build");
            }
            else if (FirstDifference(method, other) is var (at, difference))
            {
                report.Add(GateRule.OpcodesDiffer, method, at, difference);
            }
        }

        return report.Violations.Concat(inBuilt.Keys.Except(inGate.Keys)
            .Select(name => new Violation(GateRule.OpcodesDiffer, new SourcePlace("SensorNode", 0), $"{name} is in the .NET build only")));
    }

    private static (Instruction? At, string Difference)? FirstDifference(MethodDefinition gate, MethodDefinition built)
    {
        if (gate.HasBody != built.HasBody)
        {
            return (null, "one of them has no body");
        }

        if (!gate.HasBody)
        {
            return null;
        }

        var ours = Lines(gate);
        var theirs = Lines(built);
        for (var index = 0; index < Math.Min(ours.Count, theirs.Count); index++)
        {
            if (ours[index] != theirs[index])
            {
                return (gate.Body.Instructions[index], $"'{ours[index]}' for nanoFramework, '{theirs[index]}' on .NET");
            }
        }

        return ours.Count == theirs.Count ? null : (null, $"{ours.Count} instructions for nanoFramework, {theirs.Count} on .NET");
    }

    private static IReadOnlyList<string> Lines(MethodDefinition method)
    {
        var instructions = method.Body.Instructions;
        var indexes = instructions.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return [.. instructions.Select(instruction => $"{instruction.OpCode.Name} {Operand(instruction.Operand, indexes)}".TrimEnd())];
    }

    private static string Operand(object? operand, Dictionary<Instruction, int> indexes) => operand switch
    {
        null => "",
        Instruction target => $"@{indexes[target]}",
        Instruction[] targets => string.Join(' ', targets.Select(target => $"@{indexes[target]}")),
        VariableDefinition local => $"{local.VariableType.FullName} #{local.Index}",
        ParameterDefinition parameter => $"#{parameter.Index}",
        float value => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture),
        double value => BitConverter.DoubleToUInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture),
        MemberReference member => member.FullName,
        _ => Convert.ToString(operand, CultureInfo.InvariantCulture)!,
    };
}
