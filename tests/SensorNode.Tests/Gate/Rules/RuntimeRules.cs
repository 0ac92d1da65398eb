using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>1xx: what the compiler accepts and the 1.x runtime does not run, or runs wrongly without a word.</summary>
internal static class RuntimeRules
{
    private const int MaxSlots = 255;
    private const int MaxCodeSize = 32767;

    public static void Check(TypeDefinition type, RuleReport report)
    {
        if (type.HasGenericParameters)
        {
            report.Add(GateRule.Generics, type, "is generic");
        }

        foreach (var use in TypeUses.Of(type))
        {
            Check(use, report);
        }

        foreach (var method in type.Methods)
        {
            if (method.HasGenericParameters)
            {
                report.Add(GateRule.Generics, method, null, "is generic");
            }

            if (type.IsInterface && !method.IsAbstract)
            {
                report.Add(GateRule.InterfaceBody, method, null, "has a body");
            }

            if (method.HasBody)
            {
                CheckBody(method, report);
            }
        }
    }

    private static void Check(TypeUse use, RuleReport report)
    {
        foreach (var part in TypeUses.Parts(use.Type))
        {
            switch (part)
            {
                case GenericInstanceType or GenericParameter:
                    Add(GateRule.Generics, use, part, report);
                    break;
                case ArrayType { Rank: > 1 }:
                    Add(GateRule.MultiDimensionalArray, use, part, report);
                    break;
                case PointerType or PinnedType or FunctionPointerType:
                    Add(GateRule.Pointer, use, part, report);
                    break;
            }
        }
    }

    private static void Add(GateRule rule, TypeUse use, TypeReference type, RuleReport report)
    {
        if (use.Member is MethodDefinition method)
        {
            report.Add(rule, method, use.At, type.Name);
        }
        else
        {
            report.Add(rule, use.Member, type.Name);
        }
    }

    private static void CheckBody(MethodDefinition method, RuleReport report)
    {
        var body = method.Body;
        CheckSlots(method, body.Variables.Count, "locals", report);
        CheckSlots(method, method.Parameters.Count + (method.HasThis ? 1 : 0), "parameters", report);
        CheckSlots(method, body.MaxStackSize, "stack slots", report);
        if (body.CodeSize > MaxCodeSize)
        {
            report.Add(GateRule.LongMethod, method, null, $"{body.CodeSize} bytes of IL");
        }

        foreach (var instruction in body.Instructions)
        {
            var name = instruction.OpCode.Name;
            if (name.Contains(".ovf"))
            {
                report.Add(GateRule.CheckedArithmetic, method, instruction, name);
            }
            else if (instruction.OpCode == OpCodes.Volatile)
            {
                report.Add(GateRule.VolatilePrefix, method, instruction, name);
            }
            else if (instruction.OpCode == OpCodes.Localloc)
            {
                report.Add(GateRule.Pointer, method, instruction, "stackalloc");
            }
            else if (instruction.Operand is GenericInstanceMethod instance)
            {
                report.Add(GateRule.Generics, method, instruction, instance.Name);
            }
        }
    }

    private static void CheckSlots(MethodDefinition method, int count, string what, RuleReport report)
    {
        if (count > MaxSlots)
        {
            report.Add(GateRule.TooManySlots, method, null, $"{count} {what}");
        }
    }
}
