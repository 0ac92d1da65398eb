using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Access;

/// <summary>Judges <c>Authorization: SharedAccessSignature …</c> of a request, signed with a policy's key or a device's own.</summary>
internal sealed class RequestSas(IServicePolicies policies, IFleet fleet, HubNames names, GatewayOptions gateway, TimeProvider time)
{
    public const string Scheme = "SharedAccessSignature";

    /// <returns>Either the caller or the reason why there is none.</returns>
    public (Caller? Caller, string? Reason) Judge(string authorization, PathString path)
    {
        if (SasToken.Parse(Scheme + authorization[Scheme.Length..]) is not { } token)
        {
            return (null, "The Authorization header is no shared access signature: SharedAccessSignature sr=HOST&sig=…&se=…&skn=POLICY.");
        }

        return token.Policy is { } name ? OfPolicy(token, name, path) : OfDevice(token, path);
    }

    private (Caller?, string?) OfPolicy(SasToken token, string name, PathString path)
    {
        var policy = policies.Find(name);

        // An unknown policy costs as much time as a known one.
        var signed = token.IsSignedBy(policy?.PrimaryKey ?? "", policy?.SecondaryKey ?? "");
        return Refusal(token, signed && policy is not null, $"The signature fits no key of policy {LogText.Of(name)}.", path) is { } reason
            ? (null, reason)
            : (AccessService.OfPolicy(policy!), null);
    }

    private (Caller?, string?) OfDevice(SasToken token, PathString path)
    {
        var segments = Segments(token.Scope);
        var identity = segments is [_, var kind, var id, ..] && kind.Equals("devices", StringComparison.OrdinalIgnoreCase) ? fleet.FindIdentity(id) : null;
        var signed = token.IsSignedBy(identity?.PrimaryKey ?? "", identity?.SecondaryKey ?? "");
        if (!signed || identity is not { Enabled: true, Authentication: AuthenticationType.Sas })
        {
            return (null, "The token names no policy (skn), and is not signed by an enabled device for itself.");
        }

        // A device's scope is its own resource on the hub, wherever under it our addresses lie.
        return Refusal(token, true, "", PathString.Empty, resource: segments) is { } reason ? (null, reason) : (AccessService.OfDevice(identity.DeviceId), null);
    }

    private string? Refusal(SasToken token, bool signed, string unsigned, PathString path, string[]? resource = null)
    {
        var scope = Segments(token.Scope);
        return !signed ? unsigned
            : token.ExpiresAt + gateway.ClockSkew <= time.GetUtcNow() ? $"The token's se ({token.ExpiresAt:u}) is in the past. Make a new one; is the clock right?"
            : !names.Contains(scope[0]) ? $"The token's sr is {LogText.Of(token.Scope)}; this hub is {gateway.HostName}."
            : resource is null && !Covers(scope[1..], Segments(path.Value ?? "")) ? $"The token's sr {LogText.Of(token.Scope)} does not cover {path}."
            : null;
    }

    /// <summary>A prefix by whole segments. The first part of our addresses is taken in any case, an id is not.</summary>
    private static bool Covers(string[] scope, string[] path) =>
        scope.Length <= path.Length
        && scope.Zip(path).Select((pair, index) => string.Equals(pair.First, pair.Second, index == 0 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            .All(same => same);

    private static string[] Segments(string text) => text.Trim('/').Split('/');
}
