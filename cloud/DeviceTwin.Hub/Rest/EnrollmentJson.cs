using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>An enrolment in the shape of Azure's provisioning service.</summary>
internal static class EnrollmentJson
{
    /// <summary>More would be a file.</summary>
    private const int LongestInformation = 8 * 1024;

    /// <param name="registration">Of the device that an individual enrolment has let in; null = none has come yet.</param>
    public static JsonObject Write(Enrollment enrollment, string hub, Registration? registration = null)
    {
        var json = new JsonObject { [enrollment.Group ? "enrollmentGroupId" : "registrationId"] = enrollment.Id };
        if (!enrollment.Group)
        {
            json["deviceId"] = enrollment.DeviceId ?? enrollment.Id;
            if (registration is not null)
            {
                json["registrationState"] = RegistrationJson.Write(registration, hub, null);
            }
        }

        json["attestation"] = WriteAttestation(enrollment);
        json["capabilities"] = new JsonObject { ["iotEdge"] = false };
        json["initialTwin"] = ProvisioningService.InitialTwin(enrollment);
        json["reprovisionPolicy"] = new JsonObject
        {
            ["updateHubAssignment"] = enrollment.Reprovision != ReprovisionPolicy.Never,
            ["migrateDeviceData"] = enrollment.Reprovision == ReprovisionPolicy.MigrateData,
        };
        json["allocationPolicy"] = JsonNamingPolicy.CamelCase.ConvertName(enrollment.Allocation.ToString());
        json["iotHubs"] = new JsonArray([.. (enrollment.Hubs ?? [hub]).Select(name => (JsonNode)name)]);
        json["provisioningStatus"] = enrollment.Enabled ? "enabled" : "disabled";
        if (enrollment.Information is { } information)
        {
            json["optionalDeviceInformation"] = Json.Parse(information);
        }

        json["payload"] = enrollment.Payload?.DeepClone();
        json["etag"] = ETagOf(enrollment.ETag);
        json["createdDateTimeUtc"] = Json.Timestamp(enrollment.CreatedAt);
        json["lastUpdatedDateTimeUtc"] = Json.Timestamp(enrollment.UpdatedAt);
        return json;
    }

    /// <summary>This service's tags have their quotes in the body as well.</summary>
    public static string ETagOf(string etag) => $"\"{etag}\"";

    public static JsonObject WriteAttestation(Enrollment enrollment)
    {
        Attestation attestation = enrollment.Attestation;
        return attestation.Type switch
        {
            AttestationType.SymmetricKey => new JsonObject
            {
                ["type"] = "symmetricKey",
                ["symmetricKey"] = new JsonObject { ["primaryKey"] = attestation.Primary, ["secondaryKey"] = attestation.Secondary },
            },
            AttestationType.AuthorityReference => new JsonObject
            {
                ["type"] = "x509",
                ["x509"] = new JsonObject
                {
                    ["caReferences"] = new JsonObject { ["primary"] = attestation.Primary, ["secondary"] = attestation.Secondary.Length > 0 ? attestation.Secondary : null },
                },
            },
            _ => new JsonObject
            {
                ["type"] = "x509",
                ["x509"] = new JsonObject
                {
                    [enrollment.Group ? "signingCertificates" : "clientCertificates"] = new JsonObject
                    {
                        ["primary"] = WriteCertificate(attestation.Primary),
                        ["secondary"] = WriteCertificate(attestation.Secondary),
                    },
                },
            },
        };
    }

    /// <summary>Reads what a client may say about an enrolment; keys left empty stay empty for the service to keep or make.</summary>
    /// <exception cref="HubException">Something that is not offered or cannot be.</exception>
    public static Enrollment Read(bool group, string id, JsonObject body, EnrollmentPlace place)
    {
        var idName = group ? "enrollmentGroupId" : "registrationId";
        if (RequestBody.Text(body, idName) is { } named && named != id)
        {
            throw Invalid($"The body names {idName} \"{named}\", the address \"{id}\". Make them the same.");
        }

        if (!ProvisioningGate.IsRegistrationId(id))
        {
            throw Invalid($"The id \"{id}\" is not allowed. Use 1 to 128 ASCII letters, digits and -._: with a letter, digit or - at the end.");
        }

        if ((RequestBody.Object(body, "capabilities") ?? [])["iotEdge"] is JsonValue edge && edge.TryGetValue(out bool wanted) && wanted)
        {
            throw Invalid("capabilities.iotEdge is not offered: leave it out.");
        }

        if (body["customAllocationDefinition"] is not null)
        {
            throw Invalid("customAllocationDefinition is not offered: there is one hub and no function to ask. Leave it out.");
        }

        var information = RequestBody.Object(body, "optionalDeviceInformation")?.ToJsonString(Json.Relaxed);
        if (information?.Length > LongestInformation)
        {
            throw Invalid($"optionalDeviceInformation has {information.Length} characters, {LongestInformation} are allowed. Keep more of a device in its tags.");
        }

        var deviceId = RequestBody.Text(body, "deviceId");
        if (group && deviceId is not null)
        {
            throw Invalid("A group has no deviceId: its devices are called as they register.");
        }

        var twin = RequestBody.Object(body, "initialTwin") ?? [];
        var enrollment = new Enrollment(
            group,
            id,
            "",
            RequestBody.Text(body, "provisioningStatus") switch
            {
                null or "enabled" => true,
                "disabled" => false,
                var status => throw Invalid($"provisioningStatus takes \"enabled\" or \"disabled\", not \"{status}\"."),
            },
            string.IsNullOrEmpty(deviceId) || deviceId == id ? null : deviceId,
            ReadAttestation(group, RequestBody.Object(body, "attestation") ?? throw Invalid("attestation is missing: give type \"symmetricKey\" or \"x509\"."), place.Authorities),
            ReadPolicy(RequestBody.Object(body, "reprovisionPolicy")),
            Section(RequestBody.Object(twin, "tags")),
            Section(RequestBody.Object(RequestBody.Object(twin, "properties") ?? [], "desired")),
            body["payload"]?.DeepClone(),
            default,
            default)
        {
            Allocation = RequestBody.Text(body, "allocationPolicy") switch
            {
                null or "static" => AllocationPolicy.Static,
                "hashed" => AllocationPolicy.Hashed,
                "geoLatency" => AllocationPolicy.GeoLatency,
                var policy => throw Invalid($"allocationPolicy \"{policy}\" is not offered: there is one hub. Use \"static\", \"hashed\" or \"geoLatency\", or leave it out."),
            },
            Hubs = ReadHubs(body, place),
            Information = information,
        };
        try
        {
            // What cannot become a twin is refused here, not when the first device comes.
            TwinUpdates.Patch(TwinDocument.Create(id, default), ProvisioningService.InitialTwin(enrollment), default);
        }
        catch (TwinException refusal)
        {
            throw Invalid($"initialTwin cannot be a device's twin: {refusal.Message}");
        }

        return enrollment;
    }

    private static string[]? ReadHubs(JsonObject body, EnrollmentPlace place)
    {
        string[] names = body["iotHubs"] switch
        {
            null => [],
            JsonArray list when list.All(name => name is JsonValue value && value.GetValueKind() == JsonValueKind.String) => [.. list.Select(name => name!.GetValue<string>())],
            _ => throw Invalid("iotHubs must be an array of names."),
        };
        if (RequestBody.Text(body, "iotHubHostName") is { Length: > 0 } single && names.Length == 0)
        {
            names = [single];
        }

        return Array.Find(names, name => !place.IsHere(name)) is { } other
            ? throw Invalid($"iotHubs names \"{other}\", and devices come to \"{place.Hub.Name}\" here. Leave it out, or start the hub with --host-name to give it this name.")
            : names.Length > 0 ? names : null;
    }

    private static JsonObject? Section(JsonObject? section) => section is { Count: > 0 } ? (JsonObject)section.DeepClone() : null;

    private static ReprovisionPolicy ReadPolicy(JsonObject? policy)
    {
        if (policy is null)
        {
            return ReprovisionPolicy.MigrateData;
        }

        return !Flag(policy, "updateHubAssignment") ? ReprovisionPolicy.Never
            : Flag(policy, "migrateDeviceData") ? ReprovisionPolicy.MigrateData
            : ReprovisionPolicy.ResetData;
    }

    private static bool Flag(JsonObject policy, string name) => policy[name] switch
    {
        null => true,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => throw Invalid($"reprovisionPolicy.{name} takes true or false."),
    };

    private static Attestation ReadAttestation(bool group, JsonObject attestation, TrustedAuthorities authorities)
    {
        switch (RequestBody.Text(attestation, "type"))
        {
            case "symmetricKey":
                var keys = RequestBody.Object(attestation, "symmetricKey") ?? [];
                return new Attestation(AttestationType.SymmetricKey, Key(keys, "primaryKey"), Key(keys, "secondaryKey"));
            case "x509":
                var x509 = RequestBody.Object(attestation, "x509") ?? [];
                if (RequestBody.Object(x509, "caReferences") is { } references)
                {
                    return new Attestation(AttestationType.AuthorityReference, Authority(references, "primary", authorities), Authority(references, "secondary", authorities));
                }

                var member = group ? "signingCertificates" : "clientCertificates";
                var certificates = RequestBody.Object(x509, member)
                    ?? throw Invalid($"attestation.x509 needs {member} with primary.certificate, or caReferences with the name of a registered authority.");
                var primary = Certificate(certificates, "primary");
                return primary.Length > 0
                    ? new Attestation(AttestationType.Certificate, primary, Certificate(certificates, "secondary"))
                    : throw Invalid($"attestation.x509.{member}.primary.certificate is missing: give PEM, or the DER in base64.");
            case var type:
                throw Invalid($"attestation.type \"{type}\" is not offered{(type == "tpm" ? ": no device proves itself by a TPM here" : "")}. Use \"symmetricKey\" or \"x509\".");
        }
    }

    private static string Key(JsonObject keys, string name)
    {
        var key = RequestBody.Text(keys, name) ?? "";
        Span<byte> bytes = stackalloc byte[128];
        return key.Length == 0 || (Convert.TryFromBase64String(key, bytes, out var length) && length is >= 16 and <= 64)
            ? key
            : throw Invalid($"{name} is not allowed. Give base64 of 16 to 64 bytes, or leave it empty to have one made.");
    }

    private static string Certificate(JsonObject certificates, string name)
    {
        var text = RequestBody.Text(RequestBody.Object(certificates, name) ?? [], "certificate") ?? "";
        if (text.Length == 0)
        {
            return "";
        }

        using X509Certificate2 read = CertificateText.Read(text) ?? throw Invalid($"{name}.certificate is not readable. Give one certificate as PEM, or its DER in base64.");
        return Convert.ToBase64String(read.RawDataMemory.Span);
    }

    private static string Authority(JsonObject references, string name, TrustedAuthorities authorities)
    {
        var reference = RequestBody.Text(references, name) ?? "";
        return reference.Length > 0 || name == "primary"
            ? authorities.Find(reference).Count > 0 ? reference : throw Invalid($"There is no authority \"{reference}\": register it first, or name \"{TrustedAuthorities.Plant}\" for the plant's own.")
            : "";
    }

    private static JsonObject? WriteCertificate(string certificate)
    {
        if (certificate.Length == 0)
        {
            return null;
        }

        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
        return new JsonObject
        {
            ["certificate"] = certificate,
            ["info"] = new JsonObject
            {
                ["subjectName"] = read.Subject,
                ["sha1Thumbprint"] = CertificateText.Sha1(read),
                ["sha256Thumbprint"] = CertificateText.Sha256(read),
                ["issuerName"] = read.Issuer,
                ["notBeforeUtc"] = Json.Timestamp(CertificateText.ValidFrom(read)),
                ["notAfterUtc"] = Json.Timestamp(CertificateText.ValidUntil(read)),
                ["serialNumber"] = read.SerialNumber,
                ["version"] = read.Version,
            },
        };
    }

    private static HubException Invalid(string message) => new(HubError.ArgumentInvalid, message);
}
