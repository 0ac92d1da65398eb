using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Provisioning;

/// <summary>What a test of provisioning says to a hub, and what devices write.</summary>
internal static class ProvisioningHost
{
    public const string Register = "$dps/registrations/PUT/iotdps-register/?$rid=";
    public const string Status = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=";

    /// <summary>Creates an enrolment from what an administrator sends, or overwrites it.</summary>
    public static Task<Enrollment> Enrol(this GatewayHost host, string id, string json, bool group = false) => host.Provisioning.Put(
        EnrollmentJson.Read(group, id, (JsonObject)JsonNode.Parse(json)!, host.Place), host.Provisioning.Find(group, id) is null ? null : "*", "admin");

    public static Task<Enrollment> EnrolKey(this GatewayHost host, string id, string more = "", bool group = false) =>
        host.Enrol(id, $$"""{"attestation":{"type":"symmetricKey"}{{more}}}""", group);

    /// <summary>CONNECT as Azure's Node client writes it: the scope is not escaped.</summary>
    public static MqttConnect NodeConnect(this GatewayHost host, string id, string key, string? scope = null) =>
        Connect(host, id, key, 180, "&ClientVersion=azure-iot-provisioning-device%2F1.9.1", $"{scope ?? host.Provisioning.IdScope}/registrations/{id}", "&skn=registration", scope);

    /// <summary>CONNECT as Azure's C# client writes it: no keep-alive at all.</summary>
    public static MqttConnect CSharpConnect(this GatewayHost host, string id, string key) => Connect(
        host,
        id,
        key,
        0,
        "&ClientVersion=Microsoft.Azure.Devices.Provisioning.Client%2F1.19.4%20%28.NET%2010.0.12%3B%20Debian%20GNU%2FLinux%2012%20%28bookworm%29%3B%20X64%29",
        $"{host.Provisioning.IdScope}%2Fregistrations%2F{id}",
        "&skn=registration");

    /// <summary>CONNECT as nanoFramework's client writes it: no policy name.</summary>
    public static MqttConnect NanoConnect(this GatewayHost host, string id, string key) => Connect(
        host, id, key, 60, "&DeviceClientType=nano%3Bazrsdk1.2.0.0%3BESP32_REV3", $"{host.Provisioning.IdScope}%2Fregistrations%2F{id}", "");

    /// <summary>CONNECT of a device that has a certificate.</summary>
    public static MqttConnect CertificateConnect(this GatewayHost host, string id) => new(
        id, true, 180, $"{host.Provisioning.IdScope}/registrations/{id}/api-version=2019-03-31&ClientVersion=azure-iot-provisioning-device%2F1.9.1");

    /// <summary>Registers, and asks until there is an answer other than to wait.</summary>
    public static async Task<(int Status, JsonObject Body)> RegisterDevice(this GatewayHost host, MqttConnect connect, string body = "", X509Certificate2? certificate = null, params X509Certificate2[] intermediates)
    {
        await using Wire wire = certificate is null ? await host.Connect(connect) : await host.Connect(connect, certificate, intermediates);
        return await Complete(wire, body);
    }

    public static async Task<(int Status, JsonObject Body)> Complete(Wire wire, string body = "")
    {
        await wire.Subscribe(1, (ProvisioningTopic.Responses, 1));
        await wire.Publish(Register + "1", body);
        var (status, answer) = await Next(wire, "1");
        while (status == 202)
        {
            await wire.Publish(Status + "2&operationId=" + (string)answer["operationId"]!);
            (status, answer) = await Next(wire, "2");
        }

        return (status, answer);
    }

    /// <summary>The answer to a request comes next.</summary>
    public static async Task<(int Status, JsonObject Body)> Next(Wire wire, string requestId)
    {
        MqttPublish message = await wire.Next<MqttPublish>();
        Assert.That(message.Topic, Does.Match($@"^\$dps/registrations/res/\d\d\d/\?\$rid={requestId}(&retry-after=1)?$"));
        Assert.That(message.Topic.Contains("retry-after"), Is.EqualTo(message.Topic.Contains("/202/")));
        return (int.Parse(message.Topic.Split('/')[3]), (JsonObject)JsonNode.Parse(message.Payload.Span)!);
    }

    private static MqttConnect Connect(
        GatewayHost host, string id, string key, int keepAlive, string client, string scope, string policy, string? idScope = null)
    {
        long expiry = (host.Time.GetUtcNow() + TimeSpan.FromHours(24)).ToUnixTimeSeconds();
        string token = $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(key, scope, expiry))}&se={expiry}{policy}";
        return new MqttConnect(
            id, true, keepAlive, $"{idScope ?? host.Provisioning.IdScope}/registrations/{id}/api-version=2019-03-31{client}", Encoding.UTF8.GetBytes(token));
    }
}
