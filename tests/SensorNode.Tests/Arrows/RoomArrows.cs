using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.Rules;
using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>
/// Which room of the firmware may use types of which: data runs from Acquisition down to Link and never back up; settings come through Twin.
/// </summary>
internal static class RoomArrows
{
    /// <summary>Allowed uses by room. The root composes every room but the device's own implementations; Program.cs may use everything.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        [Rooms.Signal] = [],
        [Rooms.Twin] = [],
        [Rooms.Boards] = [],
        [Rooms.Acquisition] = [Rooms.Signal],
        [Rooms.Detection] = [Rooms.Signal],
        [Rooms.Link] = [Rooms.Signal, Rooms.Detection, Rooms.Twin, Rooms.Boards],
        [Rooms.Methods] = [Rooms.Link, Rooms.Twin, Rooms.Supervision],
        [Rooms.Provisioning] = [Rooms.Twin, Rooms.Boards],
        [Rooms.Supervision] = [Rooms.Boards],
        [Rooms.Esp32] = [Rooms.Boards, Rooms.Link],
        [Rooms.Root] =
        [
            Rooms.Acquisition, Rooms.Signal, Rooms.Detection, Rooms.Twin, Rooms.Link, Rooms.Methods, Rooms.Provisioning, Rooms.Supervision, Rooms.Boards,
        ],
    };

    /// <summary>Uses that break the table, as <c>place: from -&gt; to (type)</c>.</summary>
    public static IEnumerable<string> Violations(FirmwareAssembly assembly) => Uses(assembly)
        .Where(use => use.From != use.To && use.Place.Path != Rooms.ProgramFile)
        .Where(use => !Allowed.TryGetValue(use.From, out var allowed) || !allowed.Contains(use.To))
        .Select(use => $"firmware/{use.Place}: {Name(use.From)} -> {Name(use.To)} ({use.Type})")
        .Distinct();

    private static IEnumerable<(SourcePlace Place, string From, string To, string Type)> Uses(FirmwareAssembly assembly)
    {
        foreach (var type in assembly.Types.Where(assembly.IsDeclared))
        {
            var from = assembly.PlaceOf(type).Room;
            foreach (var use in TypeUses.Of(type))
            {
                foreach (var used in TypeUses.Parts(use.Type).OfType<TypeDefinition>().Where(assembly.IsDeclared))
                {
                    var place = use.Member is MethodDefinition method ? assembly.PlaceOf(method, use.At) : assembly.PlaceOf(use.Member);
                    yield return (place, from, assembly.PlaceOf(used).Room, used.Name);
                }
            }
        }
    }

    private static string Name(string room) => room == Rooms.Root ? "(root)" : room;
}
