using System.Collections.Immutable;
using DeviceTwin.Tests.SensorNode.Gate.ApiList;
using Microsoft.CodeAnalysis;

namespace DeviceTwin.Tests.SensorNode.Gate.References;

/// <summary>The emitted nanoFramework assemblies, built once per test run.</summary>
internal static class ReferenceAssemblies
{
    private static readonly Lazy<IReadOnlyList<ApiAssembly>> KeptList = new(ApiListReader.ReadKept);

    private static readonly Lazy<ImmutableDictionary<string, ImmutableArray<byte>>> KeptImages = new(() => ReferenceEmitter.Emit(KeptList.Value));

    private static readonly Lazy<ImmutableDictionary<string, MetadataReference>> KeptReferences = new(() => KeptImages.Value
        .ToImmutableDictionary(image => image.Key, image => (MetadataReference)MetadataReference.CreateFromImage(image.Value, filePath: image.Key)));

    /// <summary>What the API list says, in dependency order.</summary>
    public static IReadOnlyList<ApiAssembly> List => KeptList.Value;

    /// <summary>Image by assembly name.</summary>
    public static ImmutableDictionary<string, ImmutableArray<byte>> Images => KeptImages.Value;

    /// <summary>What the compiler takes, by assembly name.</summary>
    public static ImmutableDictionary<string, MetadataReference> References => KeptReferences.Value;
}
