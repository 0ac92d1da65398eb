using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DeviceTwin.Load.Client;

/// <summary>What a client says in CONNECT. A plain broker is told the name alone.</summary>
internal sealed record Credentials(string ClientId, string? UserName = null, string? Password = null)
{
    private const string ApiVersion = "2021-04-12";

    /// <summary>Those of a device of the hub: a shared access signature of its key.</summary>
    public static Credentials OfDevice(string host, string deviceId, string key, DateTimeOffset now)
    {
        var resource = Uri.EscapeDataString($"{host}/devices/{deviceId}");
        var expiry = now.AddHours(6).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        return new Credentials(
            deviceId,
            $"{host}/{deviceId}/?api-version={ApiVersion}",
            $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={expiry}");
    }
}
