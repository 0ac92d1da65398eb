using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>
/// A shared access signature as received: <c>SharedAccessSignature sr=…&amp;sig=…&amp;se=…[&amp;skn=…]</c>, fields in any order.
/// The signature covers the scope exactly as the client wrote it, so it is never decoded and encoded again.
/// </summary>
public sealed class SasToken
{
    private const string Prefix = "SharedAccessSignature ";

    private readonly string rawScope;
    private readonly string rawExpiry;
    private readonly byte[] signature;

    private SasToken(string rawScope, string rawExpiry, byte[] signature, long expiry, string? policy)
    {
        this.rawScope = rawScope;
        this.rawExpiry = rawExpiry;
        this.signature = signature;
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(expiry);
        Policy = string.IsNullOrEmpty(policy) ? null : policy;
        Scope = Uri.UnescapeDataString(rawScope);
    }

    /// <summary>What the token opens, decoded: <c>host/devices/id</c> or a part of it from the left.</summary>
    public string Scope { get; }

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Name of the policy whose key signed it; null = the device's own key.</summary>
    public string? Policy { get; }

    /// <returns>Null where the bytes are no token.</returns>
    public static SasToken? Parse(ReadOnlySpan<byte> password) => Utf8.IsValid(password) ? Parse(Encoding.UTF8.GetString(password)) : null;

    /// <returns>Null where the text is no token.</returns>
    public static SasToken? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string? scope = null;
        string? signature = null;
        string? expiry = null;
        string? policy = null;
        foreach (string field in text[Prefix.Length..].Split('&'))
        {
            // At the first '=' only: base64 ends in it.
            int equals = field.IndexOf('=');
            if (equals < 0)
            {
                return null;
            }

            string value = field[(equals + 1)..];
            switch (field.AsSpan(0, equals))
            {
                case "sr" when scope is null:
                    scope = value;
                    break;
                case "sig" when signature is null:
                    signature = value;
                    break;
                case "se" when expiry is null:
                    expiry = value;
                    break;
                case "skn" when policy is null:
                    policy = Uri.UnescapeDataString(value);
                    break;
                case "sr" or "sig" or "se" or "skn":
                    return null;
            }
        }

        // UnescapeDataString leaves '+' alone, which base64 needs.
        if (string.IsNullOrEmpty(scope)
            || signature is null
            || !TryBase64(Uri.UnescapeDataString(signature), out byte[] bytes)
            || !long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return null;
        }

        return new SasToken(scope, expiry!, bytes, seconds, policy);
    }

    /// <summary>Whether one of two base64 keys made the signature. Takes the same time whichever it is.</summary>
    public bool IsSignedBy(string primaryKey, string secondaryKey) => Matches(primaryKey) | Matches(secondaryKey);

    /// <summary>Until when it counts, for a device whose clock may lag so far.</summary>
    public DateTimeOffset ValidUntil(TimeSpan skew) => ExpiresAt > DateTimeOffset.MaxValue - skew ? DateTimeOffset.MaxValue : ExpiresAt + skew;

    /// <summary>
    /// Whether the scope is the resource of a device or module on this hub, or a prefix of it by whole segments. nanoFramework's client writes a
    /// module's as <c>devices/device/module</c>, all others <c>devices/device/modules/module</c>.
    /// </summary>
    /// <param name="address">See <see cref="TwinAddress"/>.</param>
    /// <param name="isHub">Judges the first segment.</param>
    public bool Covers(string address, Func<string, bool> isHub) => !TwinAddress.IsModule(address)
        ? Covers(isHub, "devices", address)
        : TwinAddress.Parse(address) is var (deviceId, moduleId)
            && (Covers(isHub, "devices", deviceId, "modules", moduleId!) || Covers(isHub, "devices", deviceId, moduleId!));

    /// <summary>Whether the scope is the registration with this provisioning service, or a prefix of it by whole segments.</summary>
    public bool CoversRegistration(string idScope, string registrationId) =>
        Covers(first => first == idScope, "registrations", registrationId);

    private bool Covers(Func<string, bool> isService, params ReadOnlySpan<string> resource)
    {
        string[] segments = Scope.TrimEnd('/').Split('/');
        ReadOnlySpan<string> below = segments.AsSpan(1);
        return below.Length <= resource.Length && isService(segments[0]) && below.SequenceEqual(resource[..below.Length]);
    }

    private bool Matches(string base64Key)
    {
        // A missing key signs nothing, but costs the same time.
        bool usable = TryBase64(base64Key, out byte[] key) && key.Length > 0;
        byte[] expected = HMACSHA256.HashData(usable ? key : [0], Encoding.UTF8.GetBytes(rawScope + "\n" + rawExpiry));
        return usable & CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (!Convert.TryFromBase64String(text, bytes, out int written))
        {
            return false;
        }

        Array.Resize(ref bytes, written);
        return true;
    }
}
