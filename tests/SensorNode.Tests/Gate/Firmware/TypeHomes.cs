using Microsoft.CodeAnalysis;

namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>A place in the sources.</summary>
/// <param name="Path">Path below <c>firmware/</c>.</param>
/// <param name="Line">From 1; 0 where only the file is known.</param>
internal readonly record struct SourcePlace(string Path, int Line)
{
    public string Room => Rooms.Of(Path);

    public override string ToString() => Line > 0 ? $"{Path}:{Line}" : Path;
}

/// <summary>Where types and members were declared: IL knows lines of statements only.</summary>
internal sealed class TypeHomes
{
    private readonly Dictionary<string, SourcePlace> places = [];

    /// <summary>Collects every declared type and member of a compilation.</summary>
    public static TypeHomes Of(Compilation compilation)
    {
        var homes = new TypeHomes();
        homes.Add(compilation.Assembly.GlobalNamespace);
        return homes;
    }

    /// <param name="typeName">Full name with <c>/</c> before nested types.</param>
    /// <returns>Null for types that the compiler made.</returns>
    public SourcePlace? Find(string typeName) => places.TryGetValue(typeName, out var place) ? place : null;

    /// <returns>Null for members that the compiler made.</returns>
    public SourcePlace? FindMember(string typeName, string memberName) => Find($"{typeName}::{memberName}");

    private void Add(INamespaceSymbol space)
    {
        foreach (var inner in space.GetNamespaceMembers())
        {
            Add(inner);
        }

        foreach (var type in space.GetTypeMembers())
        {
            Add(type, space.IsGlobalNamespace ? type.MetadataName : $"{space.ToDisplayString()}.{type.MetadataName}");
        }
    }

    private void Add(INamedTypeSymbol type, string name)
    {
        Add(name, type);
        foreach (var member in type.GetMembers())
        {
            if (member is INamedTypeSymbol nested)
            {
                Add(nested, $"{name}/{nested.MetadataName}");
            }
            else
            {
                Add($"{name}::{member.MetadataName}", member);
            }
        }
    }

    private void Add(string name, ISymbol symbol)
    {
        if (symbol.Locations.FirstOrDefault(location => location.IsInSource)?.GetLineSpan() is { } span)
        {
            places.TryAdd(name, new SourcePlace(span.Path, span.StartLinePosition.Line + 1));
        }
    }
}
