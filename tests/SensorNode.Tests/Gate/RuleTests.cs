using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.References;
using DeviceTwin.Tests.SensorNode.Gate.Rules;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate;

/// <summary>Every rule of the gate catches its case, and only that.</summary>
public sealed class RuleTests
{
    private static readonly IReadOnlyList<string> Everything = [.. ReferenceAssemblies.List.Select(assembly => assembly.Name)];

    [TestCaseSource(typeof(RuleCases), nameof(RuleCases.All))]
    public void A_rule_catches(string[] codes, string path, string source, bool allowUnsafe)
    {
        var violations = CompatibilityGate.Check([new SourceFile(path, source)], Everything, allowUnsafe);

        Assert.That(violations.Select(violation => violation.Rule.Code).Distinct(), Is.EquivalentTo(codes), string.Join('\n', violations));
        Assert.That(violations[0].ToString(), Does.StartWith($"firmware/{path}:"));
    }

    [TestCaseSource(typeof(RuleCases), nameof(RuleCases.Allowed))]
    public void No_rule_catches(string[] codes, string path, string source, bool allowUnsafe)
    {
        _ = codes;
        var violations = CompatibilityGate.Check([new SourceFile(path, source)], Everything, allowUnsafe);

        Assert.That(violations, Is.Empty);
    }

    [Test]
    public void GATE206_catches_a_shift_whose_count_nobody_masked()
    {
        // Roslyn masks every variable count; this is what a compiler that does not would write.
        var assembly = Compile(Rooms.Signal, "public class Case { int F(int a, int n) { return a << n; } }");
        var instructions = Body(assembly).Instructions;
        var mask = instructions.Single(instruction => instruction.OpCode == OpCodes.And);
        instructions.Remove(mask.Previous);
        instructions.Remove(mask);

        Assert.That(Codes(assembly), Is.EqualTo(new[] { "GATE206" }));
    }

    [TestCase(64, ExpectedResult = new[] { "GATE206" })]
    [TestCase(31, ExpectedResult = new string[0])]
    [TestCase(-1, ExpectedResult = new[] { "GATE206" })]
    public string[] GATE206_asks_for_a_mask_below_the_width(int maskValue)
    {
        var assembly = Compile(Rooms.Signal, "public class Case { int F(int a, int n) { return a << n; } }");
        var mask = Body(assembly).Instructions.Single(instruction => instruction.OpCode == OpCodes.And).Previous;
        mask.OpCode = OpCodes.Ldc_I4;
        mask.Operand = maskValue;

        return Codes(assembly);
    }

    [Test]
    public void GATE108_catches_a_volatile_access()
    {
        // C# refuses the keyword here (GATE014); this is a compiler that has it.
        var assembly = Compile(Rooms.Link, "public class Case { bool stop = true; bool F() { return stop; } }");
        var body = Body(assembly);
        body.GetILProcessor().InsertBefore(
            body.Instructions.Single(instruction => instruction.OpCode == OpCodes.Ldfld), Instruction.Create(OpCodes.Volatile));

        Assert.That(Codes(assembly), Is.EqualTo(new[] { "GATE108" }));
    }

    [Test]
    public void GATE501_catches_a_method_whose_IL_differs_from_the_dotnet_build()
    {
        var gate = Compile(Rooms.Signal, "public class Case { int F(int a) { return a + 1; } int G() { return 1; } }");
        var built = Compile(Rooms.Signal, "public class Case { int F(int a) { return a + 2; } int H() { return 1; } }");

        var violations = OpcodeComparison.Compare(gate, built.Module, Rooms.Signal).Select(violation => violation.Subject).ToArray();

        Assert.That(violations, Has.Length.EqualTo(3));
        Assert.That(violations[0], Is.EqualTo("Case.F: 'ldc.i4.1' for nanoFramework, 'ldc.i4.2' on .NET"));
        Assert.That(violations[1], Is.EqualTo("Case.G: is not in the .NET build"));
        Assert.That(violations[2], Does.EndWith("Case::H() is in the .NET build only"));
    }

    [Test]
    public void GATE501_catches_the_same_opcodes_on_another_member()
    {
        var gate = Compile(Rooms.Signal, "public class Case { public int a = 1, b = 2; int F() { return a; } int G() { return b; } }");
        var built = Compile(Rooms.Signal, "public class Case { public int a = 1, b = 2; int F() { return b; } int G() { return b; } }");

        Assert.That(OpcodeComparison.Compare(gate, built.Module, Rooms.Signal).ToArray(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Every_rule_has_a_case_and_a_code_of_its_own()
    {
        var shown = RuleCases.All().SelectMany(data => data.Arguments[0] as string[] ?? [])
            .Concat(typeof(RuleTests).GetMethods().Select(method => method.Name.Split('_')[0]))
            .Where(code => code.StartsWith("GATE", StringComparison.Ordinal));
        var codes = GateRule.All.Select(rule => rule.Code).ToArray();

        Assert.That(codes, Is.Unique);
        Assert.That(shown.Distinct(), Is.EquivalentTo(codes));
    }

    [Test]
    public void Every_rule_says_what_to_do_instead()
    {
        Assert.That(GateRule.All.Where(rule => rule.Hint.Length < 20 || !rule.Hint.EndsWith('.')), Is.Empty);
    }

    [Test]
    public void A_name_of_an_unreferenced_assembly_is_refused_with_its_package()
    {
        var source = new SourceFile(
            "SensorNode/Acquisition/Case.cs",
            "namespace DeviceTwin.SensorNode.Acquisition; public class Case { public System.Device.I2c.I2cDevice Bus; }");

        var violations = CompatibilityGate.Check([source], ["mscorlib"]);

        Assert.That(violations.Single().ToString(), Does.EndWith(
            "System.Device.I2c (package nanoFramework.System.Device.I2c 1.1.29) has it: add it to the .nfproj and to packages.config."));
    }

    [Test]
    public void A_violation_names_the_line_of_the_statement()
    {
        const string Source = """
            namespace DeviceTwin.SensorNode.Signal;

            public class Case
            {
                public float Twice(float x)
                {
                    float y = x + x;
                    return y / 3f;
                }
            }
            """;

        var violations = CompatibilityGate.Check([new SourceFile("SensorNode/Signal/Case.cs", Source)], Everything);

        Assert.That(violations.Single().ToString(), Does.StartWith(
            "firmware/SensorNode/Signal/Case.cs:8: GATE202 float division or remainder: Case.Twice: div. Call Signal/Division"));
    }

    private static FirmwareAssembly Compile(string room, string source)
    {
        var compiled = GateCompiler.Compile([new SourceFile($"SensorNode/{room}/Case.cs", $"namespace {Rooms.Namespace(room)}; {source}")], Everything);
        return compiled.Assembly ?? throw new InvalidOperationException(string.Join('\n', compiled.Diagnostics));
    }

    private static MethodBody Body(FirmwareAssembly assembly) =>
        assembly.Types.Single(type => type.Name == "Case").Methods.Single(method => method.Name == "F").Body;

    private static string[] Codes(FirmwareAssembly assembly) => [.. CompatibilityGate.CheckIl(assembly).Select(violation => violation.Rule.Code)];
}
