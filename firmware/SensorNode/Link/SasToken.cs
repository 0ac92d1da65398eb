using System;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Shared access signature of a device key. The Azure client for nanoFramework makes its tokens inside; its
/// HMACSHA256 also carries the same name as the one of System.Security.Cryptography used here.
/// </summary>
public static class SasToken
{
    /// <summary>Makes a token of a device's own key.</summary>
    public static string Create(string resource, string key, long expiresUtcSeconds)
    {
        return Create(resource, key, expiresUtcSeconds, null);
    }

    /// <summary>
    /// The key of one device of an enrolment group: HMAC-SHA256 of its name under the group's key. Whoever provisions nodes computes it;
    /// the group's key itself belongs on no node.
    /// </summary>
    /// <param name="groupKey">The group's key in base64, known to be well formed.</param>
    /// <param name="registrationId">The node's name at the provisioning service.</param>
    public static string DeriveKey(string groupKey, string registrationId)
    {
        return Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(groupKey), Encoding.UTF8.GetBytes(registrationId)));
    }

    /// <summary>Makes a token.</summary>
    /// <param name="resource">What it opens, not encoded: <c>host/devices/id</c>.</param>
    /// <param name="key">The device's key in base64, known to be well formed.</param>
    /// <param name="expiresUtcSeconds">End of its life in seconds since 1970.</param>
    /// <param name="policy">Name of the policy, or null.</param>
    public static string Create(string resource, string key, long expiresUtcSeconds, string policy)
    {
        string encodedResource = PercentCode.Encode(resource);
        string expiry = Digits.Text(expiresUtcSeconds);
        byte[] message = Encoding.UTF8.GetBytes(encodedResource + "\n" + expiry);
        byte[] signature = HMACSHA256.HashData(Convert.FromBase64String(key), message);
        return "SharedAccessSignature sr=" + encodedResource + "&sig=" + PercentCode.Encode(Convert.ToBase64String(signature)) + "&se=" + expiry
            + (policy == null ? "" : "&skn=" + policy);
    }
}
