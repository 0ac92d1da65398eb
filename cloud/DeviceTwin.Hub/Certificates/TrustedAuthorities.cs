using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Certificates;

/// <summary>Whose device certificates the hub takes: the plant's own authorities, and those that an administrator registered.</summary>
internal sealed class TrustedAuthorities
{
    /// <summary>By this name enrolments refer to the plant's own authority.</summary>
    public const string Plant = "plant";

    private const int LongestName = 64;

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly LocalCertificates local;
    private readonly IHubStore store;
    private readonly TimeProvider time;
    private ImmutableSortedDictionary<string, Foreign> registered;

    public TrustedAuthorities(LocalCertificates local, IHubStore store, TimeProvider time)
    {
        this.local = local;
        this.store = store;
        this.time = time;
        registered = store.LoadProvisioning().Authorities.ToImmutableSortedDictionary(
            authority => authority.Name,
            authority => new Foreign(authority, X509CertificateLoader.LoadCertificate(Convert.FromBase64String(authority.Certificate))),
            StringComparer.Ordinal);
    }

    /// <summary>Fewer authorities are trusted than before. Called on the changing thread.</summary>
    public event Action? Narrowed;

    public IReadOnlyList<RegisteredAuthority> Registered => [.. registered.Values.Select(foreign => foreign.Record)];

    /// <summary>The certificates behind a name; none where the name is unknown.</summary>
    public IReadOnlyList<X509Certificate2> Find(string name) =>
        name == Plant ? [.. local.Authorities.Select(authority => authority.Certificate)]
        : registered.TryGetValue(name, out Foreign? foreign) ? [foreign.Certificate]
        : [];

    /// <returns>Why no trusted authority stands behind the certificate; null where one does.</returns>
    public string? WhyNot(ClientCertificate certificate) => CertificateChains.WhyNot(
        certificate.Leaf,
        certificate.Sent,
        [.. local.Authorities.Select(authority => authority.Certificate), .. registered.Values.Select(foreign => foreign.Certificate)],
        time.GetUtcNow());

    /// <exception cref="HubException">Not the certificate of an authority, a name that cannot be, or a stale ETag.</exception>
    public async Task<RegisteredAuthority> Register(string name, string certificate, string? ifMatch, string author)
    {
        if (name == Plant || name.Length is 0 or > LongestName || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            throw new HubException(HubError.ArgumentInvalid, $"An authority cannot be called \"{name}\". Use 1 to {LongestName} ASCII letters, digits and -_. and not \"{Plant}\".");
        }

        X509Certificate2 read = CertificateText.Read(certificate)
            ?? throw new HubException(HubError.ArgumentInvalid, "certificate is not readable. Give one certificate as PEM, or its DER in base64.");
        if (read.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
        {
            throw new HubException(HubError.ArgumentInvalid, $"The certificate of {read.Subject} is not an authority's (basic constraints). Register the one that signs device certificates.");
        }

        await writing.WaitAsync();
        try
        {
            RegisteredAuthority? before = registered.GetValueOrDefault(name)?.Record;
            if (before is not null && ifMatch is null)
            {
                throw new HubException(CertificateErrors.AlreadyExists, $"There is an authority \"{name}\" already. To replace it, send If-Match with its ETag or \"*\".");
            }

            if (before is null && ifMatch is not null)
            {
                throw NotFound(name);
            }

            FleetErrors.CheckMatch(ifMatch, before?.ETag ?? "");
            DateTimeOffset now = time.GetUtcNow();
            var record = new RegisteredAuthority(
                name, Convert.ToBase64String(read.RawDataMemory.Span), before is null ? ETags.First : ETags.Next(before.ETag), before?.CreatedAt ?? now);
            await Write(
                new ProvisioningChange.PutAuthority(record),
                new AuditRow(now, author, null, before is null ? "authority.register" : "authority.replace", name, JsonText(CertificateText.Sha256(read)), null));
            registered = registered.SetItem(name, new Foreign(record, read));
            if (before is not null)
            {
                Narrowed?.Invoke();
            }

            return record;
        }
        finally
        {
            writing.Release();
        }
    }

    public async Task Remove(string name, string? ifMatch, string author)
    {
        await writing.WaitAsync();
        try
        {
            RegisteredAuthority before = registered.GetValueOrDefault(name)?.Record ?? throw NotFound(name);
            FleetErrors.CheckMatch(ifMatch, before.ETag);
            await Write(
                new ProvisioningChange.DeleteAuthority(name),
                new AuditRow(time.GetUtcNow(), author, null, "authority.remove", name, null, null));
            registered = registered.Remove(name);
        }
        finally
        {
            writing.Release();
        }

        Narrowed?.Invoke();
    }

    /// <summary>Does a step with the hub's own certificates and notes who did it.</summary>
    public async Task Step(Action<LocalCertificates> step, string action, string author)
    {
        await writing.WaitAsync();
        try
        {
            step(local);
            X509Certificate2 present = local.Authorities.First(authority => authority.Part == AuthorityPart.Present).Certificate;
            await Write(new AuditRow(time.GetUtcNow(), author, null, action, null, JsonText(CertificateText.Sha256(present)), null));
        }
        catch (InvalidOperationException refusal)
        {
            throw new HubException(CertificateErrors.NotNow, refusal.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubError.ServiceUnavailable, $"The hub's certificates could not be written ({failure.Message}). Make room or give it its folder back, then try again.");
        }
        finally
        {
            writing.Release();
        }

        Narrowed?.Invoke();
    }

    /// <summary>Notes that a device's certificate was issued.</summary>
    public Task NoteIssued(string deviceId, X509Certificate2 issued, string author) => Write(new AuditRow(
        time.GetUtcNow(), author, deviceId, "certificate.issue", null, JsonText(CertificateText.Sha256(issued)), null));

    public static HubException NotFound(string name) =>
        new(CertificateErrors.NotFound, $"There is no authority \"{name}\". GET /api/v1/certificates lists them.");

    private static string JsonText(string text) => $"\"{text}\"";

    private Task Write(AuditRow row) => Write([new StoreChange.AppendAudit(row)]);

    private Task Write(StoreChange change, AuditRow row) => Write([change, new StoreChange.AppendAudit(row)]);

    private async Task Write(IReadOnlyList<StoreChange> changes)
    {
        try
        {
            await store.Write(changes);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private sealed record Foreign(RegisteredAuthority Record, X509Certificate2 Certificate);
}

/// <summary>The certificate that a client showed in the handshake, and what it sent along towards its authority.</summary>
internal sealed record ClientCertificate(X509Certificate2 Leaf, IReadOnlyList<X509Certificate2> Sent);

/// <summary>The refusals around certificates.</summary>
internal static class CertificateErrors
{
    public static readonly HubError NotFound = new(404521, "AuthorityNotFound", 404);
    public static readonly HubError AlreadyExists = new(409521, "AuthorityAlreadyExists", 409);

    /// <summary>The step does not fit the state that rotation is in.</summary>
    public static readonly HubError NotNow = new(409522, "RotationStepNotPossible", 409);
}
