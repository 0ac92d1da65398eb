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
    private static readonly Lazy<GateResult> Firmware = new(() => Check(GateProject.Firmware));

    [Test]
    public void The_firmware_passes_the_gate()
    {
        Assert.That(Firmware.Value.Violations, Is.Empty, Lines(Firmware.Value.Violations));
    }

    [Test]
    public void The_benchmarks_pass_the_gate()
    {
        var benchmarks = Check(GateProject.Load("firmware/SensorNode.Benchmarks/SensorNode.Benchmarks.nfproj"));

        Assert.That(benchmarks.Violations, Is.Empty, Lines(benchmarks.Violations));
    }

    [Test]
    public void Signal_and_Detection_are_opcode_equal_to_the_dotnet_build()
    {
        using var built = ModuleDefinition.ReadModule(typeof(Capture).Assembly.Location);
        Assume.That(Firmware.Value.Compiled.Assembly, Is.Not.Null, "the firmware does not compile: see The_firmware_passes_the_gate");

        var violations = OpcodeComparison.Compare(Firmware.Value.Compiled.Assembly!, built, Rooms.Signal, Rooms.Detection).ToArray();

        Assert.That(violations, Is.Empty, Lines(violations));
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

    private static GateResult Check(GateProject project) => CompatibilityGate.Check(project.Sources, project.References);

    private static string Lines(IEnumerable<Violation> violations) => string.Join('\n', violations);
}
