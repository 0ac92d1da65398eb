using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>A device that speaks HTTP proves itself with the token that opens its MQTT connection: <c>Authorization: SharedAccessSignature …</c>.</summary>
internal sealed class DeviceProof(IFleet fleet, HubNames names, GatewayOptions options, TimeProvider time)
{
    /// <exception cref="HubException">The request is not that of this device.</exception>
    public void Require(HttpRequest request, string deviceId)
    {
        var token = SasToken.Parse(request.Headers.Authorization.ToString());
        var identity = fleet.FindIdentity(deviceId);

        // An unknown device costs as much time as a known one, and is told the same.
        var signed = token?.IsSignedBy(identity?.PrimaryKey ?? "", identity?.SecondaryKey ?? "") == true;
        if (token is null || identity is not { Enabled: true } || !signed || token.Policy is not null || !token.Covers(deviceId, names.Contains)
            || time.GetUtcNow() - token.ExpiresAt >= options.ClockSkew)
        {
            throw new HubException(
                HubError.Unauthorized, $"This is for device {deviceId} alone: send its own token, Authorization: SharedAccessSignature sr=…&sig=…&se=….");
        }
    }
}
