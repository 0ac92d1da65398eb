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

        CheckSigns(method, report);
    }

    /// <summary>
    /// A value keeps the type it had where it came from (a field, a local, an element, a conversion), through casts that are no instruction and
    /// through arithmetic, whose result has the type of its left operand; it gets another by being stored. Instructions that are there once for
    /// both signs go by that type. What is handed to a parameter or returned is not stored.
    /// </summary>
    private static void CheckSigns(MethodDefinition method, RuleReport report)
    {
        var stacks = StackTyping.Before(method);
        foreach (var instruction in method.Body.Instructions.Where(stacks.ContainsKey))
        {
            var stack = stacks[instruction];
            bool isAmbiguous = instruction.OpCode.Code switch
            {
                Code.Shr or Code.Rem => stack[^2].IsAmbiguous,
                Code.Conv_I8 or Code.Conv_R4 or Code.Conv_R8 => stack[^1].IsAmbiguous,
                Code.Call or Code.Callvirt or Code.Newobj => HandsOver((MethodReference)instruction.Operand, stack),
                Code.Ret => StackSlot.IsSignedType(method.ReturnType) && stack[^1].IsUnsigned,
                _ => false,
            };
            if (isAmbiguous)
            {
                report.Add(GateRule.UnsignedTakenForSigned, method, instruction, instruction.OpCode.Name);
            }
        }
    }

    // Even one that has no sign bit: what the method subtracts from it may have one.
    private static bool HandsOver(MethodReference called, IReadOnlyList<StackSlot> stack)
    {
        int count = called.Parameters.Count;
        return called.Parameters.Where((parameter, index) =>
            StackSlot.IsSignedType(parameter.ParameterType) && stack[stack.Count - count + index].IsUnsigned).Any();
    }

    private static void CheckSlots(MethodDefinition method, int count, string what, RuleReport report)
    {
        if (count > MaxSlots)
        {
            report.Add(GateRule.TooManySlots, method, null, $"{count} {what}");
        }
    }
}
