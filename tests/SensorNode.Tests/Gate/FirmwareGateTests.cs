using DeviceTwin.Bench.Size;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.Rules;
using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Gate;

/// <summary>
/// The firmware would build against nanoFramework, obeys the runtime's rules and the exactness contract, and executes the same IL on a board as on .NET.
/// </summary>
public sealed class FirmwareGateTests
{
    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_passes_the_gate(string path)
    {
        var project = GateProject.Load(path);

        var violations = CompatibilityGate.Check(project.Compiled, project.References);

        Assert.That(violations, Is.Empty, Lines(violations));
    }

    [Test]
    public void Signal_and_Detection_are_opcode_equal_to_the_dotnet_build()
    {
        using var built = ModuleDefinition.ReadModule(typeof(Capture).Assembly.Location);
        var gate = GateProject.Load(GateProject.FirmwarePath).Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the firmware does not compile: see the gate");

        var violations = OpcodeComparison.Compare(gate!, built, Rooms.Signal, Rooms.Detection).ToArray();

        Assert.That(violations, Is.Empty, Lines(violations));
    }

    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_fits_the_tables_of_one_assembly(string path)
    {
        // They are addressed with 16 bits; array literals that go beyond are not noticed by the metadata processor.
        GateProject project = GateProject.Load(path);
        FirmwareAssembly? gate = project.Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the firmware does not compile: see the gate");
        HashSet<string> own = [.. project.OwnSources.Select(source => source.Path)];
        TypeDefinition[] types = [.. gate!.Types.Where(type => own.Contains(gate.PlaceOf(type).Path))];
        var model = new PeModel(gate.Module);
        PeSize size = model.Frame() + model.Add(types);
        IEnumerable<string> largest = types.Select(type => (type.FullName, Size: new PeModel(gate.Module).Add([type])))
            .OrderByDescending(type => type.Size.Code + type.Size.Signatures).Take(12).Select(type => $"{type.FullName}: {type.Size}");

        TestContext.Out.WriteLine(size);
        Assert.That(
            new[] { size.Code, size.Strings, size.Signatures },
            Has.All.LessThanOrEqualTo(PeModel.LargestTable),
            $"One nanoFramework assembly holds at most {PeModel.LargestTable} bytes of IL, of strings, and of signatures with array literals;\n"
            + $"this one has {size}.\nThe largest types:\n{string.Join('\n', largest)}");
    }

    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_uses_only_what_another_assembly_shows(string path)
    {
        // Compiled together here, apart for the device: what is internal to the other assembly would not compile there.
        GateProject project = GateProject.Load(path);
        FirmwareAssembly? gate = project.Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the firmware does not compile: see the gate");
        HashSet<string> own = [.. project.OwnSources.Select(source => source.Path)];
        HashSet<TypeDefinition> hidden = [.. gate!.Types.Where(type => !own.Contains(gate.PlaceOf(type).Path) && gate.IsDeclared(type) && !IsShown(type))];
        IEnumerable<string> found =
            from type in gate.Types.Where(type => own.Contains(gate.PlaceOf(type).Path))
            from use in TypeUses.Of(type)
            from part in TypeUses.Parts(use.Type)
            where part is TypeDefinition definition && hidden.Contains(definition)
            select $"{use.Member.FullName} uses {part.FullName}";
        IEnumerable<string> members =
            from method in gate.Types.Where(type => own.Contains(gate.PlaceOf(type).Path)).SelectMany(type => type.Methods).Where(method => method.HasBody)
            from member in method.Body.Instructions.Select(instruction => instruction.Operand).OfType<IMemberDefinition>()
            where member is MethodDefinition { IsAssembly: true } or FieldDefinition { IsAssembly: true }
            where gate.IsDeclared(member.DeclaringType) && !own.Contains(gate.PlaceOf(member.DeclaringType).Path)
            select $"{method.FullName} uses {member.FullName}";

        Assert.That(found.Concat(members).Distinct(), Is.Empty);
    }

    private static bool IsShown(TypeDefinition type) => type.DeclaringType is { } outer ? type.IsNestedPublic && IsShown(outer) : type.IsPublic;

    [Test]
    public void The_dotnet_build_is_optimised_in_every_configuration()
    {
        // The comparison above would say so too, at length.
        using var built = ModuleDefinition.ReadModule(typeof(Capture).Assembly.Location);
        var debuggable = built.Assembly.CustomAttributes.SingleOrDefault(attribute => attribute.AttributeType.Name == "DebuggableAttribute");
        const int DisableOptimizations = 256;

        Assert.That(debuggable is null || ((int)debuggable.ConstructorArguments[0].Value & DisableOptimizations) == 0, Is.True);
    }

    private static string Lines(IEnumerable<Violation> violations) => string.Join('\n', violations);
}
