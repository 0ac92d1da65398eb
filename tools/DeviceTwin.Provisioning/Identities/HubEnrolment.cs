using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>What nodes are told of their hub.</summary>
/// <param name="Host">A name in its certificate.</param>
/// <param name="Port">MQTT over TLS.</param>
/// <param name="Authority">PEM.</param>
/// <param name="IdScope">Of its provisioning service.</param>
/// <param name="TimeServer">Null = the firmware's own.</param>
public sealed record HubFacts(string Host, int Port, string Authority, string IdScope, string? TimeServer);

/// <summary>Identities at a hub that is in reach.</summary>
/// <param name="hub">Its REST interface.</param>
/// <param name="facts">What nodes are told of it.</param>
/// <param name="secrets">Written before the hub hears of a node.</param>
/// <param name="time">For comparing clocks.</param>
public sealed class HubEnrolment(PlantHub hub, HubFacts facts, SecretStore secrets, TimeProvider time) : IEnrolment, IDisposable
{
    private const string ByTray = "provisioned";
    private static readonly TimeSpan LargestClockError = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(10);

    // Two boards of one machine would both make it.
    private readonly SemaphoreSlim plant = new(1, 1);

    /// <inheritdoc/>
    public Milestones Skipped => Milestones.None;

    /// <inheritdoc/>
    public Task Enrol(PlanRow row, string chipId, CancellationToken cancellation) => row.Identity switch
    {
        IdentityWay.Dps => EnrolAtService(row, chipId, cancellation),
        IdentityWay.X509 => EnrolWithCertificate(row, chipId, cancellation),
        _ => EnrolWithKey(row, chipId, cancellation),
    };

    /// <inheritdoc/>
    public Task<IReadOnlyList<StagedText>> Texts(PlanRow row, CancellationToken cancellation)
    {
        var node = secrets.Require(row.DeviceId);
        IReadOnlyList<StagedText> texts =
        [
            new(StagedField.Kind, row.Identity switch { IdentityWay.X509 => "x509", IdentityWay.Dps => "dps", _ => "sas" }),
            new(StagedField.DeviceId, row.Identity == IdentityWay.Dps ? null : row.DeviceId),
            new(StagedField.Key, row.Identity == IdentityWay.X509 ? null : node.Key),
            new(StagedField.Certificate, row.Identity == IdentityWay.X509 ? node.Certificate : null),
            new(StagedField.CertificateKey, row.Identity == IdentityWay.X509 ? node.CertificateKey : null),
            new(StagedField.RegistrationId, row.Identity == IdentityWay.Dps ? row.DeviceId : null),
            new(StagedField.IdScope, row.Identity == IdentityWay.Dps ? facts.IdScope : null),
            new(StagedField.DpsHost, row.Identity == IdentityWay.Dps ? facts.Host : null),
            new(StagedField.DpsPort, row.Identity == IdentityWay.Dps ? Number(facts.Port) : null),
            new(StagedField.HubHost, row.Identity == IdentityWay.Dps ? null : facts.Host),
            // The service tells a name alone: the port is the one that it was asked at.
            new(StagedField.HubPort, Number(facts.Port)),
            new(StagedField.TimeServer, facts.TimeServer),
            new(StagedField.CertificateAuthority, facts.Authority),
        ];
        return Task.FromResult(texts);
    }

    /// <inheritdoc/>
    public async Task Place(PlanRow row, CancellationToken cancellation)
    {
        await plant.WaitAsync(cancellation);
        try
        {
            var place = row.Place;
            await Item("sites", place.Site, new JsonObject { ["name"] = place.Site }, cancellation);
            await Item("lines", place.Line, new JsonObject { ["name"] = place.Line, ["site"] = place.Site }, cancellation);
            await Item("machines", place.Machine, Machine(row), cancellation);
            await Item("points", place.Point, new JsonObject { ["name"] = place.Point, ["machine"] = place.Machine }, cancellation);
            var node = (string?)(await hub.FindPlantItem("points", place.Point, cancellation))?["node"];
            if (node is not null && node != row.DeviceId)
            {
                throw new BoardFaultException(Diagnosis.PointTaken, $"{node} is at {place.Point}.");
            }

            if (node is null)
            {
                await hub.Assign(place.Point, row.DeviceId, ByTray, cancellation);
            }
        }
        finally
        {
            plant.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsInSync(PlanRow row, CancellationToken cancellation)
    {
        var look = await hub.GetConvergence(row.DeviceId, cancellation);
        if ((string?)look["state"] == "Rejected")
        {
            var path = look["paths"]!.AsArray().First(path => (string?)path!["state"] == "Rejected")!;
            throw new BoardFaultException(Diagnosis.SettingRejected, $"{path["path"]}: {path["reason"]}.");
        }

        return (string?)look["state"] == "InSync";
    }

    /// <inheritdoc/>
    public async Task<BoardFaultException?> LookAtHub(CancellationToken cancellation)
    {
        try
        {
            if (await hub.GetTime(cancellation) is { } there && (there - time.GetUtcNow()).Duration() > LargestClockError)
            {
                return new BoardFaultException(Diagnosis.LaptopClockOff, $"Here it is {time.GetUtcNow():u}, there {there:u}.");
            }
        }
        catch (BoardFaultException away)
        {
            return away;
        }

        return await Handshake(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => plant.Dispose();

    // As the node does it: this authority and no other, and the name that the node is told.
    private async Task<BoardFaultException?> Handshake(CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(HandshakePatience);
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(facts.Host, facts.Port, late.Token);
            await using var tls = new SslStream(socket.GetStream());
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.ImportFromPem(facts.Authority);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = facts.Host, EnabledSslProtocols = SslProtocols.Tls12, CertificateChainPolicy = chain }, late.Token);
            return null;
        }
        catch (Exception error) when (error is AuthenticationException or CryptographicException)
        {
            return new BoardFaultException(Diagnosis.HubCertificate, $"{facts.Host}:{facts.Port}: {error.Message}");
        }
        catch (Exception error) when (error is SocketException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new BoardFaultException(Diagnosis.HubDown, $"{facts.Host}:{facts.Port}: {error.Message}");
        }
    }

    private async Task EnrolWithKey(PlanRow row, string chipId, CancellationToken cancellation)
    {
        await OwnDevice(row, cancellation);
        await Describe(row, chipId, cancellation);
    }

    // The identity begins with a key that only this plant's store has: that is how an interrupted run knows it again, until the mark is in the twin.
    private async Task EnrolWithCertificate(PlanRow row, string chipId, CancellationToken cancellation)
    {
        await OwnDevice(row, cancellation);
        await Describe(row, chipId, cancellation);
        var node = secrets.Require(row.DeviceId);
        if (node.Certificate is null)
        {
            using var key = Key(row.DeviceId, node);
            var request = new CertificateRequest($"CN={row.DeviceId}", key, HashAlgorithmName.SHA256);
            var certificate = await hub.IssueCertificate(row.DeviceId, request.CreateSigningRequestPem(), cancellation);
            secrets.Change(row.DeviceId, now => now with { Certificate = certificate });
        }

        await hub.UseCertificate(row.DeviceId, cancellation);
    }

    private ECDsa Key(string deviceId, NodeSecrets node)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (node.CertificateKey is { } known)
        {
            key.ImportFromPem(known);
        }
        else
        {
            secrets.Change(deviceId, now => now with { CertificateKey = key.ExportPkcs8PrivateKeyPem() });
        }

        return key;
    }

    private async Task OwnDevice(PlanRow row, CancellationToken cancellation)
    {
        var node = secrets.Require(row.DeviceId);
        if (await hub.FindDevice(row.DeviceId, cancellation) is null && await hub.CreateDevice(row.DeviceId, node.Key, cancellation) is not null)
        {
            return;
        }

        // Ours from an earlier run, or made by another program in between.
        var there = await hub.FindDevice(row.DeviceId, cancellation);
        var isOurs = (string?)there?["authentication"]?["symmetricKey"]?["primaryKey"] == node.Key || await HasMark(row.DeviceId, node.Mark, cancellation);
        if (!isOurs)
        {
            throw new BoardFaultException(Diagnosis.IdInUse, $"{row.DeviceId} was not made by this tray.");
        }
    }

    private async Task EnrolAtService(PlanRow row, string chipId, CancellationToken cancellation)
    {
        var node = secrets.Require(row.DeviceId);
        if (await hub.FindEnrollment(row.DeviceId, cancellation) is null)
        {
            if (await hub.FindDevice(row.DeviceId, cancellation) is not null)
            {
                throw new BoardFaultException(Diagnosis.IdInUse, $"{row.DeviceId} has an identity, but no enrolment.");
            }

            var enrolment = new JsonObject
            {
                ["attestation"] = new JsonObject { ["type"] = "symmetricKey", ["symmetricKey"] = new JsonObject { ["primaryKey"] = node.Key, ["secondaryKey"] = "" } },
                ["initialTwin"] = new JsonObject { ["tags"] = PlanSettings.Tags(node.Mark, chipId), ["properties"] = new JsonObject { ["desired"] = PlanSettings.Desired(row) } },
            };
            if (await hub.CreateEnrollment(row.DeviceId, enrolment, cancellation) is not null)
            {
                return;
            }
        }

        if (await hub.GetEnrollmentKey(row.DeviceId, cancellation) != node.Key)
        {
            throw new BoardFaultException(Diagnosis.IdInUse, $"{row.DeviceId} is enrolled, and not by this tray.");
        }
    }

    private async Task<bool> HasMark(string deviceId, string mark, CancellationToken cancellation) =>
        (string?)(await hub.GetTwin(deviceId, cancellation))["tags"]?["provisioning"]?["mark"] == mark;

    private async Task Describe(PlanRow row, string chipId, CancellationToken cancellation) => await hub.PatchTwin(
        row.DeviceId,
        new JsonObject
        {
            ["tags"] = PlanSettings.Tags(secrets.Require(row.DeviceId).Mark, chipId),
            ["properties"] = new JsonObject { ["desired"] = PlanSettings.Desired(row) },
        },
        cancellation);

    private async Task Item(string level, string id, JsonObject item, CancellationToken cancellation)
    {
        if (await hub.FindPlantItem(level, id, cancellation) is null)
        {
            await hub.PutPlantItem(level, id, item, cancellation);
        }
    }

    /// <summary>A machine of the plant's tree, as the hub takes it.</summary>
    internal static JsonObject Machine(PlanRow row)
    {
        var machine = new JsonObject { ["name"] = row.MachineName, ["line"] = row.Place.Line };
        if (row.Machine.IsoGroup is { } group)
        {
            machine["isoGroup"] = group;
        }

        if (row.Machine.IsoSupport is { } support)
        {
            machine["isoSupport"] = support;
        }

        if (row.Machine.ShaftSpeedMilliHertz is { } speed)
        {
            machine["shaftSpeedMinimumMilliHertz"] = speed;
            machine["shaftSpeedMaximumMilliHertz"] = speed;
        }

        if (row.Bearing is { } bearing)
        {
            machine["bearing"] = bearing.Designation;
        }

        return machine;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
