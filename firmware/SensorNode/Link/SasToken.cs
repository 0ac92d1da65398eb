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
    /// <summary>Makes a token.</summary>
    /// <param name="resource">What it opens, not encoded: <c>host/devices/id</c>.</param>
    /// <param name="key">The device's key in base64, known to be well formed.</param>
    /// <param name="expiresUtcSeconds">End of its life in seconds since 1970.</param>
    public static string Create(string resource, string key, long expiresUtcSeconds)
    {
        string encodedResource = PercentCode.Encode(resource);
        string expiry = Digits.Text(expiresUtcSeconds);
        byte[] message = Encoding.UTF8.GetBytes(encodedResource + "\n" + expiry);
        byte[] signature = HMACSHA256.HashData(Convert.FromBase64String(key), message);
        return "SharedAccessSignature sr=" + encodedResource + "&sig=" + PercentCode.Encode(Convert.ToBase64String(signature)) + "&se=" + expiry;
    }
}
