using System.Diagnostics.CodeAnalysis;

namespace DeviceTwin.Hub.Access;

/// <summary>The service policies by name: what a token with <c>skn</c> is signed with, and what it then may do.</summary>
public interface IServicePolicies
{
    bool TryFind(string name, [NotNullWhen(true)] out PolicyKeys? policy);
}

/// <summary>The keys of a service policy, base64, and what either of them grants.</summary>
public sealed record PolicyKeys(string PrimaryKey, string SecondaryKey, Permission Permission);
