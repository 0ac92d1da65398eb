using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>A device's way into a hub: TLS against the hub's own authority, a shared access signature, MQTT.</summary>
internal static class DeviceConnection
{
    private static readonly DateTimeOffset TokenEnd = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="key">Base64, as the hub gave it out.</param>
    /// <param name="cleanSession">Whether the hub is to forget what it kept for the device.</param>
    public static async Task<MqttClient> Open(SoakedHub hub, string deviceId, string key, bool cleanSession, CancellationToken end)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(hub.CaFile);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", hub.MqttPort, end);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            end);
        return await MqttClient.Connect(
            tls,
            new MqttClientOptions
            {
                ClientId = deviceId,
                UserName = $"localhost/{deviceId}/?api-version=2021-04-12",
                Password = Encoding.UTF8.GetBytes(Token(deviceId, key)),
                CleanSession = cleanSession,
            },
            end);
    }

    private static string Token(string deviceId, string key)
    {
        var scope = $"localhost/devices/{deviceId}";
        var expiry = TokenEnd.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes($"{scope}\n{expiry}")));
        return $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(signature)}&se={expiry}";
    }
}
