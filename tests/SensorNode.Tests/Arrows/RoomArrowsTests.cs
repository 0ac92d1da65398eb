using DeviceTwin.Tests.SensorNode.Gate.Firmware;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>The rooms of the firmware use each other as the walk of a sample goes.</summary>
public sealed class RoomArrowsTests
{
    [Test]
    public void Data_runs_down_the_rooms_and_never_back_up()
    {
        var assembly = GateProject.Load(GateProject.FirmwarePath).Compiled.Assembly;
        Assume.That(assembly, Is.Not.Null, "the firmware does not compile: see the gate");
        var violations = RoomArrows.Violations(assembly!).ToArray();

        Assert.That(violations, Is.Empty, string.Join('\n', violations));
    }

    [Test]
    public void Every_folder_of_the_firmware_is_a_room()
    {
        var rooms = GateProject.Load(GateProject.FirmwarePath).Sources.Select(source => Rooms.Of(source.Path)).Distinct();

        Assert.That(rooms, Is.SubsetOf(RoomArrows.Allowed.Keys));
    }

    [TestCase("Signal", "Detection", "public object F(Used u) { return u; }")]
    [TestCase("Detection", "Acquisition", "public Used Field;")]
    [TestCase("Twin", "Detection", "public int F() { return Used.Number(); }")]
    [TestCase("Twin", "Link", "public bool F(object o) { return o is Used; }")]
    [TestCase("Link", "Acquisition", "public object F() { return new Used[2]; }")]
    [TestCase("Acquisition", "Boards", "public void F() { try { } catch (System.Exception e) when (e.Message == Used.Text) { } finally { Used.Number(); } }")]
    [TestCase("Boards", "Boards/Esp32", "public object F() { return typeof(Used); }")]
    public void A_use_against_the_walk_is_caught(string from, string to, string member)
    {
        SourceFile[] sources =
        [
            new($"SensorNode/{from}/User.cs", $"namespace {Rooms.Namespace(from)}; using {Rooms.Namespace(to)}; public class User {{ {member} }}"),
            new(
                $"SensorNode/{to}/Used.cs",
                $"namespace {Rooms.Namespace(to)}; public class Used {{ public static string Text; public static int Number() {{ return 1; }} }}"),
        ];
        var compiled = GateCompiler.Compile(sources, ["mscorlib"]);

        var violations = RoomArrows.Violations(compiled.Assembly!).ToArray();

        Assert.That(violations, Is.Not.Empty);
        Assert.That(violations, Has.All.EqualTo($"firmware/SensorNode/{from}/User.cs:1: {from} -> {to} (Used)"));
    }

    [TestCase("Detection", "Signal")]
    [TestCase("Link", "Twin")]
    [TestCase("Boards/Esp32", "Link")]
    public void A_use_along_the_walk_is_not(string from, string to)
    {
        SourceFile[] sources =
        [
            new($"SensorNode/{from}/User.cs", $"namespace {Rooms.Namespace(from)}; using {Rooms.Namespace(to)}; public class User {{ public Used Field; }}"),
            new($"SensorNode/{to}/Used.cs", $"namespace {Rooms.Namespace(to)}; public class Used {{ }}"),
        ];

        Assert.That(RoomArrows.Violations(GateCompiler.Compile(sources, ["mscorlib"]).Assembly!), Is.Empty);
    }

    [Test]
    public void The_composition_root_may_use_everything()
    {
        SourceFile[] sources =
        [
            new(
                "SensorNode/Program.cs",
                "namespace DeviceTwin.SensorNode; public static class Program { static object F() { return new Boards.Esp32.Used(); } static void Main() { F(); } }"),
            new("SensorNode/Boards/Esp32/Used.cs", "namespace DeviceTwin.SensorNode.Boards.Esp32; public class Used { }"),
        ];

        Assert.That(RoomArrows.Violations(GateCompiler.Compile(sources, ["mscorlib"]).Assembly!), Is.Empty);
    }
}
