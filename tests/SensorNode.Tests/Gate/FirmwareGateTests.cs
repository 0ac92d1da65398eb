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
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_fits_the_tables_of_one_assembly(string path)
    {
        // They are addressed with 16 bits; array literals that go beyond are not noticed by the metadata processor.
        FirmwareAssembly? gate = GateProject.Load(path).Compiled.Assembly;
        Assume.That(gate, Is.Not.Null, "the firmware does not compile: see the gate");
        var model = new PeModel(gate!.Module);

        PeSize size = model.Frame() + model.Add(gate.Types);

        TestContext.Out.WriteLine(size);
        Assert.That(new[] { size.Code, size.Strings, size.Signatures }, Has.All.LessThanOrEqualTo(PeModel.LargestTable), size.ToString());
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
