using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>2xx: Signal, Detection and Twin compute the same bits on a board, on the virtual device and on .NET.</summary>
internal static class ExactnessRules
{
    /// <summary>The only type that may divide floats.</summary>
    private const string DivisionType = "DeviceTwin.SensorNode.Signal.Division";

    /// <summary>The only type that may turn a float into an integer.</summary>
    private const string RoundingType = "DeviceTwin.SensorNode.Signal.Rounding";

    private static readonly HashSet<string> NumericTypes =
    [
        "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32",
        "System.Int64", "System.UInt64", "System.Single", "System.Double", "System.Boolean",
    ];

    public static void Check(TypeDefinition type, SourcePlace place, RuleReport report)
    {
        if (!Rooms.IsExact(place.Room))
        {
            return;
        }

        foreach (var use in TypeUses.Of(type))
        {
            CheckType(use, report);
        }

        foreach (var field in type.Fields.Where(field => field is { IsStatic: true, IsLiteral: false, IsInitOnly: false }))
        {
            report.Add(GateRule.MutableStatic, field, "is not readonly");
        }

        foreach (var method in type.Methods.Where(method => method.HasBody))
        {
            CheckBody(method, report);
            if (method is { IsStatic: true, IsConstructor: true })
            {
                CheckTables(method, report);
            }
        }
    }

    private static void CheckType(TypeUse use, RuleReport report)
    {
        if (!TypeUses.Parts(use.Type).Any(part => part.FullName is "System.Double" or "System.Decimal"))
        {
            return;
        }

        if (use.Member is MethodDefinition method)
        {
            report.Add(GateRule.DoublePrecision, method, use.At, use.Type.Name);
        }
        else
        {
            report.Add(GateRule.DoublePrecision, use.Member, use.Type.Name);
        }
    }

    private static void CheckBody(MethodDefinition method, RuleReport report)
    {
        var stacks = StackTyping.Before(method);
        foreach (var instruction in method.Body.Instructions)
        {
            if (stacks.TryGetValue(instruction, out var stack))
            {
                CheckArithmetic(method, instruction, stack, report);
            }

            if (instruction.Operand is MethodReference called)
            {
                CheckCall(method, instruction, called, report);
            }
            else if (instruction.OpCode == OpCodes.Box && NumericTypes.Contains(((TypeReference)instruction.Operand).FullName))
            {
                report.Add(GateRule.NumberText, method, instruction, $"{((TypeReference)instruction.Operand).Name} becomes an object");
            }
        }
    }

    private static void CheckArithmetic(MethodDefinition method, Instruction instruction, IReadOnlyList<StackSlot> stack, RuleReport report)
    {
        var name = instruction.OpCode.Name;
        switch (instruction.OpCode.Code)
        {
            case Code.Ldc_R8 or Code.Conv_R8 or Code.Ldelem_R8 or Code.Stelem_R8 or Code.Ldind_R8 or Code.Stind_R8:
                report.Add(GateRule.DoublePrecision, method, instruction, name);
                break;
            case Code.Conv_R_Un:
                report.Add(GateRule.UnsignedToFloat, method, instruction, name);
                break;
            case Code.Conv_R4 or Code.Conv_R8 when stack[^1].Kind == StackKind.Int64:
                report.Add(GateRule.LongToFloat, method, instruction, name);
                break;
            case Code.Div when stack[^1].IsFloat && method.DeclaringType.FullName != DivisionType:
            case Code.Rem when stack[^1].IsFloat:
                report.Add(GateRule.FloatDivision, method, instruction, name);
                break;
            case Code.Shl or Code.Shr or Code.Shr_Un:
                var width = stack[^2].Kind == StackKind.Int64 ? 64 : 32;
                if (stack[^1].Bound is not { } bound || bound >= width)
                {
                    report.Add(GateRule.UnmaskedShift, method, instruction, name);
                }

                break;
            default:
                if (name.StartsWith("conv.", StringComparison.Ordinal) && !name.StartsWith("conv.r", StringComparison.Ordinal)
                    && stack[^1].IsFloat && method.DeclaringType.FullName != RoundingType)
                {
                    report.Add(GateRule.FloatToInteger, method, instruction, name);
                }

                break;
        }
    }

    private static void CheckCall(MethodDefinition method, Instruction instruction, MethodReference called, RuleReport report)
    {
        var owner = called.DeclaringType.FullName;
        var subject = $"{called.DeclaringType.Name}.{called.Name}";
        if (owner is "System.Math" or "System.MathF" or "System.Random" or "System.Convert")
        {
            report.Add(GateRule.PlatformMath, method, instruction, subject);
        }
        else if (IsNumberText(instruction, called))
        {
            report.Add(GateRule.NumberText, method, instruction, subject);
        }
    }

    private static bool IsNumberText(Instruction instruction, MethodReference called)
    {
        var owner = called.DeclaringType.FullName;
        var parameters = called.Parameters.Select(parameter => parameter.ParameterType.FullName);
        return called.Name switch
        {
            "ToString" or "Parse" or "TryParse" when NumericTypes.Contains(owner) => true,
            "ToString" => instruction.Previous?.OpCode == OpCodes.Constrained
                && NumericTypes.Contains(((TypeReference)instruction.Previous.Operand).FullName),
            "Format" => owner == "System.String",
            "Concat" => owner == "System.String" && parameters.Any(parameter => parameter.StartsWith("System.Object", StringComparison.Ordinal)),
            "Append" => owner == "System.Text.StringBuilder" && (NumericTypes.Contains(parameters.First()) || parameters.First() == "System.Object"),
            _ => false,
        };
    }

    /// <summary>A static constructor may only store literals: constants, strings, arrays of them and data of the image.</summary>
    private static void CheckTables(MethodDefinition initializer, RuleReport report)
    {
        var offender = initializer.Body.Instructions.FirstOrDefault(instruction => !IsLiteral(instruction));
        if (offender is not null)
        {
            report.Add(GateRule.ComputedTable, initializer, offender, offender.OpCode.Name);
        }
    }

    private static bool IsLiteral(Instruction instruction)
    {
        var code = instruction.OpCode.Code;
        return code switch
        {
            >= Code.Ldc_I4_M1 and <= Code.Ldc_R8 => true,
            Code.Nop or Code.Ret or Code.Dup or Code.Ldstr or Code.Ldnull or Code.Ldtoken or Code.Newarr or Code.Stsfld => true,
            Code.Conv_I8 or Code.Conv_U8 => instruction.Previous is { } value && value.OpCode.Name.StartsWith("ldc.", StringComparison.Ordinal),
            Code.Stelem_Any or (>= Code.Stelem_I and <= Code.Stelem_Ref) => true,
            Code.Call => ((MethodReference)instruction.Operand).FullName.StartsWith(
                "System.Void System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray(", StringComparison.Ordinal),
            _ => false,
        };
    }
}
