using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace DeviceTwin.Dashboard.Circuit;

/// <summary>
/// <c>blazor.web.js</c>, read from the resource section of the framework assembly that the build embeds (see the project file).
/// The assembly is never loaded as code: only its bytes are read.
/// </summary>
public static class BlazorScript
{
    private const string CarrierName = "BlazorScriptCarrier.dll";
    private const string ResourceName = "_framework/blazor.web.js";
    private static readonly Lazy<byte[]> Content = new(Extract);
    private static readonly Lazy<string> Hash = new(() => $"\"{Convert.ToHexStringLower(SHA256.HashData(Content.Value))[..16]}\"");

    /// <summary>The script as UTF-8.</summary>
    public static ReadOnlyMemory<byte> Bytes => Content.Value;

    /// <summary>A strong entity tag, quotes included.</summary>
    public static string ETag => Hash.Value;

    private static byte[] Extract()
    {
        using var carrier = typeof(BlazorScript).Assembly.GetManifestResourceStream(CarrierName)
            ?? throw new InvalidOperationException($"The build did not embed {CarrierName}.");
        using var image = new PEReader(carrier, PEStreamOptions.PrefetchEntireImage);
        var metadata = image.GetMetadataReader();
        var resource = metadata.ManifestResources.Select(metadata.GetManifestResource)
            .First(candidate => metadata.GetString(candidate.Name) == ResourceName);
        var directory = image.PEHeaders.CorHeader!.ResourcesDirectory;

        // ECMA-335 II.24.2.4: each resource is a 4-byte length followed by its bytes.
        var reader = image.GetSectionData(directory.RelativeVirtualAddress).GetReader((int)resource.Offset, directory.Size - (int)resource.Offset);
        return reader.ReadBytes(reader.ReadInt32());
    }
}
