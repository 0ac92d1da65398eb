using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>A device, or a module of one, that proved who it is.</summary>
/// <param name="ValidUntil">When the proof ends and the connection with it.</param>
internal sealed record Admission(DeviceIdentity Identity, ConnectUserName UserName, Credential Credential, DateTimeOffset ValidUntil);

/// <param name="Code">What CONNACK says.</param>
/// <param name="Reason">What the log says; never sent to the client.</param>
public sealed record Refusal(MqttConnectReturnCode Code, string Reason);

/// <summary>Decides over a CONNECT packet: 2 = identifiers disagree, 4 = not understood, 5 = understood and not allowed.</summary>
internal sealed class DeviceAuthenticator(
    IFleet fleet, HubNames names, TrustedAuthorities authorities, GatewayOptions options, TimeProvider time, IServicePolicies? policies = null, IClientGuard? guard = null)
{
    private const int LongestId = 128;

    /// <summary>An unknown device costs as much time as a known one.</summary>
    private static readonly DeviceIdentity Nobody = new("", "", "", false, "", "", default);

    /// <param name="certificate">What the client showed in the TLS handshake; null = nothing.</param>
    /// <returns>Either of the two; the other is null.</returns>
    public (Admission? Admission, Refusal? Refusal) Judge(MqttConnect connect, ClientCertificate? certificate)
    {
        // A module's is device/module: see TwinAddress.
        string deviceId = connect.ClientId;
        var (device, module) = TwinAddress.Parse(deviceId);
        if (device.Length is 0 or > LongestId || module is { Length: 0 or > LongestId } || module?.Contains('/') == true)
        {
            return Refuse(MqttConnectReturnCode.IdentifierRejected, $"the client identifier is neither a device id nor device/module, of 1 to {LongestId} characters each");
        }

        ConnectUserName? user = null;
        bool wrongClient = false;
        if (connect.UserName is not null)
        {
            user = ConnectUserName.Parse(connect.UserName, deviceId, out wrongClient);
        }

        if (wrongClient)
        {
            return Refuse(MqttConnectReturnCode.IdentifierRejected, "client identifier and user name disagree");
        }

        if (user is null)
        {
            return Refuse(MqttConnectReturnCode.BadUserNameOrPassword, "the user name is not host/device/?api-version=…");
        }

        // A client that sends a password means it: its certificate is not looked at.
        return connect.Password is { Length: > 0 } password ? JudgeToken(deviceId, user, password)
            : certificate is not null ? JudgeCertificate(deviceId, user, certificate)
            : Refuse(MqttConnectReturnCode.NotAuthorized, "no token and no client certificate: connect with one of them");
    }

    private (Admission?, Refusal?) JudgeToken(string deviceId, ConnectUserName user, ReadOnlyMemory<byte> password)
    {
        if (SasToken.Parse(password.Span) is not { } token)
        {
            return Refuse(MqttConnectReturnCode.BadUserNameOrPassword, "the password is not a shared access signature");
        }

        DeviceIdentity? identity = fleet.FindIdentity(deviceId);
        var credential = new TokenCredential(token, policies);
        string? unfit = credential.WhyNot(identity ?? Nobody);
        DateTimeOffset validUntil = token.ValidUntil(options.ClockSkew);
        return Conclude(
            identity,
            user,
            credential,
            validUntil,
            unfit
            ?? (!token.Covers(deviceId, names.Contains) ? $"the token's scope is {token.Scope}"
            : validUntil <= time.GetUtcNow() ? $"the token's se ({token.ExpiresAt:u}) is in the past: is the device's clock right?"
            : null));
    }

    private (Admission?, Refusal?) JudgeCertificate(string deviceId, ConnectUserName user, ClientCertificate certificate)
    {
        DeviceIdentity? identity = fleet.FindIdentity(deviceId);
        var credential = new CertificateCredential(certificate, authorities);
        return Conclude(
            identity,
            user,
            credential,
            CertificateText.ValidUntil(certificate.Leaf),
            CertificateText.WhyNotNow(certificate.Leaf, time.GetUtcNow()) ?? credential.WhyNot(identity ?? Nobody));
    }

    private (Admission?, Refusal?) Conclude(
        DeviceIdentity? identity, ConnectUserName user, Credential credential, DateTimeOffset validUntil, string? unfit)
    {
        string? reason =
            identity is null ? "no such device or module: register it first"
            : unfit is not null ? unfit
            : !names.Contains(user.Host) ? $"this hub is not {user.Host}: start it with --host-name to give it this name"
            : !identity.Enabled || !IsDeviceEnabled(identity) ? "the device is disabled"
            : guard?.WhyNot(identity.Address, user.ClientType);
        return reason is null
            ? (new Admission(identity!, user, credential, validUntil), null)
            : Refuse(MqttConnectReturnCode.NotAuthorized, reason);
    }

    /// <summary>What keeps a device out keeps its modules out.</summary>
    private bool IsDeviceEnabled(DeviceIdentity identity) => identity.ModuleId is null || fleet.FindIdentity(identity.DeviceId) is { Enabled: true };

    private static (Admission?, Refusal?) Refuse(MqttConnectReturnCode code, string reason) => (null, new Refusal(code, reason));
}
