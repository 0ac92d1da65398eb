using System.Net;

namespace DeviceTwin.Hub.Access;

/// <summary>
/// Slows down who guesses passwords, by account and by address. An attempt counts before its outcome is known, so many at once gain nothing;
/// names that do not exist are treated as those that do. Bounded in memory: past the limit the longest idle entry goes.
/// </summary>
internal sealed class SignInThrottle(AccessOptions options, TimeProvider time)
{
    private const int Largest = 10_000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Attempts> attempts = new(StringComparer.Ordinal);

    /// <summary>Counts an attempt.</summary>
    /// <returns>How long to wait before the next is looked at; null where this one may go on.</returns>
    public TimeSpan? Begin(string account, IPAddress? address)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var wait = Later(Wait(AccountKey(account), now), Wait(AddressKey(address), now));
            if (wait is not null)
            {
                return wait;
            }

            Count(AccountKey(account), options.AccountAttempts, now);
            Count(AddressKey(address), options.AddressAttempts, now);
            return null;
        }
    }

    /// <summary>The attempt succeeded: what was counted of this account is forgotten, and this attempt of the address.</summary>
    public void Succeeded(string account, IPAddress? address)
    {
        lock (gate)
        {
            attempts.Remove(AccountKey(account));
            if (attempts.TryGetValue(AddressKey(address), out var known))
            {
                attempts[AddressKey(address)] = known with { Count = known.Count - 1, Until = default };
            }
        }
    }

    private TimeSpan? Wait(string key, DateTimeOffset now) =>
        attempts.TryGetValue(key, out var known) && known.Until > now ? known.Until - now : null;

    private void Count(string key, int free, DateTimeOffset now)
    {
        var known = attempts.TryGetValue(key, out var earlier) && now - earlier.Last < options.LongestWait + options.LongestWait ? earlier : new Attempts(0, now, default);
        var count = known.Count + 1;
        var wait = count < free ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(options.LongestWait.Ticks, (long)(options.FirstWait.Ticks * Math.Pow(2, Math.Min(count - free, 20)))));
        attempts[key] = new Attempts(count, now, now + wait);
        if (attempts.Count > Largest)
        {
            attempts.Remove(attempts.MinBy(entry => entry.Value.Last).Key);
        }
    }

    private static string AccountKey(string account) => "a/" + (account.Length <= 64 ? account.ToLowerInvariant() : account[..64].ToLowerInvariant());

    /// <summary>An IPv6 customer has a whole /64 of addresses.</summary>
    private static string AddressKey(IPAddress? address)
    {
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        var bytes = address?.GetAddressBytes() ?? [];
        return "i/" + Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 8)));
    }

    private static TimeSpan? Later(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a > b ? a : b;

    private sealed record Attempts(int Count, DateTimeOffset Last, DateTimeOffset Until);
}
