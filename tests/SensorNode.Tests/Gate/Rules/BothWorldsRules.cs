using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>
/// 4xx: members that nanoFramework and .NET both have and that do not do the same. That a member exists in both is shown by the two
/// compilations; this list is for what compiles and then differs.
/// </summary>
internal static class BothWorldsRules
{
    private const string Culture = "Go character by character: .NET asks the culture of the process, nanoFramework compares code units.";
    private const string Order = "Keep the keys in an array or ArrayList: the order of a Hashtable differs.";
    private const string Hash = "Compute your own hash: .NET's differs, and for strings from run to run.";
    private const string Line = "Append \"\\n\" yourself: the line end differs.";
    private const string Digits = "Parse an integer and scale it: the last digits of a parsed float differ.";

    /// <summary>Hints by type and member; a member name with a colon narrows it to a first parameter of that type.</summary>
    private static readonly Dictionary<string, string> Members = new()
    {
        ["System.String::Compare"] = Culture,
        ["System.String::CompareTo"] = Culture,
        ["System.String::StartsWith"] = Culture,
        ["System.String::EndsWith"] = Culture,
        ["System.String::IndexOf:System.String"] = Culture,
        ["System.String::LastIndexOf:System.String"] = Culture,
        ["System.String::ToLower"] = Culture,
        ["System.String::ToUpper"] = Culture,
        ["System.DateTime::ToString"] = Culture,
        ["System.DateTime::Parse"] = Culture,
        ["System.DateTime::TryParse"] = Culture,
        ["System.Single::Parse"] = Digits,
        ["System.Single::TryParse"] = Digits,
        ["System.Double::Parse"] = Digits,
        ["System.Double::TryParse"] = Digits,
        ["System.Convert::ToDouble"] = Digits,
        ["System.Collections.Hashtable::GetEnumerator"] = Order,
        ["System.Collections.Hashtable::get_Keys"] = Order,
        ["System.Collections.Hashtable::get_Values"] = Order,
        ["System.Collections.Hashtable::CopyTo"] = Order,
        ["System.Text.StringBuilder::AppendLine"] = Line,
        ["System.Environment::get_NewLine"] = Line,
        ["System.BitConverter::get_IsLittleEndian"] = "Assemble the bytes by shifts: it is a property here and a field on .NET.",
    };

    public static void Check(TypeDefinition type, SourcePlace place, RuleReport report)
    {
        if (Rooms.IsDeviceOnly(place.Path))
        {
            return;
        }

        foreach (var use in TypeUses.Of(type).Where(use => use.Type.FullName == "System.Collections.DictionaryEntry"))
        {
            const string Hint = "Look values up by key: it is a class with fields here and a struct with properties on .NET.";
            if (use.Member is MethodDefinition method)
            {
                report.Add(GateRule.BehavesDifferently, method, use.At, use.Type.Name, Hint);
            }
            else
            {
                report.Add(GateRule.BehavesDifferently, use.Member, use.Type.Name, Hint);
            }
        }

        foreach (var method in type.Methods.Where(method => method.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                Check(method, instruction, place.Room, report);
            }
        }
    }

    private static void Check(MethodDefinition method, Instruction instruction, string room, RuleReport report)
    {
        switch (instruction.Operand)
        {
            case MethodReference called:
                if (HintFor(called, room) is { } hint)
                {
                    report.Add(GateRule.BehavesDifferently, method, instruction, $"{called.DeclaringType.Name}.{called.Name}", hint);
                }
                else if (called.Name == "ToString" && IsDivergent(called.DeclaringType, room))
                {
                    report.Add(GateRule.DivergentText, method, instruction, $"{called.DeclaringType.Name}.ToString");
                }
                else if (called.DeclaringType.FullName == "System.Text.StringBuilder"
                    && called.Parameters.Any(parameter => IsDivergent(parameter.ParameterType, room)))
                {
                    report.Add(GateRule.DivergentText, method, instruction, $"StringBuilder.{called.Name}");
                }

                break;
            case TypeReference boxed when instruction.OpCode == OpCodes.Box && IsDivergent(boxed, room):
                report.Add(GateRule.DivergentText, method, instruction, $"{boxed.Name} becomes an object");
                break;
            case TypeReference receiver when instruction.OpCode == OpCodes.Constrained && IsDivergent(receiver, room)
                && instruction.Next.Operand is MethodReference { Name: "ToString" }:
                report.Add(GateRule.DivergentText, method, instruction, $"{receiver.Name}.ToString");
                break;
        }
    }

    private static string? HintFor(MethodReference called, string room)
    {
        var member = $"{called.DeclaringType.FullName}::{called.Name}";
        var first = called.Parameters.Count > 0 ? called.Parameters[0].ParameterType.FullName : "";
        return member switch
        {
            _ when Members.TryGetValue(member, out var hint) || Members.TryGetValue($"{member}:{first}", out hint) => hint,
            _ when called.Name == "GetHashCode" && called.DeclaringType.Scope is AssemblyNameReference => Hash,
            _ when called.DeclaringType.FullName == "System.Math" && !Rooms.IsExact(room) && first is "System.Double" or "System.Single" =>
                "Use integers or the own algorithms of Signal: ESP32 computes System.Math in float, .NET in double.",
            _ => null,
        };
    }

    /// <summary>Exact rooms refuse every number's text already; there only enums are left.</summary>
    private static bool IsDivergent(TypeReference type, string room) =>
        type.FullName switch
        {
            "System.Single" or "System.Double" => !Rooms.IsExact(room),
            "System.Enum" => true,
            _ => type.IsValueType && type.Resolve() is { IsEnum: true },
        };
}
