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
    [TestCase(GateProject.CodeletsPath)]
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
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_fits_the_tables_of_one_assembly(string path)
    {
        // They are addressed with 16 bits; array literals that go beyond are not noticed by the metadata processor.
        var project = GateProject.Load(path);
        FirmwareAssembly? gate = project.Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the firmware does not compile: see the gate");
        var model = new PeModel(gate!.Module);

        var own = project.OwnSources.Select(source => source.Path).ToHashSet();

        PeSize size = model.Frame() + model.Add(gate.Types.Where(type => !gate.IsDeclared(type) || own.Contains(gate.PlaceOf(type).Path)));

        TestContext.Out.WriteLine(size);
        Assert.That(new[] { size.Code, size.Strings, size.Signatures }, Has.All.LessThanOrEqualTo(PeModel.LargestTable), size.ToString());
    }

    [Test]
    public void The_codelets_can_be_used_from_another_assembly()
    {
        // The gate compiles all as one assembly and would not notice.
        var gate = GateProject.Load(GateProject.CodeletsPath).Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the codelets do not compile by themselves: see the gate");
        var types = gate!.Types.Where(type => gate.IsDeclared(type) && !type.IsNested).ToArray();

        Assert.That(types.Where(type => !type.IsPublic).Select(type => type.FullName), Is.Empty);
        Assert.That(
            types.SelectMany(type => type.Methods.Where(method => method.IsAssembly).Cast<MemberReference>().Concat(type.Fields.Where(field => field.IsAssembly)))
                .Select(member => member.FullName),
            Is.Empty);
    }

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
