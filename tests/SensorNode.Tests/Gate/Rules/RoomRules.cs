using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>3xx: a room has steps; hardware, threads, clocks and chance belong to the composition.</summary>
internal static class RoomRules
{
    /// <summary>Assemblies whose static members and constructors reach hardware, files or the network.</summary>
    private static readonly HashSet<string> Doors =
    [
        "System.Device.Adc", "System.Device.Gpio", "System.Device.I2c", "System.Device.I2s", "System.Device.Spi", "System.Device.Wifi",
        "System.IO.FileSystem", "System.IO.Ports", "System.Net", "System.Net.Http",
        "nanoFramework.Azure.Devices.Client", "nanoFramework.Device.OneWire", "nanoFramework.Hardware.Esp32", "nanoFramework.Hardware.Esp32.Rmt",
        "nanoFramework.M2Mqtt", "nanoFramework.Networking.Sntp", "nanoFramework.Runtime.Events", "nanoFramework.Runtime.Native",
    ];

    /// <summary>Pure helpers that live in one of those assemblies.</summary>
    private static readonly HashSet<string> PureNamespaces = ["System.Security.Cryptography", "System.Web"];

    private static readonly HashSet<string> ThreadTypes =
    [
        "System.Threading.Thread", "System.Threading.Timer", "System.Threading.WaitHandle", "System.Threading.AutoResetEvent",
        "System.Threading.ManualResetEvent", "System.Threading.CancellationTokenSource",
    ];

    private static readonly HashSet<string> ClockMembers =
    [
        "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTime::get_Now",
        "System.Environment::get_TickCount64", "System.Environment::get_TickCount",
    ];

    private static readonly HashSet<string> ClockTypes =
        ["System.Diagnostics.Stopwatch", "nanoFramework.Hardware.Esp32.HighResTimer", "nanoFramework.Runtime.Native.Rtc"];

    public static void Check(TypeDefinition type, SourcePlace place, RuleReport report)
    {
        if (Rooms.IsDeviceOnly(place.Path))
        {
            return;
        }

        foreach (var method in type.Methods.Where(method => method.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && RuleFor(place.Room, instruction, called) is { } rule)
                {
                    report.Add(rule, method, instruction, $"{called.DeclaringType.Name}.{called.Name}");
                }
            }
        }
    }

    private static GateRule? RuleFor(string room, Instruction instruction, MethodReference called)
    {
        var owner = called.DeclaringType;
        var member = $"{owner.FullName}::{called.Name}";
        return member switch
        {
            _ when ClockMembers.Contains(member) || ClockTypes.Contains(owner.FullName) => GateRule.Clock,
            _ when ThreadTypes.Contains(owner.FullName) => GateRule.Threading,
            "System.Guid::NewGuid" => GateRule.Chance,
            _ when owner.FullName == "System.Random" && !Rooms.IsExact(room) => GateRule.Chance,
            _ when room != Rooms.Boards && IsDoor(instruction, called) => GateRule.HardwareDoor,
            _ => null,
        };
    }

    private static bool IsDoor(Instruction instruction, MethodReference called)
    {
        var owner = called.DeclaringType;
        var opens = instruction.OpCode == OpCodes.Newobj || (instruction.OpCode == OpCodes.Call && !called.HasThis);
        return opens
            && owner.Scope is AssemblyNameReference assembly
            && Doors.Contains(assembly.Name)
            && !PureNamespaces.Contains(owner.Namespace)
            && !owner.IsValueType
            && !owner.Name.EndsWith("Exception", StringComparison.Ordinal);
    }
}
