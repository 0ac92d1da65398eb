using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>What only the sources show: IL has neither folders nor the names of constants.</summary>
internal static class SourceRules
{
    /// <summary>Constants whose numbers differ: enum member by full name.</summary>
    private static readonly HashSet<string> DivergentConstants = ["System.AttributeTargets.All", "System.IO.DriveType.Ram"];

    private static readonly HashSet<string> DivergentNames = [.. DivergentConstants.Select(name => name[(name.LastIndexOf('.') + 1)..])];

    public static IEnumerable<Violation> Check(Compilation compilation) =>
        compilation.SyntaxTrees.SelectMany(tree => Namespaces(tree).Concat(Directives(tree)).Concat(Constants(compilation, tree)));

    /// <summary>A file's namespace is its room's, or its folder's below the room.</summary>
    private static IEnumerable<Violation> Namespaces(SyntaxTree tree)
    {
        var room = Rooms.Namespace(Rooms.Of(tree.FilePath));
        var folder = "DeviceTwin." + Path.GetDirectoryName(tree.FilePath)!.Replace('/', '.');
        foreach (var member in ((CompilationUnitSyntax)tree.GetRoot()).Members)
        {
            var declared = member is BaseNamespaceDeclarationSyntax space ? space.Name.ToString() : "";
            if (declared != folder && declared != room)
            {
                yield return new Violation(
                    GateRule.NamespaceIsFolder, PlaceOf(member), declared.Length == 0 ? $"none where {folder} is due" : $"{declared} where {folder} is due");
            }
        }
    }

    private static IEnumerable<Violation> Directives(SyntaxTree tree) => tree.GetRoot().DescendantTrivia()
        .Where(trivia => trivia.IsKind(SyntaxKind.IfDirectiveTrivia) || trivia.IsKind(SyntaxKind.DefineDirectiveTrivia))
        .Select(trivia => new Violation(GateRule.ConditionalCompilation, PlaceOf(trivia.GetStructure()!), trivia.ToString()));

    private static IEnumerable<Violation> Constants(Compilation compilation, SyntaxTree tree)
    {
        if (Rooms.IsDeviceOnly(tree.FilePath))
        {
            yield break;
        }

        foreach (var name in tree.GetRoot().DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => DivergentNames.Contains(name.Identifier.Text)))
        {
            if (compilation.GetSemanticModel(tree).GetSymbolInfo(name).Symbol is IFieldSymbol { IsConst: true } constant
                && DivergentConstants.Contains(constant.ToDisplayString()))
            {
                yield return new Violation(GateRule.BehavesDifferently, PlaceOf(name), $"{constant.ToDisplayString()} has another number");
            }
        }
    }

    private static SourcePlace PlaceOf(SyntaxNode node) =>
        new(node.SyntaxTree.FilePath, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1);
}
