using System.Text;
using System.Text.Unicode;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>A device that proved who it is.</summary>
/// <param name="ValidUntil">When the proof ends and the connection with it.</param>
public sealed record Admission(DeviceIdentity Identity, ConnectUserName UserName, SasToken Token, DateTimeOffset ValidUntil);

/// <param name="Code">What CONNACK says.</param>
/// <param name="Reason">What the log says; never sent to the client.</param>
public sealed record Refusal(MqttConnectReturnCode Code, string Reason);

/// <summary>Decides over a CONNECT packet: 2 = identifiers disagree, 4 = not understood, 5 = understood and not allowed.</summary>
public sealed class DeviceAuthenticator(IFleet fleet, HubNames names, GatewayOptions options, TimeProvider time)
{
    /// <returns>Either of the two; the other is null.</returns>
    public (Admission? Admission, Refusal? Refusal) Judge(MqttConnect connect)
    {
        string deviceId = connect.ClientId;
        if (deviceId.Length is 0 or > 128)
        {
            return Refuse(MqttConnectReturnCode.IdentifierRejected, "the client identifier is empty or longer than 128 characters");
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

        if (connect.Password is not { Length: > 0 } password)
        {
            return Refuse(MqttConnectReturnCode.NotAuthorized, "no token");
        }

        if (!Utf8.IsValid(password.Span) || SasToken.Parse(Encoding.UTF8.GetString(password.Span)) is not { } token)
        {
            return Refuse(MqttConnectReturnCode.BadUserNameOrPassword, "the password is not a shared access signature");
        }

        DeviceIdentity? identity = fleet.FindIdentity(deviceId);

        // An unknown device costs as much time as a known one.
        bool signed = token.IsSignedBy(identity?.PrimaryKey ?? "", identity?.SecondaryKey ?? "");
        DateTimeOffset validUntil = token.ExpiresAt > DateTimeOffset.MaxValue - options.ClockSkew
            ? DateTimeOffset.MaxValue
            : token.ExpiresAt + options.ClockSkew;
        string? reason =
            identity is null ? "no such device"
            : !signed ? "the signature fits neither key of the device"
            : token.Policy is not null ? $"policy {token.Policy} does not open devices"
            : !names.Contains(user.Host) ? $"this hub is not {user.Host}"
            : !token.Covers(deviceId, names.Contains) ? $"the token's scope is {token.Scope}"
            : validUntil <= time.GetUtcNow() ? $"the token's se ({token.ExpiresAt:u}) is in the past: is the device's clock right?"
            : !identity.Enabled ? "the device is disabled"
            : null;
        return reason is null
            ? (new Admission(identity!, user, token, validUntil), null)
            : Refuse(MqttConnectReturnCode.NotAuthorized, reason);
    }

    private static (Admission?, Refusal?) Refuse(MqttConnectReturnCode code, string reason) => (null, new Refusal(code, reason));
}
