using DeviceTwin.Tests.SensorNode.Gate.References;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>The simulator's own files: what they may declare, and how they begin.</summary>
public sealed class SimulatorSourcesTests
{
    private const string Own = "DeviceTwin.SensorNode.Simulator";

    /// <summary>Namespaces that .NET does not have and nanoFramework does; the simulator stands in for types there.</summary>
    private static readonly string[] StandInNamespaces = ["System.Device.", "nanoFramework.", "Iot.Device.", "UnitsNet."];

    private static IEnumerable<string> Files => RepositoryFiles.All
        .Where(path => path.StartsWith("firmware/SensorNode.Simulator/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal));

    [Test]
    public void Own_files_begin_with_nullable_enable()
    {
        var others = Files.Where(path => File.ReadLines(TestFiles.InRepository(path)).FirstOrDefault() != "#nullable enable");

        Assert.That(others, Is.Empty);
    }

    [Test]
    public void Types_outside_its_namespace_are_stand_ins_for_types_of_nanoFramework_that_dotnet_does_not_have()
    {
        Assert.That(Files.SelectMany(path => Misplaced(File.ReadAllText(TestFiles.InRepository(path))).Select(type => $"{path}: {type}")), Is.Empty);
    }

    [TestCase("namespace DeviceTwin.SensorNode.Simulator.Board; class A { }", ExpectedResult = new string[0])]
    [TestCase("namespace System; public ref struct SpanByte { }", ExpectedResult = new string[0])]
    [TestCase("namespace System.Device.Spi; public class SpiDevice { }", ExpectedResult = new string[0])]
    [TestCase("namespace System.Device.Spi { public class SpiDevice { public class Inner { } } }", ExpectedResult = new string[0])]
    [TestCase("namespace System; public class Guid { }", ExpectedResult = new[] { "System.Guid" }, Description = ".NET has it")]
    [TestCase("namespace System.Collections; public class Hashtable { }", ExpectedResult = new[] { "System.Collections.Hashtable" })]
    [TestCase("namespace System.Device.Spi; public class FakeSpi { }", ExpectedResult = new[] { "System.Device.Spi.FakeSpi" },
        Description = "nanoFramework lacks it")]
    [TestCase("namespace DeviceTwin.SensorNode.Link; class A { }", ExpectedResult = new[] { "DeviceTwin.SensorNode.Link.A" },
        Description = "a room of the firmware")]
    [TestCase("enum A { }", ExpectedResult = new[] { "A" })]
    public string[] A_misplaced_type_is_caught(string source) => [.. Misplaced(source)];

    private static IEnumerable<string> Misplaced(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        foreach (var type in root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(IsTopLevelType))
        {
            var space = string.Join('.', type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Reverse().Select(ancestor => ancestor.Name.ToString()));
            var name = type is BaseTypeDeclarationSyntax declared ? declared.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text;
            var full = space.Length == 0 ? name : $"{space}.{name}";
            if (space != Own && !space.StartsWith(Own + ".", StringComparison.Ordinal) && !IsStandIn(full))
            {
                yield return full;
            }
        }
    }

    private static bool IsTopLevelType(MemberDeclarationSyntax member) =>
        member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && member.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax;

    private static bool IsStandIn(string name) =>
        (name == "System.SpanByte" || StandInNamespaces.Any(space => name.StartsWith(space, StringComparison.Ordinal)))
        && ReferenceAssemblies.List.Any(assembly => assembly.Types.Any(type => type.Name == name));
}
