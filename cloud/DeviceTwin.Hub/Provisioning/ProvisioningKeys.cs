using System.Security.Cryptography;
using System.Text;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>The keys of devices that share an enrolment.</summary>
internal static class ProvisioningKeys
{
    private const int KeyBytes = 32;

    /// <summary>A device's own key, which whoever has the group's can make for any device.</summary>
    /// <param name="groupKey">Base64; an empty one makes an empty one.</param>
    public static string Derive(string groupKey, string registrationId) => groupKey.Length == 0
        ? ""
        : Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(groupKey), Encoding.UTF8.GetBytes(registrationId)));

    public static string Make() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
}
