using System.Text.Json.Serialization;

namespace DeviceTwin.Cli.Profiles;

/// <summary>A hub by name. The token is in a file of its own.</summary>
/// <param name="Hub">Its address.</param>
/// <param name="CaFile">The plant's certificate authority (PEM); null = the machine's own authorities.</param>
/// <param name="TokenFile">The file with the access token; null = none.</param>
internal sealed record Profile(Uri Hub, string? CaFile, string? TokenFile);

/// <summary>All of them.</summary>
/// <param name="Current">The one in use; null = none.</param>
internal sealed record ProfileBook(string? Current, SortedDictionary<string, Profile> Profiles);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProfileBook))]
internal sealed partial class ProfileJson : JsonSerializerContext;
