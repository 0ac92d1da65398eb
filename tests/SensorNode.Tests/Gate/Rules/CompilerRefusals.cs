using System.Globalization;
using System.Text.RegularExpressions;
using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.References;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>Turns the compiler's refusals into violations: which feature is missing, or which package has what was not found.</summary>
internal static partial class CompilerRefusals
{
    /// <summary>Violations for what the compiler said: one per place and rule. Consequences on the line of a missing feature are left out.</summary>
    public static IEnumerable<Violation> Of(IEnumerable<Diagnostic> diagnostics, IEnumerable<string> references)
    {
        var referenced = references.ToHashSet();
        var violations = diagnostics.Select(diagnostic => Violation(diagnostic, referenced))
            .DistinctBy(violation => (violation.Rule, violation.Place))
            .ToArray();
        var explained = violations.Where(violation => violation.Rule != GateRule.DoesNotCompile).Select(violation => violation.Place).ToHashSet();
        return violations.Where(violation => violation.Rule != GateRule.DoesNotCompile || !explained.Contains(violation.Place));
    }

    private static Violation Violation(Diagnostic diagnostic, HashSet<string> referenced)
    {
        var span = diagnostic.Location.GetLineSpan();
        var place = span.IsValid ? new SourcePlace(span.Path, span.StartLinePosition.Line + 1) : new SourcePlace("", 0);
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        return new Violation(Classify(diagnostic.Id, message), place, $"{diagnostic.Id} {message.TrimEnd('.')}")
        {
            SpecialHint = diagnostic.Id is "CS0246" or "CS0234" or "CS0103" ? WhereItIs(NameAt(diagnostic.Location), referenced) : null,
        };
    }

    private static GateRule Classify(string id, string message)
    {
        if (id is "CS0227" or "CS0214")
        {
            return GateRule.UnsafeCode;
        }

        // The names of the types that are missing tell the feature.
        var name = QuotedPattern().Match(message).Groups[1].Value;
        return name switch
        {
            _ when name.StartsWith("System.Nullable", StringComparison.Ordinal) => GateRule.NullableValue,
            _ when name.Contains("Span<") || name.Contains("Span`1") => GateRule.SpanOfT,
            _ when name.Contains("Async") || name.Contains("Threading.Tasks") || name is "Task" or "Tasks" => GateRule.Async,
            _ when name.Contains("IsVolatile") => GateRule.VolatileField,
            _ when name.StartsWith("System.Collections.Generic.IEnumera", StringComparison.Ordinal) => GateRule.Iterator,
            _ when name.StartsWith("System.Collections.Generic.", StringComparison.Ordinal) || name.StartsWith("System.ValueTuple", StringComparison.Ordinal)
                || name is "System.Index" or "System.Range" or "System.Decimal" or "System.IEquatable`1" or "Generic" or "Linq" => GateRule.MissingFeature,
            _ when id is "CS8137" || name.Contains("Microsoft.CSharp.RuntimeBinder") => GateRule.MissingFeature,
            _ => GateRule.DoesNotCompile,
        };
    }

    /// <summary>The whole dotted name that the compiler stumbled in.</summary>
    private static string NameAt(Location location)
    {
        var node = location.SourceTree?.GetRoot().FindNode(location.SourceSpan);
        while (node?.Parent is QualifiedNameSyntax or MemberAccessExpressionSyntax)
        {
            node = node.Parent;
        }

        return node?.ToString() ?? "";
    }

    /// <summary>The packages that have a name in an assembly that the project does not reference, or null.</summary>
    private static string? WhereItIs(string name, HashSet<string> referenced)
    {
        var found = ReferenceAssemblies.List
            .Where(assembly => !referenced.Contains(assembly.Name) && assembly.Types.Any(type => Means(type.Name, name)))
            .Select(assembly => $"{assembly.Name} (package {assembly.Package.Id} {assembly.Package.Version})")
            .ToArray();
        return found.Length == 0 ? null : $"{string.Join(" or ", found)} has it: add it to the .nfproj and to packages.config.";
    }

    /// <summary>Whether a name in the sources can mean a listed type, its namespace, or a member of it.</summary>
    private static bool Means(string typeName, string name) =>
        typeName == name
        || typeName.EndsWith("." + name, StringComparison.Ordinal)
        || typeName.StartsWith(name + ".", StringComparison.Ordinal)
        || name.StartsWith(typeName + ".", StringComparison.Ordinal);

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex QuotedPattern();
}
